"""Looking after what is watched: with one thread, for as long as there is anything."""

import threading
from collections.abc import Collection
from queue import Queue

import pytest

from adapters.wakeups.bell import Bell
from adapters.wakeups.lookout import Lookout

LONG = 60.0


def test_it_looks_at_once_and_whenever_it_rings_until_nothing_is_watched() -> None:
    bell, seen, watched = Bell(), Queue[Collection[str]](), ["ana"]
    lookout = Lookout("lookout", bell)

    def look(there: Collection[str]) -> float:
        seen.put([*there])
        return LONG

    lookout.watch(lambda: watched, look)
    lookout.watch(lambda: watched, look)
    assert seen.get(timeout=10) == ["ana"]
    bell.ring()
    assert seen.get(timeout=10) == ["ana"]
    (thread,) = [each for each in threading.enumerate() if each.name == "lookout"]
    watched.clear()
    bell.ring()
    thread.join(10)
    assert not thread.is_alive()
    assert seen.empty()
    watched.append("ben")
    lookout.watch(lambda: watched, look)
    assert seen.get(timeout=10) == ["ben"]
    lookout.close()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_whose_look_failed_is_begun_again_by_whoever_watches_next() -> None:
    bell, seen = Bell(), Queue[Collection[str]]()
    lookout = Lookout("failing", bell)

    def fail(_: Collection[str]) -> float:
        raise RuntimeError

    def look(there: Collection[str]) -> float:
        seen.put(there)
        return LONG

    lookout.watch(lambda: ["ana"], fail)
    for thread in threading.enumerate():
        if thread.name == "failing":
            thread.join(10)
    lookout.watch(lambda: ["ben"], look)
    assert seen.get(timeout=10) == ["ben"]
    lookout.close()
