"""What auditors ask of the log."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

import msgspec

from application.ports import Recorded


class AuditPage(msgspec.Struct, frozen=True):
    """Events, and the position that the search has reached; it goes on behind (or before) that.

    Within a stream it is the version that stands for the position. `more` says whether there is
    anything left to look at.
    """

    events: list[Recorded]
    reached: int
    more: bool


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
