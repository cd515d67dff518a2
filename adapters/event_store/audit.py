"""What auditors ask over HTTP, each question on a connection that sees their own tenant only."""

from collections.abc import Sequence
from datetime import datetime

from adapters.event_store.history import Asked, History
from adapters.postgres import Database
from application.operations.audit import AuditPage
from application.ports import Recorded


class Audit:
    """Answers `/v1/history`."""

    def __init__(self, database: Database, history: History) -> None:
        self._database = database
        self._history = history

    def page(
        self,
        tenant: str,
        *,
        stream: str | None = None,
        types: Sequence[str] = (),
        actor: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        newest_first: bool = True,
        position: int | None = None,
        limit: int = 50,
    ) -> AuditPage:
        """Return a page of what happened, from a position on or back from it."""
        asked = Asked(stream=stream, types=tuple(types), actor=actor, since=since, until=until)
        with self._database.as_tenant(tenant) as connection:
            look = self._history.before if newest_first else self._history.after
            if position is None:
                return look(connection, tenant, asked, limit=limit)
            return look(connection, tenant, asked, position=position, limit=limit)

    def event(self, tenant: str, position: int) -> Recorded | None:
        """Return the event at a position of the tenant's log."""
        with self._database.as_tenant(tenant) as connection:
            return self._history.event(connection, tenant, position)

    def version_at(self, tenant: str, stream: str, at: datetime) -> int:
        """Return the version that a stream had at a time, 0 before it began."""
        with self._database.as_tenant(tenant) as connection:
            return self._history.version_at(connection, tenant, stream, at)
