"""Fair turns: of the hands that send, one business has but some at once, however many endpoints it has."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Final

MOST: Final = 4
"""Endpoints of one business to which one process sends at once, in each lane."""


class RoomOfProcess:
    """Counts those of one process."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._lock = Lock()
        self._taken: Counter[str] = Counter()

    @contextmanager
    def taken(self, tenant: str) -> Iterator[bool]:
        """Take a place, if there is one."""
        with self._lock:
            has_room = self._taken[tenant] < self._most
            self._taken[tenant] += has_room
        try:
            yield has_room
        finally:
            with self._lock:
                self._taken[tenant] -= has_room
                self._taken += Counter()  # forget those that have none
