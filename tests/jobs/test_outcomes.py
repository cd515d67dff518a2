"""What becomes of a job: done, tried again, given up."""

from itertools import pairwise

import pytest

from adapters.jobs.postponed import pause
from adapters.jobs.queue import MAX_ATTEMPTS
from adapters.postgres import Database
from application.dispatch import TooContended
from application.files.store import StorageIsAway
from application.operations.jobs import GivenUpError, Job, Skipped
from application.ports import About
from application.refusals import NotNow
from domain.messages import Command
from tests.jobs.examples import (
    HOUR,
    TENANT,
    BellThatRemembers,
    DispatcherThatRemembers,
    ManualClock,
    PlantsAreDead,
    RecordBellRung,
    RingBell,
    a_worker,
    an_event,
    jobs_of,
    order,
    record,
    ring,
    statuses,
    water,
)

pytestmark = pytest.mark.postgres


def settle(worker, clock: ManualClock, limit: int = 100) -> None:
    """Walk from due time to due time until nothing waits."""
    for _ in range(limit):
        if worker.run_due():
            continue
        due = worker.next_due()
        if due is None:
            return
        clock.now = max(clock.now, due)
    raise AssertionError


def test_a_command_is_dispatched_under_the_jobs_id_and_says_what_caused_it(
    database: Database, clock: ManualClock
) -> None:
    dispatch = DispatcherThatRemembers()
    cause = an_event(id="event-7", correlation="event-1", trace="00-abc")
    with database.as_worker() as connection:
        record(connection, [water()], cause)

    a_worker(database, clock, dispatch).run_due()

    [row] = jobs_of(database)
    [(_, about)] = dispatch.seen.values()
    assert about == About(
        tenant=TENANT,
        actor="process/look-after",
        command_id=row["id"],
        retried=True,
        correlation="event-1",
        causation="event-7",
        trace="00-abc",
    )


def test_the_first_event_of_a_chain_gives_the_correlation(
    database: Database, clock: ManualClock
) -> None:
    dispatch = DispatcherThatRemembers()
    with database.as_worker() as connection:
        record(connection, [water()], an_event(id="event-7"))

    a_worker(database, clock, dispatch).run_due()

    [(_, about)] = dispatch.seen.values()
    assert (about.correlation, about.causation) == ("event-7", "event-7")


def test_a_refused_command_is_answered_and_not_retried(
    database: Database, clock: ManualClock
) -> None:
    dispatch = DispatcherThatRemembers(PlantsAreDead())
    order(database, water())

    a_worker(database, clock, dispatch).run_due()

    [row] = jobs_of(database)
    assert (row["status"], row["outcome"]) == ("done", "refused: plants-are-dead")
    assert dispatch.calls == 1


@pytest.mark.parametrize("refusal", [TooContended(), StorageIsAway()])
def test_a_command_that_cannot_be_carried_out_at_this_moment_is_tried_again(
    database: Database, clock: ManualClock, refusal: NotNow
) -> None:
    dispatch = DispatcherThatRemembers(refusal)
    worker = a_worker(database, clock, dispatch)
    order(database, water())
    worker.run_due()
    assert statuses(database) == ["todo"]

    dispatch.error = None
    settle(worker, clock)

    assert statuses(database) == ["done"]


def test_what_fails_is_tried_again_after_a_pause_that_grows(
    database: Database, clock: ManualClock
) -> None:
    bell = BellThatRemembers(OSError("no"), OSError("still no"))
    worker = a_worker(database, clock, handle=bell)
    order(database, ring())
    tried_at = []

    while worker.run_due():
        tried_at.append(clock.now)
        clock.now = worker.next_due() or clock.now

    [row] = jobs_of(database)
    pauses = [later - sooner for sooner, later in pairwise(tried_at)]
    assert pauses == [pause(row["id"], 1), pause(row["id"], 2)]
    assert (row["status"], row["attempts"], row["last_error"]) == ("done", 3, None)
    assert [job.attempt for _, job in bell.rung] == [1, 2, 3]


def test_poison_is_parked_after_the_last_attempt_and_the_rest_flows(
    database: Database, clock: ManualClock
) -> None:
    def poisonous(effect: RingBell, job: Job) -> None:
        if effect.times == 13:
            raise ValueError("thirteen")

    worker = a_worker(database, clock, handle=poisonous)
    order(database, ring(12), ring(13), ring(14))
    settle(worker, clock)

    [parked] = [row for row in jobs_of(database) if row["status"] != "done"]
    assert (parked["status"], parked["payload"]) == ("parked", {"times": 13})
    assert parked["attempts"] == parked["max_attempts"] == 20
    assert parked["last_error"] == "ValueError: thirteen"
    assert len(jobs_of(database)) == 3


def test_an_order_of_another_release_waits_for_one_that_knows_it_and_is_never_parked(
    database: Database, clock: ManualClock
) -> None:
    worker = a_worker(database, clock)
    with database.as_worker() as connection:
        record(connection, [water()], an_event())
        connection.execute("UPDATE work.jobs SET kind = 'feed-cat'")

    for _ in range(2 * MAX_ATTEMPTS):
        worker.run_due()
        clock.move(2 * HOUR)

    assert statuses(database) == ["todo"]


def test_the_last_attempt_is_told_so(database: Database, clock: ManualClock) -> None:
    told: list[bool] = []

    def failing(effect: RingBell, job: Job) -> None:
        told.append(job.is_last_attempt)
        raise OSError

    order(database, ring())
    settle(a_worker(database, clock, handle=failing), clock)

    assert told == [False] * 19 + [True]


def test_what_cannot_succeed_is_parked_at_once_and_recorded(
    database: Database, clock: ManualClock
) -> None:
    dispatch = DispatcherThatRemembers()
    bell = BellThatRemembers(GivenUpError("no such bell", RecordBellRung(times=0)))
    order(database, ring())

    a_worker(database, clock, dispatch, bell).run_due()

    [row] = jobs_of(database)
    assert (row["status"], row["attempts"]) == ("parked", 1)
    assert row["last_error"] == "GivenUpError: no such bell"
    assert dispatch.commands == [RecordBellRung(times=0)]


def test_nothing_left_to_do_is_an_outcome(database: Database, clock: ManualClock) -> None:
    order(database, ring())

    a_worker(database, clock, handle=lambda effect, job: Skipped("nobody is home")).run_due()

    [row] = jobs_of(database)
    assert (row["status"], row["outcome"]) == ("done", "skipped: nobody is home")


def test_what_an_effect_did_is_recorded_once(database: Database, clock: ManualClock) -> None:
    dispatch = DispatcherThatRemembers()
    order(database, ring(3))

    a_worker(database, clock, dispatch).run_due()

    assert dispatch.commands == [RecordBellRung(times=3)]
    assert statuses(database) == ["done"]


def test_an_effect_is_not_repeated_when_recording_it_fails(
    database: Database, clock: ManualClock
) -> None:
    dispatch, bell = DispatcherThatRemembers(OSError("log away")), BellThatRemembers()
    worker = a_worker(database, clock, dispatch, bell)
    order(database, ring(3))
    worker.run_due()
    assert statuses(database) == ["todo"]

    dispatch.error = None
    settle(worker, clock)

    assert len(bell.rung) == 1
    assert dispatch.commands == [RecordBellRung(times=3)]
    assert statuses(database) == ["done"]


def test_what_an_effect_did_is_recorded_under_one_id_however_often_it_is_tried(
    database: Database, clock: ManualClock
) -> None:
    recorded = DispatcherThatRemembers()

    def connection_lost_after_commit(command: Command, about: About) -> None:
        recorded(command, about)
        if recorded.calls < 3:
            raise OSError

    order(database, ring(3))
    settle(a_worker(database, clock, connection_lost_after_commit), clock)

    assert recorded.calls == 3
    assert recorded.commands == [RecordBellRung(times=3)]
