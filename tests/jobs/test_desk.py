from typing import Final
from uuid import UUID, uuid4

import pytest

from adapters.jobs import JobDesk, Orders
from adapters.jobs.desk import SEEN
from adapters.postgres import Database
from application.operations.jobs import (
    JobIsNotParked,
    JobIsNotWaiting,
    JobNotFound,
    JobPayloadInvalid,
    JobStatus,
)
from tests.jobs.examples import (
    ANOTHER_TENANT,
    HOUR,
    NOON,
    TENANT,
    BellThatRemembers,
    DispatcherThatRemembers,
    ManualClock,
    RecordBellRung,
    RingBell,
    WaterPlants,
    a_worker,
    jobs_of,
    order,
    ring,
    water,
)

pytestmark = pytest.mark.postgres


@pytest.fixture
def desk(database: Database, clock: ManualClock) -> JobDesk:
    return JobDesk(database, clock, Orders([WaterPlants, RecordBellRung, RingBell]))


@pytest.fixture
def parked(database: Database, clock: ManualClock) -> UUID:
    """A job that was tried as often as it may be."""
    order(database, ring(13))
    with database.as_worker() as connection:
        connection.execute("UPDATE work.jobs SET max_attempts = 1")
    a_worker(database, clock, handle=BellThatRemembers(OSError("stuck"))).run_due()
    [row] = jobs_of(database)
    assert row["status"] == "parked"
    return UUID(str(row["id"]))


def test_a_parked_job_is_found_with_what_went_wrong(desk: JobDesk, parked: UUID) -> None:
    [job] = desk.find(TENANT, status=JobStatus.PARKED)

    assert (job.id, job.kind, job.about) == (parked, "ring-bell", "bell")
    assert (job.payload, job.last_error) == ({"times": 13}, "OSError: stuck")
    assert (job.process, job.caused_by) == ("look-after", 1)


def test_jobs_are_found_by_kind_and_by_what_they_are_about(
    desk: JobDesk, database: Database
) -> None:
    order(database, ring(1, about="front"), ring(2, about="back"), water("front"))

    assert [job.payload for job in desk.find(TENANT, about="front", kind="ring-bell")] == [
        {"times": 1}
    ]
    assert len(desk.find(TENANT, about="front")) == 2
    assert len(desk.find(TENANT, kind="ring-bell")) == 2


def test_pages_of_jobs_go_on_where_the_last_one_ended(desk: JobDesk, database: Database) -> None:
    order(database, *[ring(n, at=NOON + (n // 2) * HOUR) for n in range(7)])
    pages, after = [], None

    while page := desk.find(TENANT, after=after, limit=3):
        pages.append([job.id for job in page])
        after = (page[-1].due_at, page[-1].id)

    assert [len(page) for page in pages] == [3, 3, 1]
    assert len({job for page in pages for job in page}) == 7


def test_a_parked_job_is_retried_with_all_its_attempts(
    desk: JobDesk, parked: UUID, database: Database, clock: ManualClock
) -> None:
    bell = BellThatRemembers()
    clock.move(HOUR)

    retried = desk.retry(TENANT, parked)

    assert (retried.status, retried.attempts, retried.run_at) == ("todo", 0, NOON + HOUR)
    a_worker(database, clock, handle=bell).run_due()
    assert [times for times, _ in bell.rung] == [13]
    assert desk.get(TENANT, parked).status == "done"


def test_a_parked_job_is_edited_and_then_does_something_else(
    desk: JobDesk, parked: UUID, database: Database, clock: ManualClock
) -> None:
    bell = BellThatRemembers()

    assert desk.edit(TENANT, parked, payload={"times": 12}).payload == {"times": 12}

    desk.retry(TENANT, parked)
    a_worker(database, clock, handle=bell).run_due()
    assert [times for times, _ in bell.rung] == [12]


def test_a_waiting_job_is_put_off(desk: JobDesk, database: Database, clock: ManualClock) -> None:
    order(database, ring(at=NOON))
    [job] = desk.find(TENANT)

    desk.edit(TENANT, job.id, run_at=NOON + HOUR)

    assert a_worker(database, clock).run_due() == 0
    clock.move(HOUR)
    assert a_worker(database, clock).run_due() == 1


def test_an_order_that_makes_no_sense_is_not_accepted(desk: JobDesk, parked: UUID) -> None:
    for nonsense in ({"times": "many"}, {}, {"times": None}):
        with pytest.raises(JobPayloadInvalid):
            desk.edit(TENANT, parked, payload=nonsense)
    assert desk.get(TENANT, parked).payload == {"times": 13}


def test_what_an_effect_did_before_is_forgotten_when_it_shall_do_something_else(
    desk: JobDesk, database: Database, clock: ManualClock
) -> None:
    """Rung, but never recorded: editing the order means that it has to be rung anew."""
    broken, bell = DispatcherThatRemembers(OSError("log away")), BellThatRemembers()
    order(database, ring(3))
    a_worker(database, clock, broken, bell).run_due()
    [job] = desk.find(TENANT)

    desk.edit(TENANT, job.id, payload={"times": 4})

    clock.move(HOUR)
    a_worker(database, clock, handle=bell).run_due()
    assert [times for times, _ in bell.rung] == [3, 4]


def test_a_discarded_job_is_not_carried_out(
    desk: JobDesk, parked: UUID, database: Database, clock: ManualClock
) -> None:
    assert desk.discard(TENANT, parked).status == "discarded"

    clock.move(HOUR)
    assert a_worker(database, clock).run_due() == 0
    assert desk.find(TENANT, status=JobStatus.PARKED) == []


def test_only_what_is_parked_is_retried_or_discarded(desk: JobDesk, database: Database) -> None:
    order(database, ring())
    [job] = desk.find(TENANT)

    for change in (desk.retry, desk.discard):
        with pytest.raises(JobIsNotParked) as refusal:
            change(TENANT, job.id)
        assert refusal.value.facts == {"current_status": "todo"}


def test_what_is_done_stays_as_it_is(desk: JobDesk, database: Database, clock: ManualClock) -> None:
    order(database, ring())
    a_worker(database, clock).run_due()
    [job] = desk.find(TENANT)

    with pytest.raises(JobIsNotWaiting):
        desk.edit(TENANT, job.id, run_at=NOON)


def test_another_tenants_jobs_are_not_there(desk: JobDesk, parked: UUID) -> None:
    assert desk.find(ANOTHER_TENANT) == []
    for change in (desk.get, desk.edit, desk.retry, desk.discard):
        with pytest.raises(JobNotFound):
            change(ANOTHER_TENANT, parked)
    with pytest.raises(JobNotFound):
        desk.get(TENANT, uuid4())


def test_an_operator_sees_the_jobs_of_all_tenants(
    desk: JobDesk, parked: UUID, database: Database
) -> None:
    order(database, ring(), position=2, tenant=ANOTHER_TENANT)

    assert len(desk.find(None)) == 2
    assert desk.retry(None, parked).status == "todo"


def test_depths_tell_what_is_due_waiting_and_parked(
    desk: JobDesk, parked: UUID, database: Database
) -> None:
    order(database, ring(), ring(at=NOON + HOUR), water(at=NOON + HOUR), position=2)

    assert desk.depths() == {
        "due": 1,
        "waiting": 2,
        "running": 0,
        "failing": 0,
        "parked": 1,
        "uncertain": 0,
    }


def test_what_fails_or_is_set_aside_is_counted_up_to_so_many(
    desk: JobDesk, database: Database, parked: UUID
) -> None:
    """Anybody may ask how the system is, and as often as they like."""
    with database.as_worker() as connection:
        for status, attempts in (("parked", 9), ("uncertain", 1), ("todo", 1)):
            connection.execute(COPIED, (status, status, attempts, SEEN + 1, parked))

    depths = desk.depths()

    assert [depths[state] for state in ("parked", "uncertain", "failing")] == 3 * [SEEN]


COPIED: Final = """
    INSERT INTO work.jobs (
        id, tenant_id, lane, kind, about, dedupe_key, payload, due_at, run_at, status, attempts,
        max_attempts, process
    )
    SELECT gen_random_uuid(), tenant_id, lane, kind, about, n || %s, payload, due_at, run_at, %s, %s,
        max_attempts, process
    FROM work.jobs, generate_series(1, %s) n WHERE id = %s
"""
