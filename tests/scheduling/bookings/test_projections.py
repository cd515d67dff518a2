from typing import Any, get_args

import msgspec
from msgspec.structs import replace

from domain.messages import Event
from domain.people.clients import ClientErased
from domain.scheduling.bookings import BookingEvent, BookingStatus
from domain.values import Money, TimeSlot
from projections.read_model import ReadModel
from projections.scheduling.booked_slots import BOOKED_SLOTS, BookedSlot
from projections.scheduling.bookings import BOOKINGS, KnownBooking
from tests.scheduling.bookings.examples import (
    ana,
    appointment,
    at,
    booking_cancelled,
    booking_changed,
    booking_completed,
    booking_confirmed,
    booking_declined,
    booking_id,
    booking_linked_to_client,
    booking_marked_no_show,
    booking_requested,
    booking_rescheduled,
    details,
    guest,
    haircut,
    moved_appointment,
    reading,
    requested_beside_others,
    requested_by_guest,
    requested_without_time,
    zoe,
)

known_booking = KnownBooking(
    id=booking_id,
    status=BookingStatus.PENDING,
    professional_id=ana,
    service_id=haircut,
    client_id=zoe,
    guest=None,
    starts_at=at(0, "10:00"),
    ends_at=at(0, "10:45"),
    local_start=reading(0, "10:00"),
    time_zone="Europe/Paris",
    price=Money(4500, "EUR"),
    booking_type="first-visit",
    details=msgspec.Raw(details.encode()),
    notes="Prefers the window seat",
    location="Chair 2",
    series_id=None,
    hold_id=None,
    override=False,
)
booked_slot = BookedSlot(
    booking_id=booking_id,
    status=BookingStatus.PENDING,
    professional_id=ana,
    service_id=haircut,
    client_id=zoe,
    starts_at=at(0, "10:00"),
    ends_at=at(0, "10:45"),
    busy_from=at(0, "10:00"),
    busy_until=at(0, "11:00"),
)


def after(model: ReadModel, *history: Event) -> Any:
    row = None
    for event in history:
        assert type(event) in model.subscribes_to
        if booking_id in model.key(event):
            row = model.evolve(row, event)
    return row


def booking(*history: Event) -> Any:
    return after(BOOKINGS, *history)


def slot(*history: Event) -> Any:
    return after(BOOKED_SLOTS, *history)


# --- Which bookings are there? --------------------------------------------------------


def test_a_requested_booking_is_known_in_full():
    assert booking(booking_requested) == known_booking


def test_details_go_out_to_the_byte():
    document = msgspec.json.encode(booking(booking_requested))

    assert f'"details":{details},'.encode() in document
    assert msgspec.json.decode(document, type=KnownBooking) == known_booking


def test_a_booking_without_details_says_so():
    assert b'"details":null,' in msgspec.json.encode(booking(requested_without_time))


def test_times_go_out_in_utc_and_as_the_clock_reads():
    document = msgspec.json.decode(msgspec.json.encode(booking(booking_requested)))

    assert document["starts_at"] == "2026-12-07T09:00:00Z"
    assert document["local_start"] == "2026-12-07T10:00:00"


def test_a_booking_without_a_time_has_none():
    row = booking(requested_without_time)

    assert (row.starts_at, row.ends_at, row.local_start) == (None, None, None)
    assert row.time_zone == "Europe/Paris"


def test_a_booking_has_the_status_it_was_moved_to():
    assert booking(booking_requested, booking_confirmed).status == "confirmed"
    assert booking(booking_requested, booking_completed).status == "completed"
    assert booking(booking_requested, booking_marked_no_show).status == "no_show"


def test_a_booking_that_was_called_off_says_why_and_by_whom():
    by_client = replace(booking_cancelled, by_client=True)

    assert booking(booking_requested, booking_declined) == replace(
        known_booking, status=BookingStatus.DECLINED, reason="On holiday"
    )
    assert booking(booking_requested, by_client) == replace(
        known_booking, status=BookingStatus.CANCELLED, reason="Ill", cancelled_by_client=True
    )


def test_a_moved_booking_is_where_it_was_moved_to():
    moved = replace(booking_rescheduled, override=True)

    assert booking(booking_requested, moved) == replace(
        known_booking,
        starts_at=at(1, "14:00"),
        ends_at=at(1, "14:45"),
        local_start=reading(1, "14:00"),
        override=True,
    )


def test_a_moved_booking_tells_the_time_by_the_clock_it_was_moved_by():
    in_london = replace(moved_appointment, time_zone="Europe/London")
    moved = replace(booking_rescheduled, appointment=in_london)

    assert booking(booking_requested, moved).time_zone == "Europe/London"


def test_a_changed_booking_is_as_it_was_changed():
    changed = replace(booking_changed, location=None, details="[ ]")

    assert booking(booking_requested, changed) == replace(
        known_booking, notes="Brings her dog", location=None, details=msgspec.Raw(b"[ ]")
    )


def test_a_linked_booking_is_the_clients():
    row = booking(requested_by_guest, booking_linked_to_client)

    assert (row.client_id, row.guest) == (zoe, guest)


def test_nothing_personal_is_left_of_whoever_is_erased():
    erased = ClientErased(client_id=zoe, streams=(zoe, booking_id))
    declined = replace(booking_declined, reason="Unwell")
    history = [replace(booking_requested, guest=guest), declined, erased]

    row = booking(*history)

    assert row == replace(
        known_booking,
        status=BookingStatus.DECLINED,
        details=msgspec.Raw(b"null"),
        booking_type=None,
        notes=None,
        location=None,
    )


def test_erasing_a_client_touches_bookings_only():
    assert BOOKINGS.key(ClientErased(client_id=zoe, streams=(zoe, booking_id))) == [booking_id]


def test_every_event_that_can_be_seen_on_a_booking_is_heard():
    heard = set(BOOKINGS.subscribes_to) - {ClientErased}

    assert heard == set(get_args(BookingEvent))


# --- When is somebody busy? -----------------------------------------------------------


def test_a_booking_that_holds_its_slot_keeps_the_professional_busy_with_its_buffers():
    assert slot(booking_requested) == booked_slot


def test_a_professional_is_busy_before_the_start_too():
    earlier = replace(appointment, reserved=TimeSlot(at(0, "09:50"), at(0, "11:00")))

    row = slot(replace(booking_requested, appointment=earlier))

    assert (row.starts_at, row.busy_from) == (at(0, "10:00"), at(0, "09:50"))


def test_a_booking_that_does_not_hold_its_slot_keeps_nobody_busy():
    assert slot(requested_beside_others) is None
    moved = replace(booking_rescheduled, holds_slot=False)
    assert slot(requested_beside_others, moved) is None


def test_a_confirmed_booking_keeps_the_professional_busy():
    confirmed = replace(booked_slot, status=BookingStatus.CONFIRMED)

    assert slot(requested_beside_others, booking_confirmed) == confirmed
    assert slot(booking_requested, booking_confirmed) == confirmed


def test_what_took_place_took_time():
    assert slot(booking_requested, booking_completed).status == "completed"
    assert slot(booking_requested, booking_marked_no_show).status == "no_show"


def test_what_is_called_off_keeps_nobody_busy():
    assert slot(booking_requested, booking_cancelled) is None
    assert slot(booking_requested, booking_declined) is None


def test_a_moved_booking_keeps_the_professional_busy_then():
    assert slot(booking_requested, booking_rescheduled) == replace(
        booked_slot,
        starts_at=at(1, "14:00"),
        ends_at=at(1, "14:45"),
        busy_from=at(1, "14:00"),
        busy_until=at(1, "15:00"),
    )


def test_a_booking_without_a_time_keeps_nobody_busy_until_it_has_one():
    scheduled = replace(booking_rescheduled, previous_slot=None)

    assert slot(requested_without_time) is None
    assert slot(requested_without_time, scheduled).starts_at == at(1, "14:00")


def test_whose_slot_it_is_follows_the_booking():
    assert slot(requested_by_guest).client_id is None
    assert slot(requested_by_guest, booking_linked_to_client).client_id == zoe
