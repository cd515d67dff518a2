"""Who dies is started again, later each time; who does not start at all is a person's business."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from infra.processes import supervision
from infra.processes.health import NotHealthy
from infra.processes.supervision import Member, kept
from infra.servers.children import ServerUnavailable


class Mortal:
    """Runs until it is told to die; counts its lives."""

    def __init__(self) -> None:
        self.lives = 0
        self.fails = False
        self.die: Callable[[], None] = lambda: None
        self.born = threading.Semaphore(0)
        self.is_buried = threading.Event()

    @contextmanager
    def run(self, died: Callable[[], None]) -> Iterator[int]:
        if self.fails:
            raise ServerUnavailable("no disk")
        self.lives, self.die = self.lives + 1, died
        self.is_buried.clear()
        self.born.release()
        yield self.lives
        self.is_buried.set()


def member(mortal: Mortal, asks: Callable[[int], str] = lambda _: "well") -> Member:
    return Member("mortal", 1234, mortal.run, asks)


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervision, "SHORTEST", 0.001)


def test_who_dies_is_started_again_and_counted() -> None:
    mortal = Mortal()
    watched = member(mortal)

    with kept([watched]):
        for _ in range(3):
            assert mortal.born.acquire(timeout=30)
            mortal.die()
        assert mortal.born.acquire(timeout=30)

    assert (mortal.lives, watched.restarts) == (4, 3)


def test_all_have_ended_when_the_block_has() -> None:
    mortals = [Mortal(), Mortal()]

    with kept([member(mortal) for mortal in mortals]):
        assert not any(mortal.is_buried.is_set() for mortal in mortals)

    assert all(mortal.is_buried.is_set() for mortal in mortals)


def test_who_does_not_start_the_first_time_stops_the_others_and_is_said() -> None:
    well, ill = Mortal(), Mortal()
    ill.fails = True

    with pytest.raises(ServerUnavailable, match="no disk"), kept([member(well), member(ill)]):
        pass

    assert well.is_buried.is_set()


def test_a_report_says_what_it_does_or_that_it_does_not_answer() -> None:
    answers = iter(["slots 1, 2"])

    def ask(_: int) -> str:
        for answer in answers:
            return answer
        raise NotHealthy

    mortal = Mortal()
    watched = member(mortal, ask)
    assert (watched.report().healthy, watched.report().doing) == (False, "starting")

    with kept([watched]):
        first, second = watched.report(), watched.report()

    assert (first.healthy, first.doing, first.pid) == (True, "slots 1, 2", 1)
    assert (second.healthy, second.doing) == (False, "not answering")
