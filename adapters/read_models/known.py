"""How far read models are known to have come, without asking PostgreSQL.

A read model never goes back: whatever it had seen once, it has seen now. So what was true a moment
ago is good enough, and a fresh token costs nothing.
"""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Final

FRESH: Final = 1.0
"""Seconds for which something is known: no longer than that does anybody believe in a database
that was restored from a backup since, or in a table that lost rows in a forced switch."""

UNKNOWN: Final = -1


class Known:
    """Positions of read models of which nothing is set aside, each for a moment."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._gate = threading.Lock()
        self._known: dict[str, tuple[int, float]] = {}

    def learn(self, positions: Mapping[str, int]) -> None:
        """Note how far they have come."""
        until = self._clock() + FRESH
        with self._gate:
            for name, position in positions.items():
                known, good_until = self._known.get(name, (UNKNOWN, 0.0))
                if position >= known or good_until <= self._clock():
                    self._known[name] = (position, until)

    def least(self, names: Sequence[str]) -> int:
        """Return a position up to which all of them have come; `UNKNOWN` where one is not known."""
        now = self._clock()
        found = (self._known.get(name, (UNKNOWN, 0.0)) for name in names)
        return min((at if until > now else UNKNOWN for at, until in found), default=2**62)

    def forget(self) -> None:
        """Believe nothing any more: the database may be another."""
        with self._gate:
            self._known.clear()
