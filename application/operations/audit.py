"""What auditors ask of the log."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from application.ports import Recorded


class AuditPage(Protocol):
    """The events of a page, the position that was `reached`, and whether there are `more`."""

    @property
    def events(self) -> Sequence[Recorded]:
        """What happened."""

    @property
    def reached(self) -> int:
        """How far it was looked."""

    @property
    def more(self) -> bool:
        """Whether there is more behind."""


class Audit(Protocol):
    """What is asked of the log; see `adapters/event_store/audit.py`."""

    def page(
        self,
        tenant: str,
        *,
        stream: str | None = ...,
        types: Sequence[str] = ...,
        actor: str | None = ...,
        since: datetime | None = ...,
        until: datetime | None = ...,
        newest_first: bool = ...,
        position: int | None = ...,
        limit: int = ...,
    ) -> AuditPage:
        """Return a page of what happened, of these kinds and between these times."""

    def event(self, tenant: str, position: int) -> Recorded | None:
        """Return the event at a position of the tenant's log."""

    def version_at(self, tenant: str, stream: str, at: datetime) -> int:
        """Return the version that a stream had at a time, 0 before it began."""
