"""Jobs that one thread took together, which costs less than one by one; what is slow is taken so
only while it is fast, or the others would stand behind it.
"""

import threading
import time
from collections.abc import Sequence
from typing import Final

from adapters.jobs.claims import Claimed

SLICE: Final = 0.25
"""Seconds after which a thread gives back what it has not begun."""


class Batch:
    """What was claimed together. One thread takes jobs from it, another may take back the rest. `took` is for how many
    seconds the last job of each business was carried out.
    """

    def __init__(self, jobs: Sequence[Claimed]) -> None:
        self._lock = threading.Lock()
        self._left = list(jobs)
        self.claim = jobs[0].claim
        self.lane = jobs[0].lane
        self.size = len(jobs)
        self.done = 0
        self.took: dict[str, float] = {}
        self._now: Claimed | None = None
        self._since = 0.0

    def take(self) -> Claimed | None:
        """Take the next to be begun; None when there is none any more."""
        with self._lock:
            self._over()
            self._now = self._left.pop(0) if self._left else None
            return self._now

    def _over(self) -> None:
        now = time.monotonic()
        if self._now is not None:
            self.took[self._now.tenant] = now - self._since
        self._since = now

    def tenants(self) -> set[str]:
        """Return whose jobs are in it, the one that is carried out included."""
        with self._lock:
            jobs = self._left if self._now is None else [self._now, *self._left]
            return {job.tenant for job in jobs}

    def rest(self) -> list[Claimed]:
        """Take all that are not begun."""
        with self._lock:
            rest, self._left = self._left, []
            return rest


class Pace:
    """How many of a lane are taken together: twice as many as long as they are done in time."""

    def __init__(self, most: int) -> None:
        self._most = most
        self.batch = 1

    def learn(self, batch: Batch, began: float) -> None:
        """Take from a batch that is over how fast it goes."""
        in_time = batch.done == batch.size and time.monotonic() - began < SLICE
        self.batch = min(2 * batch.size, self._most) if in_time else max(1, batch.done)
