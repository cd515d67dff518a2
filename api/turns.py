"""What is heavy, and whose turn it is: it takes no more than some of the threads at a time, for one
business and for all together, and each person may ask for it less often (`api/limiting.py`).

The rest of it waits in each business's own line, so that threads are left to the others and to what is
light. The bounds of each single request are elsewhere, where it is decided what it may look at.
"""

import threading
from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Container, Mapping
from queue import SimpleQueue
from typing import Any, Final, Generic, TypeVar

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])

PART_OF_ONE: Final = 4
"""A quarter of the threads is for the heavy requests of one business."""

PART_OF_ALL: Final = 2
"""And half of them for those of all: whoever likes opens several businesses."""

HEAVY: Final = "heavy"

WORDS: Final = ("as_of", "q")
"""Parameters that make any question heavy: how something was is folded from the log, and of a part of a
name no index knows.
"""


def heavy(route: F) -> F:
    """Mark the function of a route that may look at much: months of slots, a hundred bookings, all that
    ever happened to something. Whoever hashes a password is busy as long.
    """
    setattr(route, HEAVY, True)
    return route


def is_heavy(route: Callable[..., Any], asked: Container[str] = ()) -> bool:
    """Whether a request is heavy: by the function of its route, or by what it asks."""
    return getattr(route, HEAVY, False) or any(word in asked for word in WORDS)


def line_of(arguments: Mapping[str, Any]) -> str | None:
    """Name the line in which a call stands: its business's if it is heavy, or none."""
    caller = arguments.get("caller")
    return caller.tenant if caller is not None and caller.heavy else None


class Turns(Generic[T]):
    """Calls on their way to so many threads. Whoever takes one from a line says when it is done."""

    def __init__(self, threads: int) -> None:
        self._ready: SimpleQueue[T] = SimpleQueue()
        self._most = max(1, threads // PART_OF_ONE)
        self._most_of_all = max(1, threads // PART_OF_ALL)
        self._gate = threading.Lock()
        self._taken: Counter[str] = Counter()
        self._waiting: OrderedDict[str, deque[T]] = OrderedDict()

    def put(self, call: T, line: str | None) -> None:
        """Let a call be taken, now or when its line has a turn."""
        if line is None:
            self._ready.put(call)
            return
        with self._gate:
            self._waiting.setdefault(line, deque()).append(call)
            self._begin_next()

    def take(self) -> T:
        """Wait for a call and take it."""
        return self._ready.get()

    def waiting(self) -> int:
        """Say how many wait for nothing but a thread."""
        return self._ready.qsize()

    def done(self, line: str | None) -> None:
        """Give the turn to whoever is next: of all lines that may have more, one after the other."""
        if line is None:
            return
        with self._gate:
            self._taken[line] -= 1
            if not self._taken[line]:
                del self._taken[line]
            self._begin_next()

    def _begin_next(self) -> None:
        if self._taken.total() >= self._most_of_all:
            return
        line = next((each for each in self._waiting if self._taken[each] < self._most), None)
        if line is None:
            return
        self._taken[line] += 1
        waiting = self._waiting.pop(line)
        self._ready.put(waiting.popleft())
        if waiting:
            self._waiting[line] = waiting  # behind the others
