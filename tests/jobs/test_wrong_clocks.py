"""A worker whose own clock is wrong keeps nothing of the others waiting, and hurries nothing."""

from datetime import timedelta

import pytest

from adapters.jobs import JobDesk, Orders, circuits
from adapters.jobs.circuits import PAUSE
from adapters.jobs.postponed import ELSEWHERE
from adapters.postgres import Database
from application.operations.jobs import AwayError
from tests.jobs.examples import (
    HOUR,
    TENANT,
    BellThatRemembers,
    ManualClock,
    ManualSeconds,
    RingBell,
    Toll,
    a_ringer,
    a_worker,
    jobs_of,
    order,
    ring,
    statuses,
    toll,
)

pytestmark = pytest.mark.postgres

DAY = timedelta(days=1)


@pytest.fixture
def ahead() -> ManualClock:
    """A clock that is a day ahead."""
    clock = ManualClock()
    clock.move(DAY)
    return clock


@pytest.fixture
def seconds() -> ManualSeconds:
    return ManualSeconds()


def test_a_lane_that_somebody_closed_for_a_day_is_tried_when_its_pause_is_over(
    database: Database, clock: ManualClock, ahead: ManualClock, seconds: ManualSeconds
) -> None:
    order(database, *[ring(n, about=f"bell {n}") for n in range(3)])
    wrong = a_worker(database, ahead, handle=BellThatRemembers(*[AwayError()] * 3))
    wrong.run_due()
    order(database, ring(7, about="another"), position=2)
    bell = BellThatRemembers(AwayError(), report=False)
    right = a_worker(database, clock, handle=bell, seconds=seconds, batch=1)
    right.run_due()
    assert bell.rung == []

    seconds.now += PAUSE.total_seconds()
    right.run_due()
    assert [times for times, _ in bell.rung] == [7]

    # It failed again. Now the pause ends by a clock that is right.
    with database.as_worker() as connection:
        [failing] = circuits.failing(connection)
    assert (failing.failures, failing.until) == (4, clock() + 2 * PAUSE)
    clock.move(2 * PAUSE)
    right.run_due()
    assert len(bell.rung) == 2


def test_what_somebody_put_off_for_a_day_is_tried_when_its_pause_is_over(
    database: Database, clock: ManualClock, ahead: ManualClock, seconds: ManualSeconds
) -> None:
    order(database, ring())
    a_worker(database, ahead, handle=BellThatRemembers(OSError())).run_due()
    bell = BellThatRemembers()
    right = a_worker(database, clock, handle=bell, seconds=seconds)
    right.run_due()
    seconds.now += 1
    right.run_due()
    assert bell.rung == []

    seconds.now += 2
    right.run_due()

    assert statuses(database) == ["done"]


def test_so_is_what_comes_after_it(
    database: Database, clock: ManualClock, ahead: ManualClock, seconds: ManualSeconds
) -> None:
    heard: list[int] = []

    def hears(effect: Toll, job: object) -> None:
        heard.append(effect.stroke)

    order(database, toll(1), position=1)
    order(database, toll(2), position=2)
    a_ringer(database, ahead, BellThatRemembers(OSError())).run_due()  # type: ignore[arg-type]  # never rings
    right = a_ringer(database, clock, hears, seconds=seconds)
    right.run_due()
    seconds.now += 3
    for _ in range(3):
        right.run_due()

    assert heard == [1, 2]


def test_whose_clock_is_behind_tries_nothing_sooner_than_its_pause(
    database: Database, clock: ManualClock, ahead: ManualClock, seconds: ManualSeconds
) -> None:
    """To them it looks as if all others were ahead, who go on trying meanwhile."""
    order(database, ring())
    others = BellThatRemembers(*[OSError()] * 8)
    right = a_worker(database, ahead, handle=others)
    bell = BellThatRemembers()
    behind = a_worker(database, clock, handle=bell, seconds=seconds)
    for _ in range(8):
        right.run_due()
        ahead.now = jobs_of(database)[0]["run_at"]
        behind.run_due()
        seconds.now += 2

    assert (len(others.rung), bell.rung) == (8, [])


def test_what_an_operator_has_put_off_waits_for_its_day(
    database: Database, clock: ManualClock, seconds: ManualSeconds
) -> None:
    order(database, ring())
    bell = BellThatRemembers(OSError())
    worker = a_worker(database, clock, handle=bell, seconds=seconds)
    worker.run_due()
    [failing] = jobs_of(database)
    desk = JobDesk(database, clock, Orders([RingBell]))
    desk.edit(TENANT, failing["id"], run_at=clock() + DAY)

    for _ in range(5):
        worker.run_due()
        seconds.now += HOUR.total_seconds()

    assert len(bell.rung) == 1


def test_what_another_release_must_do_is_not_hurried_to_those_who_cannot(
    database: Database, clock: ManualClock, seconds: ManualSeconds
) -> None:
    order(database, ring())
    with database.as_worker() as connection:
        connection.execute("UPDATE work.jobs SET kind = 'ring-gong'")
    unread: list[str] = []
    worker = a_worker(database, clock, seconds=seconds, unread=unread.append)
    for _ in range(int(ELSEWHERE.total_seconds())):
        worker.run_due()
        clock.move(timedelta(seconds=1))
        seconds.now += 1

    assert unread == ["ring-gong"]
