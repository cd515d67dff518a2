"""How many threads of a lane carry out what is of one business: what hangs for it does not keep the others waiting.

Nobody has all of them. Whoever has turned out to be slow has one, until something of theirs is done soon again.
"""

import threading
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Final

from adapters.jobs.batch import Batch

SLOW: Final = 3.0
"""Seconds."""


class Shares:
    """Of one lane with so many threads."""

    def __init__(self, threads: int) -> None:
        self._most = threads - max(1, threads // 4)
        self._lock = threading.Lock()
        self._in_hand: list[Batch] = []
        self._slow: set[str] = set()

    @contextmanager
    def holding(self, batch: Batch) -> Iterator[None]:
        """Have a thread carry out a batch."""
        with self._lock:
            self._in_hand.append(batch)
        try:
            yield
        finally:
            self._ended(batch)

    def full(self) -> Collection[str]:
        """Return who has as many threads as they may."""
        with self._lock:
            held = Counter(each for batch in self._in_hand for each in batch.tenants())
            return [who for who, threads in held.items() if threads >= self._share(who)]

    def _share(self, tenant: str) -> int:
        return 1 if tenant in self._slow else self._most

    def _ended(self, batch: Batch) -> None:
        with self._lock:
            self._in_hand.remove(batch)
            for tenant, seconds in batch.took.items():
                (self._slow.add if seconds >= SLOW else self._slow.discard)(tenant)


class NoShares(Shares):
    """All threads are for whoever comes first."""

    def __init__(self) -> None:
        super().__init__(1)

    def full(self) -> Collection[str]:
        """Nobody has too many."""
        return ()
