"""Public names in PostgreSQL: `application.business.public_names.PublicNames`, filled.

A name is claimed right before the log says that it is used (`application/dispatch.py`): whoever stops in
between has it, and nobody else.
"""

from typing import Final

from adapters.postgres import NO_TENANT, Database
from application.business.public_names import MOST, PublicNameTaken, TooManyPublicNames
from domain.values import TenantId

ONE_AFTER_THE_OTHER: Final = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 26))"
OWN: Final = "SELECT name FROM accounts.public_names WHERE tenant_id = %s"
CLAIM: Final = """
    INSERT INTO accounts.public_names (name, tenant_id) VALUES (%s, %s) ON CONFLICT (name) DO NOTHING
"""
WHOSE: Final = "SELECT tenant_id::text FROM accounts.public_names WHERE name = %s"


class PostgresPublicNames:
    """Their table."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def claim(self, name: str, tenant: TenantId) -> None:
        """Make a name this business's for good. Raises PublicNameTaken, TooManyPublicNames."""
        with self._database.as_tenant(NO_TENANT) as connection, connection.transaction():
            connection.execute(ONE_AFTER_THE_OTHER, (tenant,))
            own = {each for (each,) in connection.execute(OWN, (tenant,)).fetchall()}
            if name in own:
                return
            if connection.execute(WHOSE, (name,)).fetchone() is not None:
                raise PublicNameTaken
            if len(own) >= MOST:
                raise TooManyPublicNames(most=MOST)
            if connection.execute(CLAIM, (name, tenant)).rowcount == 0:
                raise PublicNameTaken

    def whose(self, name: str) -> TenantId | None:
        """Return whose it is."""
        with self._database.as_tenant(NO_TENANT) as connection:
            found = connection.execute(WHOSE, (name,), prepare=True).fetchone()
        return None if found is None else TenantId(found[0])
