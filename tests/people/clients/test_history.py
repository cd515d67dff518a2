"""What bookings tell about a client, and what is left of it when the client is erased: through HTTP.

The bookings are put into the log as they are, so that each test says what happened and no more.
"""

from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from msgspec.structs import replace
from uuid_utils.compat import uuid7

from application.dispatch import Dispatcher
from application.people.contact_details import identities_of
from application.ports import About
from application.transact import Changes, Past
from domain.messages import Command
from domain.scheduling.bookings import (
    BOOKING,
    Appointment,
    BookingCancelled,
    BookingCompleted,
    BookingEvent,
    BookingMarkedNoShow,
    BookingRequested,
)
from domain.values import BookingId, ClientId, Contact, IdentityId, Money, TenantId, TimeSlot
from tests.conftest import MONDAY
from tests.people.clients.bookings import appointment, later, slot
from tests.running import Running

pytestmark = [pytest.mark.postgres, pytest.mark.together]

ZOE = {"name": "Zoé", "email": "zoe@example.org"}
AS_GUEST = Contact(name="Z. Müller", email="zoe@example.org")


class Happen(Command, frozen=True):
    """Let a booking have this history."""

    booking_id: BookingId
    events: tuple[BookingEvent, ...]


def happen(command: Happen, past: Past) -> Changes:
    past.of(BOOKING, command.booking_id)
    return {command.booking_id: command.events}


def booked(
    running: Running,
    whose: Appointment,
    *moves: type[BookingCompleted | BookingMarkedNoShow | BookingCancelled],
    **part: Any,
) -> BookingId:
    """Put a booking into the log; return its id."""
    booking_id = BookingId(f"booking-{uuid7()}")
    request = BookingRequested(booking_id=booking_id, appointment=whose, holds_slot=True)
    moved = [move(booking_id=booking_id, appointment=whose) for move in moves]
    command = Happen(booking_id=booking_id, events=(replace(request, **part), *moved))
    about = About(tenant=running.tenant, actor="test", command_id=uuid7())
    Dispatcher({Happen: happen}, running.system.store)(command, about)
    return booking_id


def read_again(running: Running, stream: str) -> str:
    """Return everything that can be read of a stream."""
    with running.system.database.as_tenant(running.tenant) as connection:
        history = running.system.reader.stream(connection, running.tenant, stream)
    return repr([past.event for past in history])


@pytest.fixture
def http(running: Running) -> TestClient:
    return running.http()


@pytest.fixture
def zoe(http: TestClient) -> ClientId:
    return ClientId(http.post("/v1/clients", json=ZOE).json()["id"])


@pytest.fixture
def hers(zoe: ClientId) -> Appointment:
    return replace(appointment, client_id=zoe)


@pytest.fixture
def a_guests() -> Appointment:
    return replace(appointment, client_id=None)


@pytest.fixture
def known_by(running: Running) -> tuple[IdentityId, ...]:
    pepper = running.system.settings.pepper.encode()
    return identities_of(AS_GUEST, tenant=TenantId(running.tenant), pepper=pepper)


def test_a_client_is_shown_with_what_all_bookings_add_up_to(running, http, zoe, hers) -> None:
    the_day_after = replace(hers, slot=later)
    booked(running, hers, BookingCompleted, price=Money(4500, "EUR"))
    booked(running, the_day_after, BookingCompleted, price=Money(500, "EUR"))
    booked(running, hers, BookingCompleted, price=Money(700, "CHF"))
    booked(running, hers, BookingCompleted)
    booked(running, the_day_after, BookingMarkedNoShow, price=Money(9900, "EUR"))
    booked(running, hers, BookingCancelled, price=Money(9900, "EUR"))
    booked(running, hers, price=Money(9900, "EUR"))
    booked(running, appointment, BookingCompleted, price=Money(9900, "EUR"))
    running.settle()

    assert http.get(f"/v1/clients/{zoe}").json()["visits"] == {
        "bookings": 7,
        "completed": 4,
        "no_shows": 1,
        "cancelled": 1,
        "last_visit_at": "2026-12-02T09:00:00Z",
        "total_spent": [
            {"amount": 700, "currency": "CHF"},
            {"amount": 5000, "currency": "EUR"},
        ],
    }


def test_the_bookings_of_a_client_are_listed_newest_first(running, http, zoe, hers) -> None:
    first = booked(running, hers, BookingCompleted)
    last = booked(running, replace(hers, slot=later))
    booked(running, appointment)
    running.settle()

    def ids(question: str = "") -> list[str]:
        answer = http.get(f"/v1/clients/{zoe}/bookings{question}")
        return [booking["id"] for booking in answer.json()["data"]]

    assert ids() == [last, first]
    assert ids("?status=completed") == [first]
    assert http.get("/v1/clients/client-0/bookings").status_code == 404


@pytest.mark.apart
def test_the_timeline_merges_bookings_and_notes_in_order(running, http, zoe, hers) -> None:
    first = booked(running, hers)
    running.clock.set(MONDAY + timedelta(minutes=1))
    note = http.post(f"/v1/clients/{zoe}/notes", json={"text": "Likes tea."}).json()["id"]
    running.clock.set(MONDAY + timedelta(minutes=2))
    second = booked(running, hers)
    booked(running, appointment)
    running.settle()

    def ids(question: str = "") -> list[str]:
        answer = http.get(f"/v1/clients/{zoe}/timeline{question}")
        return [entry["id"] for entry in answer.json()["data"]]

    assert ids() == [first, note, second]
    assert ids("?sort=-created_at") == [second, note, first]
    assert ids("?kind=note") == [note]


@pytest.mark.parametrize("projected", [True, False])
def test_erasing_reaches_every_booking_that_speaks_of_the_person(
    running, http, zoe, hers, a_guests, known_by, projected
) -> None:
    own = booked(running, hers, notes="Allergic to nuts.")
    as_guest = booked(running, a_guests, guest=AS_GUEST, guest_identities=known_by)
    of_another = booked(running, a_guests, guest=Contact(name="Ana"))
    if projected:
        running.settle()

    http.delete(f"/v1/clients/{zoe}/personal-data")

    assert "nuts" not in read_again(running, own)
    assert "Müller" not in read_again(running, as_guest)
    assert "Ana" in read_again(running, of_another)


def test_whatever_is_known_is_erased_at_once(running, http, zoe, hers) -> None:
    own = booked(running, hers)
    running.settle()

    http.delete(f"/v1/clients/{zoe}/personal-data")

    assert read_again(running, zoe).count("ClientErased") == 1
    assert own in read_again(running, zoe)


def test_a_booking_overlooked_at_first_is_erased_the_next_time(running, http, zoe, hers) -> None:
    http.delete(f"/v1/clients/{zoe}/personal-data")
    own = booked(running, hers, notes="Allergic to nuts.")

    http.delete(f"/v1/clients/{zoe}/personal-data")

    assert "nuts" not in read_again(running, own)


def test_the_rows_of_an_erased_client_are_purged(running, http, zoe, hers) -> None:
    booked(running, hers, notes="Allergic to nuts.")
    http.post(f"/v1/clients/{zoe}/notes", json={"text": "Likes tea."})
    running.settle()

    http.delete(f"/v1/clients/{zoe}/personal-data")
    running.settle()

    with running.system.database.as_tenant(running.tenant) as connection:
        for table in ("clients", "client_timeline"):
            assert connection.execute(f"SELECT document FROM live.{table}").fetchall() == []


def test_moving_a_slot_moves_the_last_visit(running, http, zoe, hers) -> None:
    night = TimeSlot(slot.starts_at.replace(hour=2), slot.starts_at.replace(hour=3))
    booked(running, replace(hers, slot=night), BookingCompleted)
    running.settle()

    shown = http.get(f"/v1/clients/{zoe}").json()

    assert shown["visits"]["last_visit_at"] == "2026-12-01T02:00:00Z"
