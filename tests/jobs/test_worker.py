import threading
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.bell import Bell
from adapters.jobs.claims import CLAIM
from adapters.jobs.worker import pause
from adapters.postgres import Database
from application.dispatch import TooContended
from application.jobs import GivenUpError, Handled, Job, Skipped
from application.ports import About
from domain.messages import Command
from tests.jobs.examples import (
    HOUR,
    MINUTE,
    NOON,
    TENANT,
    BellThatRemembers,
    DispatcherThatRemembers,
    ManualClock,
    PlantsAreDead,
    RecordBellRung,
    RingBell,
    WaterPlants,
    a_worker,
    an_event,
    jobs_of,
    no_more_rings,
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


# --- When -----------------------------------------------------------------------------


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
    done, stop, bell = threading.Event(), threading.Event(), Bell()

    def dispatch(command: Command, about: About) -> None:
        done.set()

    worker = a_worker(database, clock, dispatch, bell=bell, poll=HOUR)
    thread = threading.Thread(target=worker.run, args=(stop,))
    thread.start()
    try:
        order(database, water(at=NOON + 2 * HOUR))
        clock.move(3 * HOUR)
        bell.ring()

        assert done.wait(20)
    finally:
        stop.set()
        bell.ring()
        thread.join(20)
    assert not thread.is_alive()


def test_a_running_worker_outlives_what_it_did_not_expect(
    database: Database, clock: ManualClock
) -> None:
    done, stop, bell = threading.Event(), threading.Event(), Bell()
    problems: list[Exception] = [OSError("first"), ValueError("second")]

    def troublesome_upkeep() -> None:
        if problems:
            clock.move(HOUR)
            raise problems.pop()
        done.set()

    worker = a_worker(
        database, clock, bell=bell, poll=timedelta(seconds=0.01), upkeep=[troublesome_upkeep]
    )
    thread = threading.Thread(target=worker.run, args=(stop,))
    thread.start()
    try:
        assert done.wait(20)
    finally:
        stop.set()
        bell.ring()
        thread.join(20)
    assert problems == []


def test_a_running_worker_wakes_by_itself_when_something_falls_due(database: Database) -> None:
    done, stop, bell = threading.Event(), threading.Event(), Bell()
    due = datetime.now(UTC) + timedelta(seconds=0.3)
    order(database, water(at=due))
    carried_out_at: list[datetime] = []

    def dispatch(command: Command, about: About) -> None:
        carried_out_at.append(datetime.now(UTC))
        done.set()

    worker = a_worker(database, lambda: datetime.now(UTC), dispatch, bell=bell, poll=HOUR)
    thread = threading.Thread(target=worker.run, args=(stop,))
    thread.start()
    try:
        assert done.wait(20)
    finally:
        stop.set()
        bell.ring()
        thread.join(20)
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


# --- What becomes of it ---------------------------------------------------------------


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


def test_a_command_that_met_too_many_others_is_tried_again(
    database: Database, clock: ManualClock
) -> None:
    dispatch = DispatcherThatRemembers(TooContended())
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


def test_an_order_of_another_release_waits_and_is_parked_in_the_end(
    database: Database, clock: ManualClock
) -> None:
    worker = a_worker(database, clock)
    with database.as_worker() as connection:
        record(connection, [water()], an_event())
        connection.execute("UPDATE work.jobs SET kind = 'feed-cat'")

    worker.run_due()
    assert statuses(database) == ["todo"]

    settle(worker, clock)
    assert statuses(database) == ["parked"]


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


# --- Many workers, and dead ones ------------------------------------------------------


def test_two_workers_at_once_share_the_work_and_repeat_nothing(
    database: Database, clock: ManualClock
) -> None:
    order(database, *[ring(n) for n in range(400)])
    bells = [BellThatRemembers(report=False) for _ in range(4)]
    start = threading.Barrier(4)

    def work(bell: BellThatRemembers) -> None:
        worker = a_worker(database, clock, handle=bell, batch=7)
        start.wait()
        while worker.run_due():
            pass

    threads = [threading.Thread(target=work, args=(bell,)) for bell in bells]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(times for bell in bells for times, _ in bell.rung) == list(range(400))
    assert set(statuses(database)) == {"done"}
    assert sum(bool(bell.rung) for bell in bells) > 1


def test_a_long_job_keeps_its_lease(database: Database, clock: ManualClock) -> None:
    taken_by_another: list[int] = []

    def slow(effect: RingBell, job: Job) -> None:
        def lease() -> object:
            return jobs_of(database)[0]["lease_until"]

        first = lease()
        while lease() == first:  # until it was renewed
            pass
        taken_by_another.append(a_worker(database, clock).run_due())

    order(database, ring())
    a_worker(database, clock, handle=slow, lease=timedelta(seconds=1)).run_due()

    assert taken_by_another == [0]
    assert statuses(database) == ["done"]


def let_leases_run_out(database: Database) -> None:
    with database.as_worker() as connection:
        connection.execute("UPDATE work.jobs SET lease_until = now() WHERE status = 'running'")


def test_what_a_dead_worker_left_is_carried_out_by_another(
    database: Database, clock: ManualClock
) -> None:
    bell = BellThatRemembers()

    class Died(BaseException):
        pass

    def deadly(effect: RingBell, job: Job) -> None:
        raise Died

    order(database, ring(1), ring(2))
    with pytest.raises(Died):
        a_worker(database, clock, handle=deadly).run_due()
    survivor = a_worker(database, clock, handle=bell)
    assert survivor.run_due() == 0

    let_leases_run_out(database)
    assert survivor.run_due() == 2

    # The one that was begun has used an attempt, the one beside it has not.
    assert sorted(job.attempt for _, job in bell.rung) == [1, 2]
    assert statuses(database) == ["done", "done"]


def test_a_job_that_kills_its_workers_is_parked(database: Database, clock: ManualClock) -> None:
    class Died(BaseException):
        pass

    def deadly(effect: RingBell, job: Job) -> None:
        raise Died

    order(database, ring())
    worker = a_worker(database, clock, handle=deadly)
    for _ in range(20):
        with pytest.raises(Died):
            worker.run_due()
        let_leases_run_out(database)

    assert worker.run_due() == 0
    assert statuses(database) == ["parked"]


def test_a_worker_thought_dead_cannot_settle_what_another_has_taken(
    database: Database, clock: ManualClock
) -> None:
    bell = BellThatRemembers(report=False)

    def overtaken(effect: RingBell, job: Job) -> Handled:
        let_leases_run_out(database)
        a_worker(database, clock, handle=bell).run_due()
        raise OSError

    order(database, ring())
    a_worker(database, clock, handle=overtaken).run_due()

    [row] = jobs_of(database)
    assert (row["status"], row["last_error"]) == ("done", None)
    assert len(bell.rung) == 1


def test_a_worker_thought_dead_does_not_begin_what_another_has_taken(
    database: Database, clock: ManualClock
) -> None:
    bells = BellThatRemembers(report=False), BellThatRemembers(report=False)

    def overtaken(effect: RingBell, job: Job) -> Handled:
        if effect.times == 1:
            let_leases_run_out(database)
            a_worker(database, clock, handle=bells[1]).run_due()
        return bells[0](effect, job)

    order(database, ring(1, at=NOON - HOUR), ring(2))
    a_worker(database, clock, handle=overtaken).run_due()

    # The first was begun already; no lease can take that back.
    assert [times for times, _ in bells[0].rung] == [1]
    assert [times for times, _ in bells[1].rung] == [1, 2]
    assert [row["attempts"] for row in jobs_of(database)] == [2, 1]


def test_what_is_withdrawn_while_it_runs_and_succeeds_was_done(
    database: Database, clock: ManualClock
) -> None:
    def withdrawn_meanwhile(effect: RingBell, job: Job) -> None:
        order(database, no_more_rings(), position=2)

    order(database, ring())
    a_worker(database, clock, handle=withdrawn_meanwhile).run_due()

    assert statuses(database) == ["done"]


def test_what_is_withdrawn_while_it_runs_is_not_tried_again(
    database: Database, clock: ManualClock
) -> None:
    def withdrawn_meanwhile(effect: RingBell, job: Job) -> None:
        order(database, no_more_rings(), position=2)
        raise OSError

    order(database, ring())
    worker = a_worker(database, clock, handle=withdrawn_meanwhile)
    worker.run_due()

    assert statuses(database) == ["withdrawn"]


def test_what_is_withdrawn_after_it_was_claimed_is_not_begun(
    database: Database, clock: ManualClock
) -> None:
    bell = BellThatRemembers(report=False)

    def withdraws_the_next(effect: RingBell, job: Job) -> Handled:
        if effect.times == 1:
            order(database, no_more_rings("second"), position=2)
        return bell(effect, job)

    order(database, ring(1, about="first", at=NOON - HOUR), ring(2, about="second"))
    a_worker(database, clock, handle=withdraws_the_next).run_due()

    assert [times for times, _ in bell.rung] == [1]
    assert statuses(database) == ["done", "withdrawn"]


# --- How fast, and for how long -------------------------------------------------------


def test_a_claim_does_not_see_the_hundred_thousand_timers_that_wait(
    database: Database, clock: ManualClock
) -> None:
    with database.as_worker() as connection:
        record(connection, [water(), ring()], an_event())
        connection.execute(
            """
            INSERT INTO work.jobs (
                id, tenant_id, lane, kind, about, dedupe_key, payload, due_at, run_at,
                max_attempts, process
            )
            SELECT gen_random_uuid(), tenant_id, lane, kind, n::text, lane || n, payload,
                   due_at + n * interval '1 minute', due_at + n * interval '1 minute', 20, 'fill'
            FROM work.jobs, generate_series(1, 50000) n
            """
        )
    with database.connect(None, "test") as connection:
        connection.execute("ANALYZE work.jobs")

    with database.as_worker() as connection:
        values = ("effects", clock(), 50, UUID(int=1), HOUR)
        explain = f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {CLAIM}"
        [[plan]] = connection.execute(explain, values).fetchall()

    nodes = list(_nodes(plan[0]["Plan"]))
    assert "jobs_due" in {node.get("Index Name") for node in nodes}
    assert not [node for node in nodes if node["Node Type"] == "Seq Scan"]
    assert sum(node["Shared Hit Blocks"] for node in nodes if "Index Name" in node) < 50


def _nodes(plan):
    yield plan
    for child in plan.get("Plans", ()):
        yield from _nodes(child)


def test_what_was_finished_long_ago_is_forgotten(database: Database, clock: ManualClock) -> None:
    worker = a_worker(database, clock, keep=HOUR)
    order(database, ring(1), ring(2, at=NOON + 9 * HOUR))
    worker.run_due()

    assert worker.prune() == 0
    clock.move(2 * HOUR)
    assert worker.prune() == 1

    assert statuses(database) == ["todo"]


@given(st.uuids(), st.integers(min_value=1, max_value=100))
def test_a_pause_doubles_up_to_an_hour_and_is_the_same_each_time(job: UUID, attempt: int) -> None:
    least = timedelta(seconds=min(2**attempt, 3600))

    assert least <= pause(job, attempt) <= 1.5 * least
    assert pause(job, attempt) == pause(job, attempt)
