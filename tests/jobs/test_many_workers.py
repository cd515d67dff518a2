"""Many workers at once, dead ones, and many jobs."""

import threading
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.jobs.claims import CLAIM, TENANTS_DUE
from adapters.jobs.postponed import pause
from adapters.postgres import Database
from application.operations.jobs import Handled, Job
from tests.jobs.examples import (
    HOUR,
    NOON,
    TENANT,
    BellThatRemembers,
    ManualClock,
    ManualSeconds,
    RingBell,
    a_worker,
    an_event,
    jobs_of,
    no_more_rings,
    order,
    record,
    ring,
    statuses,
    wait_out,
    water,
)

pytestmark = pytest.mark.postgres


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


@pytest.fixture
def seconds() -> ManualSeconds:
    return ManualSeconds()


def test_what_a_dead_worker_left_is_carried_out_by_another(
    database: Database, clock: ManualClock, seconds: ManualSeconds
) -> None:
    bell = BellThatRemembers()

    class Died(BaseException):
        pass

    def deadly(effect: RingBell, job: Job) -> None:
        raise Died

    order(database, ring(1), ring(2))
    with pytest.raises(Died):
        a_worker(database, clock, handle=deadly).run_due()
    survivor = a_worker(database, clock, handle=bell, seconds=seconds)
    assert survivor.run_due() == 0

    assert wait_out(survivor, seconds) == 2

    # The one that was begun has used an attempt, the one beside it has not.
    assert sorted(job.attempt for _, job in bell.rung) == [1, 2]
    assert statuses(database) == ["done", "done"]


def test_a_job_that_kills_its_workers_is_parked(
    database: Database, clock: ManualClock, seconds: ManualSeconds
) -> None:
    class Died(BaseException):
        pass

    def deadly(effect: RingBell, job: Job) -> None:
        raise Died

    order(database, ring())
    worker = a_worker(database, clock, handle=deadly, seconds=seconds)
    for _ in range(20):
        with pytest.raises(Died):
            wait_out(worker, seconds)

    assert wait_out(worker, seconds) == 0
    assert statuses(database) == ["parked"]


def test_a_worker_thought_dead_cannot_settle_what_another_has_taken(
    database: Database, clock: ManualClock, seconds: ManualSeconds
) -> None:
    bell = BellThatRemembers(report=False)

    def overtaken(effect: RingBell, job: Job) -> Handled:
        wait_out(a_worker(database, clock, handle=bell, seconds=seconds), seconds)
        raise OSError

    order(database, ring())
    a_worker(database, clock, handle=overtaken).run_due()

    [row] = jobs_of(database)
    assert (row["status"], row["last_error"]) == ("done", None)
    assert len(bell.rung) == 1


def test_a_worker_thought_dead_does_not_begin_what_another_has_taken(
    database: Database, clock: ManualClock, seconds: ManualSeconds
) -> None:
    bells = BellThatRemembers(report=False), BellThatRemembers(report=False)

    def overtaken(effect: RingBell, job: Job) -> Handled:
        if effect.times == 1:
            wait_out(a_worker(database, clock, handle=bells[1], seconds=seconds), seconds)
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

    values = {
        "turns": [f"effects/{TENANT}"],
        "now": clock(),
        "each": 50,
        "most": 50,
        "claim": UUID(int=1),
        "lease": HOUR,
    }
    for statement, parameters, index in (
        (CLAIM, values, "jobs_due_of_tenant"),
        (TENANTS_DUE, ("effects", clock()), "jobs_due"),
    ):
        with database.as_worker() as connection:
            explain = f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}"
            [[plan]] = connection.execute(explain, parameters).fetchall()

        nodes = list(_nodes(plan[0]["Plan"]))
        assert index in {node.get("Index Name") for node in nodes}
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
