"""When a job is done: at its time, and again after a failure."""

import threading
from datetime import UTC, datetime, timedelta

import pytest

from adapters.postgres import Database
from adapters.wakeups.bell import Bell
from application.operations.jobs import Job
from application.ports import About
from domain.messages import Command
from tests.jobs.examples import (
    ALONE,
    HOUR,
    MINUTE,
    NOON,
    BellThatRemembers,
    DispatcherThatRemembers,
    ManualClock,
    RingBell,
    WaterPlants,
    a_worker,
    at_work,
    order,
    ring,
    statuses,
    water,
)

pytestmark = pytest.mark.postgres


def test_an_order_is_carried_out_when_it_is_due_and_not_before(
    database: Database, clock: ManualClock
) -> None:
    dispatch = DispatcherThatRemembers()
    worker = a_worker(database, clock, dispatch)
    order(database, water(at=NOON + HOUR))

    assert worker.run_due() == 0
    assert worker.next_due() == NOON + HOUR

    clock.move(HOUR)
    assert worker.run_due() == 1
    assert dispatch.commands == [WaterPlants(room="kitchen")]
    assert worker.next_due() is None


def test_an_order_without_a_time_is_carried_out_at_once(
    database: Database, clock: ManualClock
) -> None:
    bell = BellThatRemembers()
    order(database, ring(3))

    a_worker(database, clock, handle=bell).run_due()

    assert [times for times, _ in bell.rung] == [3]


def test_what_is_due_longest_comes_first(database: Database, clock: ManualClock) -> None:
    bell = BellThatRemembers()
    order(database, ring(2, at=NOON - MINUTE), position=1)
    order(database, ring(3), position=2)
    order(database, ring(1, at=NOON - HOUR), position=3)

    while a_worker(database, clock, handle=bell, batch=1).run_due():
        pass

    assert [times for times, _ in bell.rung] == [1, 2, 3]


def test_a_worker_of_one_lane_leaves_the_other_alone(
    database: Database, clock: ManualClock
) -> None:
    order(database, water(), ring(at=NOON + HOUR))
    effects = a_worker(database, clock, lanes=["effects"])

    assert effects.run_due() == 0
    assert effects.next_due() == NOON + HOUR
    assert a_worker(database, clock, lanes=["commands"]).run_due() == 1


def test_a_running_worker_is_woken_by_the_bell(database: Database, clock: ManualClock) -> None:
    done, bell = threading.Event(), Bell()

    def dispatch(command: Command, about: About) -> None:
        done.set()

    worker = a_worker(database, clock, dispatch, bell=bell, poll=HOUR)
    with at_work(worker, bell, ALONE):
        order(database, water(at=NOON + 2 * HOUR))
        clock.move(3 * HOUR)
        bell.ring()

        assert done.wait(20)


def test_a_running_worker_outlives_what_it_did_not_expect(
    database: Database, clock: ManualClock
) -> None:
    done, bell = threading.Event(), Bell()
    problems: list[Exception] = [OSError("first"), ValueError("second")]

    def troublesome_upkeep() -> None:
        if problems:
            clock.move(HOUR)
            raise problems.pop()
        done.set()

    worker = a_worker(
        database, clock, bell=bell, poll=timedelta(seconds=0.01), upkeep=[troublesome_upkeep]
    )
    with at_work(worker, bell, ALONE):
        assert done.wait(20)
    assert problems == []


def test_a_running_worker_wakes_by_itself_when_something_falls_due(database: Database) -> None:
    done, bell = threading.Event(), Bell()
    due = datetime.now(UTC) + timedelta(seconds=0.3)
    order(database, water(at=due))
    carried_out_at: list[datetime] = []

    def dispatch(command: Command, about: About) -> None:
        carried_out_at.append(datetime.now(UTC))
        done.set()

    worker = a_worker(database, lambda: datetime.now(UTC), dispatch, bell=bell, poll=HOUR)
    with at_work(worker, bell, ALONE):
        assert done.wait(20)
    assert carried_out_at[0] >= due


def test_a_worker_that_is_stopped_gives_back_what_it_has_not_begun(
    database: Database, clock: ManualClock
) -> None:
    stop = threading.Event()
    order(database, *[ring(n) for n in range(5)])

    def stop_at_the_first(effect: RingBell, job: Job) -> None:
        stop.set()

    assert a_worker(database, clock, handle=stop_at_the_first).run_due(stop) == 1

    assert sorted(statuses(database)) == ["done", "todo", "todo", "todo", "todo"]
    assert a_worker(database, clock).run_due() == 4
