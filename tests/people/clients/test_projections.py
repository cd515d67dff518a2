"""What people are told about clients, after each thing that happens."""

from typing import Any

import pytest
from msgspec.structs import replace

from domain.messages import Event
from domain.people.clients import ClientStatus
from domain.scheduling.bookings import (
    BookingCancelled,
    BookingDeclined,
    BookingMarkedNoShow,
    BookingStatus,
)
from domain.texts import plain
from projections.people.client_timeline import CLIENT_TIMELINE, EntryKind, TimelineEntry
from projections.people.client_visits import CLIENT_VISITS, ClientVisit
from projections.people.clients import CLIENTS, KnownClient
from projections.read_model import ReadModel
from projections.search import sought
from tests.people.clients.bookings import (
    appointment,
    booking_id,
    completed,
    completed_for_guest,
    confirmed,
    later,
    linked,
    requested,
    requested_by_guest,
    rescheduled,
    slot,
)
from tests.people.clients.examples import (
    client_changed,
    client_erased,
    client_id,
    client_linked_to_user,
    client_note_added,
    client_registered,
    client_status_changed,
    note_id,
    phone,
    user_id,
)


def told(model: ReadModel, *history: Event) -> dict[str, Any]:
    """Return the rows that this history makes, by key."""
    rows: dict[str, Any] = {}
    for event in history:
        if type(event) not in model.subscribes_to:
            continue
        for key in model.key(event):
            rows[key] = model.evolve(rows.get(key), event)
    return {key: row for key, row in rows.items() if row is not None}


# --- Clients --------------------------------------------------------------------------


def test_a_registered_client_is_known_by_name_address_and_number() -> None:
    assert told(CLIENTS, client_registered) == {
        client_id: KnownClient(
            id=client_id,
            name="Zoé Müller",
            sort_name="zoe muller",
            email="zoe@example.org",
            email_key="zoe@example.org",
            phone="+33199001234",
            language="fr",
            time_zone="Europe/Paris",
            status=ClientStatus.LEAD,
            custom_id="Z-1",
            strategy_id=None,
        )
    }


def test_a_client_is_known_as_it_is_now() -> None:
    history = (client_registered, client_changed, client_status_changed, client_linked_to_user)

    known: KnownClient = told(CLIENTS, *history)[client_id]

    assert (known.name, known.sort_name) == ("Zoé Martin", "zoe martin")
    assert (known.email, known.language) == ("martin@example.org", None)
    assert (known.status, known.user_id) == (ClientStatus.ACTIVE, user_id)


def test_a_note_is_nothing_a_client_is_known_by() -> None:
    assert told(CLIENTS, client_registered, client_note_added) == told(CLIENTS, client_registered)


def test_an_erased_client_is_not_known() -> None:
    assert told(CLIENTS, client_registered, client_note_added, client_erased) == {}


# --- Search ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "sought_for"),
    [
        ("ZOÉ", ("%zoe%",)),
        ("  müller  Zoé ", ("%muller%", "%zoe%")),
        ("Zoe@Example", ("%zoe@example%",)),
        ("01 99 00 12", ("%1990012%",)),
        ("+33 1 99", ("%33199%",)),
        ("0033 (0)1.99", ("%33199%",)),
        ("50%_\\", (r"%50\%\_\\%",)),
        ("0", ()),
        ("", ()),
    ],
)
def test_people_are_looked_for_without_accents_capitals_and_leading_zeros(
    typed, sought_for
) -> None:
    assert sought(typed) == sought_for


@pytest.mark.parametrize(
    ("typed", "meant"), [("Łódź", "lodz"), ("Strauß", "strauss"), ("Œuvre", "oeuvre"), ("Ø", "o")]
)
def test_letters_are_compared_as_they_are_typed_in_a_hurry(typed, meant) -> None:
    assert plain(typed) == meant


# --- Visits ---------------------------------------------------------------------------


def test_a_visit_keeps_the_price_it_was_requested_at() -> None:
    assert told(CLIENT_VISITS, requested, confirmed, completed) == {
        booking_id: ClientVisit(
            id=booking_id,
            client_id=client_id,
            professional_id=appointment.professional_id,
            status=BookingStatus.COMPLETED,
            starts_at=slot.starts_at,
            price_amount=4500,
            price_currency="EUR",
        )
    }


def test_a_guest_who_becomes_a_client_was_here_already() -> None:
    visits = told(CLIENT_VISITS, requested_by_guest, completed_for_guest, linked)

    assert visits == told(CLIENT_VISITS, requested, completed)


def test_an_erased_guest_cannot_be_found_by_what_named_the_person() -> None:
    named = replace(requested_by_guest, guest_identities=(phone,))

    [visit] = told(CLIENT_VISITS, named, completed_for_guest).values()
    [erased] = told(CLIENT_VISITS, named, completed_for_guest, client_erased).values()

    assert visit.guest_identities == (phone,)
    assert erased == replace(visit, guest_identities=())


def test_a_moved_booking_is_a_visit_at_its_new_time() -> None:
    visit: ClientVisit = told(CLIENT_VISITS, requested, confirmed, rescheduled)[booking_id]

    assert (visit.starts_at, visit.status) == (later.starts_at, BookingStatus.CONFIRMED)


@pytest.mark.parametrize(
    ("last", "status"),
    [
        (confirmed, BookingStatus.CONFIRMED),
        (completed, BookingStatus.COMPLETED),
        (
            BookingDeclined(booking_id=booking_id, appointment=appointment),
            BookingStatus.DECLINED,
        ),
        (
            BookingMarkedNoShow(booking_id=booking_id, appointment=appointment),
            BookingStatus.NO_SHOW,
        ),
        (
            BookingCancelled(booking_id=booking_id, appointment=appointment),
            BookingStatus.CANCELLED,
        ),
    ],
)
def test_a_booking_stands_where_its_last_event_left_it(last, status) -> None:
    assert told(CLIENT_VISITS, requested, last)[booking_id].status == status
    assert told(CLIENT_TIMELINE, requested, last)[booking_id].status == status


# --- Timeline -------------------------------------------------------------------------


def test_the_timeline_has_bookings_and_notes() -> None:
    assert told(CLIENT_TIMELINE, client_registered, requested, client_note_added) == {
        booking_id: TimelineEntry(
            id=booking_id,
            client_id=client_id,
            kind=EntryKind.BOOKING,
            status=BookingStatus.PENDING,
            slot=slot,
            professional_id=appointment.professional_id,
            service_id=appointment.service_id,
        ),
        note_id: TimelineEntry(
            id=note_id, client_id=client_id, kind=EntryKind.NOTE, text="Likes tea."
        ),
    }


def test_what_a_guest_did_is_on_the_timeline_of_the_client() -> None:
    entries = told(CLIENT_TIMELINE, requested_by_guest, completed_for_guest, linked)

    assert entries[booking_id].client_id == client_id
    assert entries[booking_id].status == BookingStatus.COMPLETED


def test_a_moved_booking_is_on_the_timeline_at_its_new_time() -> None:
    assert told(CLIENT_TIMELINE, requested, rescheduled)[booking_id].slot == later


def test_nothing_is_left_on_the_timeline_of_an_erased_client() -> None:
    assert told(CLIENT_TIMELINE, requested, client_note_added, client_erased) == {}


def test_a_booking_stays_off_the_timeline_once_it_was_erased() -> None:
    assert told(CLIENT_TIMELINE, requested, client_erased, confirmed) == {}
