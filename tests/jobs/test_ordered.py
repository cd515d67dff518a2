"""What a job finds out that has to be done next, which its process could not know."""

from datetime import timedelta
from typing import Any

import pytest

from adapters.postgres import Database
from application.operations.jobs import Handled, Job, Ordered
from application.processes.process import Do
from tests.jobs.examples import (
    ANOTHER_TENANT,
    HOUR,
    NOON,
    DispatcherThatRemembers,
    ManualClock,
    RingBell,
    WaterPlants,
    a_worker,
    jobs_of,
    order,
    ring,
)

pytestmark = pytest.mark.postgres


def finding(*orders: Do) -> Any:
    """Return what finds that all this has to be done."""

    def look(_: RingBell, __: Job) -> Handled:
        return Ordered(orders)

    return look


def water(room: str = "kitchen", after: timedelta | None = None) -> Do:
    at = None if after is None else NOON + after
    return Do(WaterPlants(room=room), about=room, at=at)


def test_what_is_found_is_done_when_it_is_due_and_says_what_caused_it(
    database: Database, clock: ManualClock
) -> None:
    dispatch = DispatcherThatRemembers()
    worker = a_worker(database, clock, dispatch, finding(water(), water("hall", after=HOUR)))
    order(database, ring(), position=7)

    while worker.run_due():
        pass
    at_once = dispatch.commands
    clock.move(HOUR)
    worker.run_due()

    assert at_once == [WaterPlants(room="kitchen")]
    assert dispatch.commands == [WaterPlants(room="kitchen"), WaterPlants(room="hall")]
    assert {about.causation for _, about in dispatch.seen.values()} == {"event-7"}
    assert {row["caused_by"] for row in jobs_of(database)} == {7}


def test_what_several_find_is_done_once_in_each_business(
    database: Database, clock: ManualClock
) -> None:
    worker = a_worker(database, clock, handle=finding(water()))
    order(database, ring(1), ring(2), position=1)
    order(database, ring(3), position=2)
    order(database, ring(3), position=3, tenant=ANOTHER_TENANT)

    while worker.run_due():
        pass

    found = [row for row in jobs_of(database) if row["kind"] == "water-plants"]
    assert len({row["tenant_id"] for row in found}) == len(found) == 2


def test_who_dies_before_it_is_written_down_that_a_job_is_done_finds_nothing_new(
    database: Database, clock: ManualClock
) -> None:
    worker = a_worker(database, clock, handle=finding(water(), water("hall")))
    order(database, ring())
    while worker.run_due():
        pass

    with database.as_worker() as connection:
        as_left = (
            "UPDATE work.jobs SET status = 'todo', finished_at = NULL WHERE kind = 'ring-bell'"
        )
        connection.execute(as_left)
    while worker.run_due():
        pass

    assert [row["kind"] for row in jobs_of(database)].count("water-plants") == 2
    assert {row["status"] for row in jobs_of(database)} == {"done"}
