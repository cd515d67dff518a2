"""An older release on the log of a newer one: it never decides on what it cannot read, and never
moves past it. Whoever can read it goes on.
"""

from uuid import uuid4

import pytest

from adapters.clock import SettableClock
from adapters.event_store.unread import base_of, say_who_hears
from adapters.read_models.as_of import row_as_of
from adapters.read_models.rebuild import Rebuilder
from application.operations.jobs import JobStatus
from application.ports import NotReadableHere
from domain.scheduling.agendas import SlotReserved
from domain.scheduling.bookings import BookingRequested
from infra.composition import System
from projections import READ_MODELS
from projections.read_model import ReadModel
from tests.operations.releases import (
    EXAMPLES,
    LATER,
    NAME_OF,
    moved,
    places,
    record,
    record_as,
    runner_of,
)
from tests.running import Running
from tests.scheduling.bookings.at_the_salon import Salon

pytestmark = pytest.mark.postgres


@pytest.fixture
def tenant() -> str:
    return str(uuid4())


def waiting_for(system: System, base: str) -> set[str]:
    """Those consumers that wait for some version of this event."""
    return {
        each.name
        for each in system.consumers
        if base in {base_of(name) for name in system.reader.names(each.types)}
    }


def put_back(system: System, position: int) -> None:
    """Let every consumer stand at a position, as if nothing behind it had been seen."""
    with system.database.as_worker() as connection:
        connection.execute(
            "UPDATE work.checkpoints SET position = %s, waits_for = NULL", [position]
        )


# --- Read models and processes ------------------------------------------------------------


@pytest.mark.thorough
def test_of_every_event_a_next_version_stops_those_who_wait_for_it_and_nobody_else(
    system: System, newer: System, tenant: str
) -> None:
    for name, event in EXAMPLES.items():
        position = record(newer, tenant, f"booking-{uuid4()}", event)
        put_back(system, position - 1)

        runner_of(system).catch_up()

        concerned = waiting_for(system, base_of(name))
        assert moved(system, position) == {each.name for each in system.consumers} - concerned, name
        handed_over = {n for n, place in places(system).items() if place.waits_for == name}
        assert handed_over == concerned, name


def test_what_a_newer_release_can_read_it_carries_on_whoever_is_in_charge(
    system: System, newer: System, tenant: str
) -> None:
    """The older worker has all the slots, and keeps them; the newer one has none."""
    bookings = [f"booking-{uuid4()}" for _ in range(3)]
    for booking in bookings:
        for event in EXAMPLES.values():
            record(newer, tenant, booking, event)
    last = record(newer, tenant, f"any-{uuid4()}", EXAMPLES[NAME_OF[BookingRequested]])
    older, helper = runner_of(system), runner_of(newer, mine=lambda _: False)
    helper.catch_up()
    assert moved(system, 1) == set(), "what is in other hands is left to them"

    older.catch_up()
    helper.catch_up()

    assert moved(system, last) == {each.name for each in system.consumers}


def test_the_older_holds_no_lock_while_it_waits(system: System, newer: System, tenant: str) -> None:
    record(newer, tenant, f"booking-{uuid4()}", EXAMPLES[NAME_OF[BookingRequested]])
    runner_of(system).catch_up()

    with system.database.as_worker() as connection, connection.transaction():
        names = [each.name for each in system.consumers]
        locked = connection.execute(
            "SELECT consumer FROM work.checkpoints WHERE consumer = ANY(%s) FOR UPDATE NOWAIT",
            (names,),
        ).fetchall()
        runner_of(system).catch_up()

    assert len(locked) == len(names)


@pytest.mark.parametrize(
    ("type_", "said", "passes"),
    [
        ("visit-rated.v1", None, False),
        ("visit-rated.v1", [], True),
        ("visit-rated.v1", ["clients"], False),
        ("eventsourcing.domain:Aggregate.Created", None, True),
    ],
)
def test_an_event_of_another_name_is_passed_over_by_those_it_is_certainly_not_for(
    system: System,
    type_: str,
    said: list[str] | None,
    passes: bool,
    tenant: str,
) -> None:
    if said is not None:
        with system.database.as_worker() as connection:
            say_who_hears(connection, {type_: said})
    record_as(system, tenant, type_)

    runner_of(system).catch_up()

    others = {each.name for each in system.consumers} - {"clients"}
    assert ("clients" in moved(system, 1)) is passes
    assert (others <= moved(system, 1)) is (said is not None or passes)


# --- The write side -----------------------------------------------------------------------


def test_nothing_is_decided_on_a_stream_with_any_event_in_its_next_version(
    system: System, newer: System, tenant: str
) -> None:
    for name, event in EXAMPLES.items():
        stream = f"any-{uuid4()}"
        record(system, tenant, stream, event)
        record(newer, tenant, stream, event)
        with pytest.raises(NotReadableHere):
            record(system, tenant, stream, event)
        assert len(newer.store.history(tenant, stream)) == 2, name


def test_a_slot_that_a_newer_release_has_sold_is_not_sold_again(
    running: Running, newer: System, clock: SettableClock
) -> None:
    salon = Salon.opened(running)
    with Running.of(newer, clock, running.tenant) as there:
        assert salon.book(there.http()).status_code == 201

    refused = salon.book(running.http())

    assert (refused.status_code, refused.json()["code"]) == (503, "not-readable-here")
    assert "Retry-After" in refused.headers


def test_a_process_that_cannot_read_something_says_so(
    running: Running, newer: System, clock: SettableClock
) -> None:
    salon, http = Salon.opened(running), running.http()
    with Running.of(newer, clock, running.tenant) as there:
        salon.book(there.http())
    assert http.get("/v1/health").json()["status"] == "healthy"

    salon.book(http)
    runner_of(running.system).catch_up()

    health, status = (http.get(f"/v1/{path}") for path in ("health", "status"))
    assert (health.status_code, health.json()["status"]) == (200, "degraded")
    assert NAME_OF[SlotReserved] in health.json()["cannot_read"] == status.json()["cannot_read"]
    waiting = {each["consumer"]: each["waits_for"] for each in status.json()["consumers"]}
    assert waiting["tell-client-about-booking"] == NAME_OF[BookingRequested]
    assert 'waits{consumer="tell-client-about-booking"' in http.get("/metrics").text


def test_what_a_process_orders_is_tried_again_elsewhere_not_taken_as_refused(
    running: Running, newer: System, clock: SettableClock
) -> None:
    salon = Salon.opened(running)
    salon.running.settle()
    with Running.of(newer, clock, running.tenant) as there:
        held = there.http().post("/v1/holds", json=salon.wish())
        assert held.status_code == 201
    newer.settle()
    clock.set(clock().replace(hour=23))

    running.system.worker.run_due()
    [job] = running.system.jobs.find(running.tenant, kind="expire-hold")

    assert (job.status, job.outcome) == (JobStatus.FAILING, None)


# --- Folds --------------------------------------------------------------------------------


@pytest.mark.parametrize("model", READ_MODELS, ids=lambda model: model.name)
def test_no_row_is_shown_that_lacks_what_cannot_be_read(
    system: System, newer: System, tenant: str, model: ReadModel
) -> None:
    for event_type in model.subscribes_to:
        name = next(name for name, kind in LATER.items() if kind is event_type)
        event = EXAMPLES[name]
        [key, *_] = [*model.key(event), f"any-{uuid4()}"]
        position = record(newer, str(uuid4()), key, event)
        tenant = tenant_of(system, position)
        with system.database.as_worker() as connection, pytest.raises(NotReadableHere):
            row_as_of(system.reader, connection, model, tenant, key, position)
        with pytest.raises(NotReadableHere):
            system.answers.folded(tenant, model, key)
        with pytest.raises(NotReadableHere):
            system.answers.steps(tenant, model, key, after=0, most_bytes=1_000)
        with (
            pytest.raises(NotReadableHere),
            system.answers.asking(tenant, [model], at_least=position, wait=0.0),
        ):
            pass


def tenant_of(system: System, position: int) -> str:
    with system.database.as_worker() as connection:
        return system.reader.unread(connection, position).tenant


def test_a_rebuild_stops_where_it_cannot_read_and_is_done_by_who_can(
    system: System, newer: System, tenant: str
) -> None:
    for event in EXAMPLES.values():
        record(newer, tenant, f"booking-{uuid4()}", event)
    for model in READ_MODELS:
        with pytest.raises(NotReadableHere):
            Rebuilder(database=system.database, reader=system.reader).rebuild(model)

        Rebuilder(database=newer.database, reader=newer.reader).rebuild(model, anew=True)
