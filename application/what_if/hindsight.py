"""What history is asked for: what was known at a moment, and what happened in one stream."""

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import NamedTuple, Protocol

from application.ports import Recorded
from application.transact import Past
from domain.messages import Event


class Moment(NamedTuple):
    """Where in the log something is, when it was recorded, and of which type it is."""

    position: int
    at: datetime
    type: str


class Hindsight(Protocol):
    """One business's history up to an end. What cannot be read here is refused with NotReadableHere."""

    def before(self, position: int, now: datetime) -> Past:
        """Return what was known when the log had not come to a position yet, until the next is asked for."""

    def first(self, stream: str) -> Recorded | None:
        """Return what happened first in a stream."""

    def stream(self, stream: str) -> AbstractContextManager[Iterable[Recorded]]:
        """Lend what happened in a stream, in order."""

    def moments(self, stream: str, kind: type[Event]) -> Sequence[Moment]:
        """Return when things of a kind happened in a stream, in order."""
