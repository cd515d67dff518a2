import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg.errors import InsufficientPrivilege

from adapters.jobs import NewJob, Orders, enqueue, kind_of
from adapters.jobs.orders import UnknownOrderError
from adapters.postgres import Database
from tests.jobs.examples import (
    ANOTHER_TENANT,
    HOUR,
    NOON,
    TENANT,
    BellThatRemembers,
    DispatcherThatRemembers,
    ManualClock,
    RingBell,
    WaterPlants,
    a_worker,
    an_event,
    jobs_of,
    no_more_rings,
    no_more_water,
    order,
    record,
    ring,
    statuses,
    water,
)

pytestmark = pytest.mark.postgres


def test_an_event_that_is_processed_twice_orders_once(database: Database) -> None:
    order(database, water(), ring())

    order(database, water(), ring())

    assert len(jobs_of(database)) == 2


def test_two_events_and_two_tenants_order_on_their_own(database: Database) -> None:
    order(database, water(), position=1)
    order(database, water(), position=2)
    order(database, water(), position=3, tenant=ANOTHER_TENANT)

    assert len(jobs_of(database)) == 3
    assert len(jobs_of(database, ANOTHER_TENANT)) == 1


def test_another_event_at_the_same_place_orders_under_another_id(database: Database) -> None:
    """In another database, or after a restore: no mail server may take its mail for the first."""
    for event in ("what-was-lost", "what-came-instead"):
        with database.as_worker() as connection:
            record(connection, [ring()], an_event(id=event))

    assert len({job["id"] for job in jobs_of(database)}) == 2


def test_orders_are_taken_back_with_the_transaction(database: Database) -> None:
    with database.as_worker() as connection, connection.transaction(force_rollback=True):
        record(connection, [water()], an_event())

    assert jobs_of(database) == []


def test_a_withdrawn_order_is_never_carried_out(database: Database, clock: ManualClock) -> None:
    dispatch, bell = DispatcherThatRemembers(), BellThatRemembers()
    order(database, water(at=NOON + HOUR), ring(at=NOON + HOUR))

    order(database, no_more_water(), no_more_rings(), position=2)

    clock.move(2 * HOUR)
    assert a_worker(database, clock, dispatch, bell).run_due() == 0
    assert statuses(database) == ["withdrawn", "withdrawn"]
    assert (dispatch.calls, bell.rung) == (0, [])


def test_withdrawing_touches_only_what_is_named(database: Database) -> None:
    order(database, water("kitchen"), water("hall"), ring(about="kitchen"))
    order(database, water("kitchen"), position=2, tenant=ANOTHER_TENANT)

    order(database, no_more_water("kitchen"), position=3)

    withdrawn = [row for row in jobs_of(database) if row["status"] == "withdrawn"]
    assert [(row["kind"], row["about"], str(row["tenant_id"])) for row in withdrawn] == [
        ("water-plants", "kitchen", TENANT)
    ]


def test_withdraw_and_order_anew_in_one_go_leaves_the_new_order(
    database: Database, clock: ManualClock
) -> None:
    bell = BellThatRemembers()
    order(database, ring(1, at=NOON + HOUR))

    order(database, no_more_rings(), ring(2, at=NOON + 2 * HOUR), position=2)

    clock.move(3 * HOUR)
    a_worker(database, clock, handle=bell).run_due()
    assert [times for times, _ in bell.rung] == [2]


def test_processing_old_events_again_does_not_withdraw_what_later_ones_ordered(
    database: Database,
) -> None:
    order(database, no_more_rings(), position=1)
    order(database, ring(at=NOON + HOUR), position=2)

    order(database, no_more_rings(), position=1)

    assert statuses(database) == ["todo"]


def test_what_withdrew_and_ordered_anew_takes_nothing_back_when_it_is_processed_again(
    database: Database, clock: ManualClock
) -> None:
    bell = BellThatRemembers(report=False)
    moved = no_more_rings(), ring(2, at=NOON + 2 * HOUR)
    order(database, ring(1, at=NOON + HOUR))

    for _ in range(2):
        order(database, *moved, position=2)

    assert statuses(database) == ["withdrawn", "todo"]
    clock.move(3 * HOUR)
    a_worker(database, clock, handle=bell).run_due()
    assert [times for times, _ in bell.rung] == [2]


def test_what_is_done_cannot_be_withdrawn(database: Database, clock: ManualClock) -> None:
    order(database, ring())
    a_worker(database, clock).run_due()

    order(database, no_more_rings(), position=2)

    assert statuses(database) == ["done"]


def test_the_application_can_neither_order_nor_see_other_tenants_jobs(database: Database) -> None:
    order(database, water())
    job = NewJob(
        tenant=TENANT,
        order=WaterPlants(room="hall"),
        about="hall",
        due_at=NOON,
        dedupe_key="by-hand",
        process="by-hand",
    )

    with database.as_tenant(TENANT) as connection, pytest.raises(InsufficientPrivilege):
        enqueue(connection, [job])
    with database.as_tenant(ANOTHER_TENANT) as connection:
        seen = connection.execute("SELECT count(*) FROM work.jobs").fetchone()
    assert seen == (0,)


def test_a_kind_is_the_name_of_the_order() -> None:
    assert kind_of(WaterPlants) == "water-plants"


@given(st.text(), st.integers(min_value=0, max_value=2**53))
def test_orders_survive_the_queue(room: str, times: int) -> None:
    known = Orders([WaterPlants, RingBell])
    for ordered in (WaterPlants(room=room), RingBell(times=times)):
        text = msgspec.json.encode(ordered)
        assert known.decode(kind_of(type(ordered)), text) == ordered


def test_an_order_of_another_release_is_not_guessed_at() -> None:
    with pytest.raises(UnknownOrderError):
        Orders([WaterPlants]).decode("ring-bell", b"{}")
