"""How the running system is, and what time it is there."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Protocol


class Vitals(Protocol):
    """What can be said of the running system; see `adapters/running/vitals.py`. Each is told when it was
    asked, by `time.monotonic`, and says nothing that is older.
    """

    @property
    def database(self) -> Callable[[float], str]:
        """How the database is: `connected`, `read-only`, `not-writing` or `disconnected`."""

    @property
    def lacking(self) -> Sequence[str]:
        """What this process has met of late and cannot read."""

    @property
    def status(self) -> Callable[[float], Mapping[str, object]]:
        """Describes the log, the read models, the queue and the releases in use."""

    @property
    def metrics(self) -> Callable[[float], tuple[bytes, str]]:
        """Gives what Prometheus scrapes, and its media type."""


class Walk(Protocol):
    """Moves the time of the whole system; see `infra/composition/`."""

    def __call__(self, until: datetime) -> int:
        """Walk from due time to due time up to `until`; return the number of stops."""
