"""What hangs holds up its own lane at most, and is left alone for a while."""

import threading
from datetime import timedelta

import pytest

from adapters.jobs import Worker, circuits
from adapters.jobs.circuits import LONGEST_PAUSE, PAUSE
from adapters.jobs.lanes import AT_ONCE
from adapters.postgres import Database
from adapters.wakeups.bell import Bell
from application.operations.jobs import AwayError, Handled, Handlers, Job, UncertainError
from application.ports import About
from domain.messages import Command
from tests.jobs.examples import (
    MINUTE,
    BellThatRemembers,
    DispatcherThatRemembers,
    ManualClock,
    RingBell,
    Toll,
    WaterPlants,
    a_worker,
    at_work,
    order,
    ring,
    statuses,
    toll,
    water,
)

pytestmark = pytest.mark.postgres

SECOND = timedelta(seconds=1)


class ProviderThatHangs:
    """Lets nobody go before it is told to."""

    def __init__(self) -> None:
        self.standing = 0
        self.most = 0
        self.let_go = threading.Event()
        self.full = threading.Event()

    def __call__(self, effect: Toll, job: Job) -> None:
        self.standing += 1
        self.most = max(self.most, self.standing)
        if self.standing == AT_ONCE["mails"]:
            self.full.set()
        assert self.let_go.wait(30)
        self.standing -= 1


def test_a_provider_that_hangs_holds_up_neither_commands_nor_other_effects(
    database: Database, clock: ManualClock
) -> None:
    provider, bell = ProviderThatHangs(), Bell()
    watered, rung = threading.Event(), threading.Event()

    def dispatch(command: Command, about: About) -> None:
        watered.set()

    def ring_bell(effect: RingBell, job: Job) -> None:
        rung.set()

    effects: Handlers = {Toll: provider, RingBell: ring_bell}
    worker = Worker(database, clock, dispatch, [WaterPlants], effects, bell=bell)
    order(database, *[toll(n, f"tower {n}") for n in range(20)])
    with at_work(worker, bell):
        assert provider.full.wait(20)
        order(database, water(), ring(), position=2)
        bell.ring()

        assert watered.wait(20)
        assert rung.wait(20)
        provider.let_go.set()
    assert provider.most == AT_ONCE["mails"]


def test_what_was_taken_together_with_something_that_hangs_is_carried_out_by_others(
    database: Database, clock: ManualClock
) -> None:
    bell, let_go, others = Bell(), threading.Event(), threading.Event()
    done: list[int] = []

    def thirteen_hangs(effect: RingBell, job: Job) -> None:
        if effect.times == 13:
            assert let_go.wait(30)
        done.append(effect.times)
        if len(done) == 39:
            others.set()

    worker = a_worker(database, clock, handle=thirteen_hangs, bell=bell)
    order(database, *[ring(n) for n in range(40)])
    with at_work(worker, bell):
        assert others.wait(20)
        let_go.set()

    assert done.index(13) == 39


def away(effect: RingBell, job: Job) -> Handled:
    raise AwayError("nobody there")


def tries(database: Database, worker: Worker, bell: BellThatRemembers) -> int:
    """Return how many meet the provider when something new falls due."""
    before = len(bell.rung)
    worker.run_due()
    return len(bell.rung) - before


def test_who_does_not_answer_is_left_alone_for_a_while_and_then_tried_by_one(
    database: Database, clock: ManualClock
) -> None:
    bell = BellThatRemembers(*[AwayError()] * 4)
    worker = a_worker(database, clock, handle=bell, batch=1)
    order(database, *[ring(n) for n in range(8)])
    assert [tries(database, worker, bell) for _ in range(5)] == [1, 1, 1, 0, 0]
    with database.as_worker() as connection:
        [failing] = circuits.failing(connection)
    assert (failing.lane, failing.failures) == ("effects", 3)
    assert failing.until == clock() + PAUSE
    assert worker.next_due() == clock() + PAUSE

    clock.move(PAUSE)
    assert [tries(database, worker, bell) for _ in range(2)] == [1, 0]

    # It failed again: a longer pause. Then it answers, and all is as before.
    clock.move(PAUSE + SECOND)
    assert tries(database, worker, bell) == 0
    clock.move(PAUSE)
    assert [tries(database, worker, bell) for _ in range(3)] == [1, 1, 1]
    with database.as_worker() as connection:
        assert circuits.failing(connection) == []


def test_a_pause_does_not_grow_without_end(database: Database, clock: ManualClock) -> None:
    with database.as_worker() as connection:
        for _ in range(40):
            circuits.failed(connection, "mails", now=clock())
            clock.move(LONGEST_PAUSE)
        [failing] = circuits.failing(connection)

    assert failing.until == clock()
    assert failing.failures == 40


def test_all_workers_leave_alone_what_one_of_them_found_away(
    database: Database, clock: ManualClock
) -> None:
    bell = BellThatRemembers()
    order(database, *[ring(n) for n in range(4)])
    finder = a_worker(database, clock, handle=away, batch=1)
    for _ in range(3):
        finder.run_due()

    other = a_worker(database, clock, handle=bell)

    assert other.run_due() == 0
    assert bell.rung == []


@pytest.mark.parametrize("error", [ValueError("thirteen"), UncertainError("lost")])
def test_what_fails_for_its_own_reasons_leaves_the_lane_open(
    database: Database, clock: ManualClock, error: Exception
) -> None:
    bell = BellThatRemembers(*[error] * 8)
    worker = a_worker(database, clock, handle=bell)
    order(database, *[ring(n) for n in range(8)])
    worker.run_due()

    with database.as_worker() as connection:
        assert circuits.failing(connection) == []


def test_commands_are_never_left_alone(database: Database, clock: ManualClock) -> None:
    dispatch = DispatcherThatRemembers(AwayError())
    worker = a_worker(database, clock, dispatch)
    order(database, *[water(str(n)) for n in range(5)])
    worker.run_due()

    dispatch.error = None
    clock.move(MINUTE)
    worker.run_due()

    assert set(statuses(database)) == {"done"}
