"""Whose forms are, in PostgreSQL: `application.sales.public_forms.PublicForms`, filled right before the log
says that there is one (`application/dispatch.py`).
"""

from collections.abc import Sequence
from typing import Final

from adapters.postgres import NO_TENANT, Database
from domain.values import FormId, TenantId

NOTE: Final = """
    INSERT INTO accounts.public_forms (form_id, tenant_id)
    SELECT form_id, %s FROM unnest(%s::text[]) AS new(form_id) ON CONFLICT (form_id) DO NOTHING
"""
WHOSE: Final = "SELECT tenant_id::text FROM accounts.public_forms WHERE form_id = %s"


class PostgresPublicForms:
    """Their table."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def note(self, form_ids: Sequence[FormId], tenant: TenantId) -> None:
        """Note whose these forms are. Whose one is by now, it stays."""
        with self._database.as_tenant(NO_TENANT) as connection:
            connection.execute(NOTE, (tenant, list(form_ids)))

    def whose(self, form_id: FormId) -> TenantId | None:
        """Return whose it is."""
        with self._database.as_tenant(NO_TENANT) as connection:
            found = connection.execute(WHOSE, (form_id,), prepare=True).fetchone()
        return None if found is None else TenantId(found[0])
