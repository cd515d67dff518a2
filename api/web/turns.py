"""Whose turn it is: nobody takes all threads, whatever they ask and however much of it.

One business has three quarters of the threads at most, and of what is heavy a quarter; what is heavy
takes half of them for all businesses together, and each person may ask for it less often
(`api/web/limiting.py`). What is ordered about one thing is done one after the other: at once it would only
be decided again and again. The rest waits in lines, from which one after the other is served. The
bounds of each single request are elsewhere, where it is decided what it may look at.
"""

import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Container, Mapping
from queue import SimpleQueue
from typing import Any, Final, Generic, NamedTuple, TypeVar

from api.requests.moments import AS_OF

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])

OF_ONE: Final = 3 / 4
"""Of the threads for one business, or for all strangers together: the rest is left to others."""

PART_OF_ONE: Final = 4
"""A quarter of the threads is for the heavy requests of one business."""

PART_OF_ALL: Final = 2
"""And half of them for those of all: whoever likes opens several businesses."""

HEAVY: Final = "heavy"

PART: Final = "q"
"""As `as_of` does, it makes any question heavy: how something was is folded from the log, and of a part
of a name no index knows.
"""


def heavy(route: F) -> F:
    """Mark the function of a route that may look at much: months of slots, a hundred bookings, all that
    ever happened to something. Whoever hashes a password is busy as long.
    """
    setattr(route, HEAVY, True)
    return route


def is_heavy(route: Callable[..., Any], asked: Container[str] = ()) -> bool:
    """Whether a request is heavy: by the function of its route, or by what it asks."""
    return getattr(route, HEAVY, False) or AS_OF in asked or PART in asked


Line = tuple[str, bool]
"""A business, and whether it is for what is heavy."""


class Place(NamedTuple):
    """Where a call stands: in a line of its business, and behind others about the same thing."""

    party: str = ""
    heavy: bool = False
    thing: str | None = None


def place_of(arguments: Mapping[str, Any], *, heavy: bool = False) -> Place:
    """Return where a call stands, by who calls: strangers have one party together."""
    caller = arguments.get("caller")
    if caller is None:
        return Place(heavy=heavy)
    return Place(caller.tenant, caller.heavy, caller.thing)


class Turns(Generic[T]):
    """Calls on their way to so many threads. Whoever takes one says when it is done.

    `apart` are threads that have nothing else to do: there all may be taken by one party.
    """

    def __init__(self, threads: int, *, apart: bool = False) -> None:
        self._ready: SimpleQueue[T] = SimpleQueue()
        self._threads = threads
        self._most = threads if apart else max(1, int(threads * OF_ONE))
        self._most_heavy = max(1, threads // PART_OF_ONE)
        self._most_heavy_of_all = max(1, threads // PART_OF_ALL)
        self._gate = threading.Lock()
        self._busy = 0
        self._busy_heavy = 0
        self._taken: dict[str, int] = {}
        self._taken_heavy: dict[str, int] = {}
        self._things: dict[str, deque[tuple[T, Place]]] = {}
        self._lines: OrderedDict[Line, deque[tuple[T, Place]]] = OrderedDict()

    def put(self, call: T, place: Place) -> bool:
        """Let a call be taken, now or when it has a turn; return whether it is now."""
        with self._gate:
            if place.thing is not None:
                before = self._things.setdefault(place.thing, deque())
                before.append((call, place))
                if len(before) > 1:
                    return False
            if not self._lines and self._may_begin((place.party, place.heavy)):
                self._begin(call, place)
                return True
            self._stand_in_line(call, place)
            return self._begin_next() is call

    def take(self) -> T:
        """Wait for a call and take it."""
        return self._ready.get()

    def waiting(self) -> int:
        """Say how many have no turn yet."""
        with self._gate:
            things = sum(len(calls) - 1 for calls in self._things.values())
            return things + sum(map(len, self._lines.values()))

    def done(self, place: Place) -> None:
        """Give the turn to whoever is next: of all lines that may have more, one after the other."""
        with self._gate:
            self._busy -= 1
            _less(self._taken, place.party)
            if place.heavy:
                self._busy_heavy -= 1
                _less(self._taken_heavy, place.party)
            if place.thing is not None:
                self._let_next(place.thing)
            while self._lines and self._begin_next() is not None:
                pass

    def _let_next(self, thing: str) -> None:
        """Let whoever waits for the same thing stand in line."""
        calls = self._things[thing]
        calls.popleft()
        if calls:
            self._stand_in_line(*calls[0])
        else:
            del self._things[thing]

    def _stand_in_line(self, call: T, place: Place) -> None:
        self._lines.setdefault((place.party, place.heavy), deque()).append((call, place))

    def _begin_next(self) -> T | None:
        line = next((each for each in self._lines if self._may_begin(each)), None)
        if line is None:
            return None
        calls = self._lines.pop(line)
        call, place = calls.popleft()
        self._begin(call, place)
        if calls:
            self._lines[line] = calls  # behind the others
        return call

    def _may_begin(self, line: Line) -> bool:
        party, heavy = line
        if self._busy >= self._threads or self._taken.get(party, 0) >= self._most:
            return False
        return not heavy or (
            self._busy_heavy < self._most_heavy_of_all
            and self._taken_heavy.get(party, 0) < self._most_heavy
        )

    def _begin(self, call: T, place: Place) -> None:
        self._busy += 1
        self._taken[place.party] = self._taken.get(place.party, 0) + 1
        if place.heavy:
            self._busy_heavy += 1
            self._taken_heavy[place.party] = self._taken_heavy.get(place.party, 0) + 1
        self._ready.put(call)


def _less(taken: dict[str, int], party: str) -> None:
    left = taken.pop(party) - 1
    if left:
        taken[party] = left
