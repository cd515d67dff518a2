"""Folded aggregates of this process, and the queues before the contended ones.

Everything here may be stale or forgotten: each append is checked against the versions that were
seen, so the worst a stale state can do is to make a command be decided once more.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from typing import Any, Final

from adapters.keys import Key

QUEUES: Final = 512
DOUBTED: Final = 1_000
"""States of which it is known that they are out of date, kept to be carried on."""

PATIENCE: Final = 1.0
"""Seconds: the writer has patience, too, and the caller for five seconds in all."""

Remembered = tuple[Any, int]
"""A state and the version it is at."""


class Memory:
    """The most recently used states, by tenant and stream."""

    def __init__(self, size: int = 20_000) -> None:
        self._size = size
        self._states: OrderedDict[Key, Remembered] = OrderedDict()
        self._doubted: OrderedDict[Key, Remembered] = OrderedDict()
        self._gate = threading.Lock()

    def get(self, key: Key) -> Remembered | None:
        """Return what is known, if anything."""
        with self._gate:
            known = self._states.get(key)
            if known is not None:
                self._states.move_to_end(key)
            return known

    def unknown(self, keys: Iterable[Key]) -> list[Key]:
        """Return those of which nothing is known."""
        with self._gate:
            return [key for key in keys if key not in self._states]

    def put(self, key: Key, state: Any, version: int) -> None:
        """Remember a state, unless a newer one is known."""
        self.put_all({key: (state, version)})

    def put_all(self, states: Mapping[Key, Remembered]) -> None:
        """Remember several."""
        with self._gate:
            for key, found in states.items():
                known = self._states.get(key)
                if known is None or known[1] <= found[1]:
                    self._states[key] = found
                    self._states.move_to_end(key)
            while len(self._states) > self._size:
                self._states.popitem(last=False)

    def doubt(self, key: Key, version: int) -> None:
        """Look the next time for what has happened since a version, unless somebody has by now."""
        with self._gate:
            known = self._states.get(key)
            if known is not None and known[1] <= version:
                self._doubted[key] = self._states.pop(key)
                if len(self._doubted) > DOUBTED:
                    self._doubted.popitem(last=False)

    def doubted(self, key: Key) -> Remembered | None:
        """Return what was known when it was last doubted, and forget it."""
        with self._gate:
            return self._doubted.pop(key, None)

    def forget(self, key: Key) -> None:
        """Read it anew the next time."""
        with self._gate:
            self._states.pop(key, None)
            self._doubted.pop(key, None)


class Queues:
    """Locks for contended streams. A caller waits for their first; for more of them they only ask,
    so that nobody waits in a circle. Not getting one costs at most a second decision.
    """

    def __init__(self) -> None:
        self._locks = [threading.Lock() for _ in range(QUEUES)]

    def enter(self, key: Key, held: list[threading.Lock]) -> None:
        """Take the lock of `key` and add it to those held."""
        lock = self._locks[hash(key) % QUEUES]
        if lock in held:
            return
        if lock.acquire(timeout=PATIENCE if not held else 0):
            held.append(lock)

    @staticmethod
    def leave(held: list[threading.Lock]) -> None:
        """Release the locks that are held."""
        while held:
            held.pop().release()
