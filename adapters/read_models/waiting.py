"""Who waits for the projector: each of them keeps a thread that others ask with."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

MOST: Final = 6
"""At a time in one process."""

MOST_OF_ONE: Final = 2
"""Of one business."""


class WaitingRoom:
    """Has few places, and fewer for each business."""

    def __init__(self) -> None:
        self._gate = threading.Lock()
        self._taken: Counter[str] = Counter()

    @contextmanager
    def a_place(self, tenant: str) -> Iterator[bool]:
        """Hold a place for as long as it lasts; return whether there was one."""
        placed = self._enter(tenant)
        try:
            yield placed
        finally:
            if placed:
                self._leave(tenant)

    def _enter(self, tenant: str) -> bool:
        with self._gate:
            if self._taken.total() >= MOST or self._taken[tenant] >= MOST_OF_ONE:
                return False
            self._taken[tenant] += 1
            return True

    def _leave(self, tenant: str) -> None:
        with self._gate:
            self._taken[tenant] -= 1
            if not self._taken[tenant]:
                del self._taken[tenant]
