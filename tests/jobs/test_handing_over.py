"""What a provider took is not done again, whatever fails afterwards and whoever carries it out."""

import threading
from collections.abc import Callable
from typing import Final

import psycopg
import pytest

from adapters.jobs import Worker, circuits, handing_over
from adapters.jobs.leases import leases, reap
from adapters.postgres import Database
from application.operations.jobs import AwayError, Handled, Job, NotTakenError
from tests.jobs.examples import (
    HOUR,
    DispatcherThatRemembers,
    ManualClock,
    RecordBellRung,
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

# PostgreSQL ends a connection by which a report would be kept, as often as it is told to.
BREAKS: Final = """
    CREATE SEQUENCE broken;
    CREATE FUNCTION break() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
        BEGIN
            IF nextval('broken') <= {times} THEN
                PERFORM pg_terminate_backend(pg_backend_pid());
            END IF;
            RETURN NEW;
        END
    $$;
    CREATE TRIGGER breaks BEFORE UPDATE OF report ON work.jobs
        FOR EACH ROW WHEN (NEW.report IS NOT NULL) EXECUTE FUNCTION break();
"""


class BellFarAway:
    """A provider that cannot be asked: it is told when it is handed something, and may fail then."""

    def __init__(self, note: Callable[[str], None], *errors: Exception) -> None:
        self.note = note
        self.errors = list(errors)
        self.rung = 0

    def __call__(self, effect: RingBell, job: Job) -> Handled:
        self.note(str(job.id))
        if self.errors:
            raise self.errors.pop(0)
        self.rung += 1
        return RecordBellRung(times=effect.times)


@pytest.fixture
def bell(database: Database) -> BellFarAway:
    return BellFarAway(handing_over(database))


@pytest.fixture
def breaks(dsn: str) -> Callable[[int], None]:
    def break_so_often(times: int) -> None:
        with psycopg.connect(dsn, autocommit=True) as connection:
            connection.execute(BREAKS.format(times=times))

    return break_so_often


def try_often(worker: Worker, clock: ManualClock) -> None:
    for _ in range(5):
        worker.run_due()
        clock.move(HOUR)


# --- What fails once it was taken ---------------------------------------------------------


@pytest.mark.parametrize("times", [1, 100])
def test_what_was_taken_is_recorded_though_the_connections_to_postgresql_end(
    database: Database, clock: ManualClock, bell: BellFarAway, breaks, times: int
) -> None:
    dispatch = DispatcherThatRemembers()
    order(database, ring(3))
    breaks(times)

    try_often(a_worker(database, clock, dispatch, bell), clock)

    assert bell.rung == 1
    assert dispatch.commands == [RecordBellRung(times=3)]
    assert statuses(database) == ["done"]


def test_what_was_taken_and_can_be_noted_nowhere_is_uncertain(
    database: Database, clock: ManualClock, bell: BellFarAway, breaks
) -> None:
    order(database, ring(3))
    breaks(100)

    try_often(a_worker(database, clock, DispatcherThatRemembers(OSError()), bell), clock)

    assert bell.rung == 1
    assert statuses(database) == ["uncertain"]


def test_what_is_kept_and_not_recorded_yet_is_not_uncertain(
    database: Database, clock: ManualClock, bell: BellFarAway
) -> None:
    dispatch = DispatcherThatRemembers(OSError("log away"))
    worker = a_worker(database, clock, dispatch, bell)
    order(database, ring(3))
    worker.run_due()
    assert statuses(database) == ["todo"]

    dispatch.error = None
    try_often(worker, clock)

    assert (bell.rung, dispatch.commands) == (1, [RecordBellRung(times=3)])


def test_a_provider_that_knows_what_it_was_shown_is_shown_it_again(
    database: Database, clock: ManualClock, breaks
) -> None:
    shown: list[Job] = []

    def shown_again(effect: RingBell, job: Job) -> Handled:
        shown.append(job)
        return RecordBellRung(times=effect.times)

    dispatch = DispatcherThatRemembers(OSError())
    worker = a_worker(database, clock, dispatch, shown_again)
    order(database, ring(3))
    breaks(2)
    worker.run_due()
    assert statuses(database) == ["todo"]

    dispatch.error = None
    try_often(worker, clock)

    assert len({job.id for job in shown}) == 1
    assert statuses(database) == ["done"]


# --- What fails while it is taken ---------------------------------------------------------


@pytest.mark.parametrize("attempts", [1, 20])
def test_a_failure_that_says_nothing_of_it_leaves_uncertain_what_was_handed_over(
    database: Database, clock: ManualClock, bell: BellFarAway, attempts: int
) -> None:
    bell.errors = [ValueError("out of order")]
    order(database, ring())
    with database.as_worker() as connection:
        connection.execute("UPDATE work.jobs SET max_attempts = %s", (attempts,))

    try_often(a_worker(database, clock, handle=bell), clock)

    assert bell.rung == 0
    assert statuses(database) == ["uncertain"]


@pytest.mark.parametrize("error", [NotTakenError("not now"), AwayError("nobody there")])
def test_what_was_handed_over_and_not_taken_is_handed_over_again(
    database: Database, clock: ManualClock, bell: BellFarAway, error: Exception
) -> None:
    bell.errors = [error]
    order(database, ring())

    try_often(a_worker(database, clock, handle=bell), clock)

    assert bell.rung == 1
    assert statuses(database) == ["done"]


# --- What another has by now --------------------------------------------------------------


def test_who_was_taken_for_dead_hands_nothing_over_and_lets_nothing_overtake(
    database: Database, clock: ManualClock
) -> None:
    note, came_back = handing_over(database), threading.Event()
    stalled, overdue, arrived = threading.Event(), threading.Event(), []

    def stalls(effect: Toll, job: Job) -> None:
        stalled.set()
        assert overdue.wait(20)
        try:
            note(str(job.id))
        finally:
            came_back.set()
        arrived.append(-effect.stroke)

    def goes_on(effect: Toll, job: Job) -> None:
        overdue.set()
        assert came_back.wait(20)
        note(str(job.id))
        arrived.append(effect.stroke)

    order(database, toll(1), position=1)
    order(database, toll(2), position=2)
    sleeper = threading.Thread(target=a_ringer(database, clock, stalls).run_due)
    sleeper.start()
    assert stalled.wait(20)
    with database.as_worker() as connection:
        reap(connection, leases(connection))
    other = a_ringer(database, clock, goes_on)
    while other.run_due():
        pass
    sleeper.join()

    assert arrived == [1, 2]
    assert [row["status"] for row in jobs_of(database)] == ["done", "done"]


def test_who_has_lost_a_job_says_nothing_of_it_nor_of_its_lane(
    database: Database, clock: ManualClock, bell: BellFarAway
) -> None:
    order(database, ring())

    def loses(effect: RingBell, job: Job) -> Handled:
        with database.as_worker() as connection:
            reap(connection, leases(connection))
            connection.execute("UPDATE work.jobs SET status = 'running', claim = gen_random_uuid()")
        return bell(effect, job)

    a_worker(database, clock, handle=loses).run_due()

    assert (bell.rung, statuses(database)) == (0, ["running"])
    with database.as_worker() as connection:
        assert circuits.failing(connection) == []
