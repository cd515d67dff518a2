"""Reads what the next step of an operation needs while this one waits for PostgreSQL: two of two cores work."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final, Generic, TypeVar

from msgspec.structs import replace

from application.operations.long_operations import Operation

T = TypeVar("T")

MOST: Final = 4
"""Operations that are carried on by turns; of others nothing is kept."""


class Ahead(Generic[T]):
    """What is read for a step is the same whenever that is done: rows that were sent do not change."""

    def __init__(self, read: Callable[[Operation], T]) -> None:
        self._read = read
        self._threads = ThreadPoolExecutor(1, "reads ahead")
        self._gate = threading.Lock()
        self._under_way: OrderedDict[tuple[str, int], Future[T]] = OrderedDict()

    def __call__(self, operation: Operation) -> T:
        """Return what this step needs."""
        with self._gate:
            found = self._under_way.pop((operation.id, operation.steps), None)
        if found is None or found.exception() is not None:
            return self._read(operation)
        return found.result()

    def go_on(self, operation: Operation) -> None:
        """Begin to read what the step after this one needs."""
        after = replace(operation, steps=operation.steps + 1)
        with self._gate:
            self._under_way[after.id, after.steps] = self._threads.submit(self._read, after)
            while len(self._under_way) > MOST:
                self._under_way.popitem(last=False)
