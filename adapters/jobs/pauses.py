"""What is not gone through for a while, in PostgreSQL: see `application/conversations/providers/pauses.py`."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from adapters.postgres import Database
from application.conversations.providers.pauses import Pause

OF: Final = """
    SELECT name, until, failures FROM work.pauses WHERE tenant_id = %s AND name = ANY(%s)
"""
# Several meet the same trouble at the same moment: that is one failure.
HOLD: Final = """
    INSERT INTO work.pauses AS known (tenant_id, name, until) VALUES (%(tenant)s, %(name)s, %(until)s)
    ON CONFLICT (tenant_id, name) DO UPDATE
    SET until = excluded.until, failures = known.failures + 1
    WHERE known.until <= %(now)s
"""
LIFT: Final = "DELETE FROM work.pauses WHERE tenant_id = %s AND name = %s"


class PostgresPauses:
    """`application.conversations.providers.pauses.Pauses`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, tenant: str, names: Sequence[str]) -> Mapping[str, Pause]:
        """Return those that there are, over or not."""
        with self._database.as_worker() as connection:
            rows = connection.execute(OF, (tenant, list(names)), prepare=True).fetchall()
        return {name: Pause(until, failures) for name, until, failures in rows}

    def hold(self, tenant: str, name: str, *, now: datetime, until: datetime) -> None:
        """Let nothing go through it until then."""
        with self._database.as_worker() as connection:
            values = {"tenant": tenant, "name": name, "now": now, "until": until}
            connection.execute(HOLD, values)

    def lift(self, tenant: str, name: str) -> None:
        """Say that something has gone through it."""
        with self._database.as_worker() as connection:
            connection.execute(LIFT, (tenant, name))
