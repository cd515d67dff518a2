"""Why a booking is refused, and what is offered instead."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from msgspec.structs import replace

from domain.people import clients
from domain.people.clients import ClientErased
from domain.scheduling import agendas, availability, bookings, professionals, services
from domain.scheduling.bookings import CancelBooking
from domain.scheduling.professionals import Hours, ProfessionalClosedForBooking, Week
from domain.scheduling.services import ServiceRemoved
from domain.scheduling.time_blocks import Once, TimeBlocked, time_blocks_of
from domain.values import (
    BlockId,
    BookingId,
    ClientId,
    ServiceId,
)
from tests.scheduling.bookings.examples import (
    always_open,
    ana,
    another,
    at,
    ben,
    day,
    haircut,
    hour,
    monday,
    place_hold,
    request_booking,
    request_without_time,
    reschedule_booking,
    slot,
    suggested,
    zoe,
)
from tests.scheduling.bookings.salon import offered_by_everybody, salon


def test_a_taken_slot_is_refused_with_the_next_free_ones():
    past = salon()
    past.run(request_booking)

    with pytest.raises(agendas.SlotTaken) as refusal:
        past.run(another)

    assert refusal.value.facts == {
        "next_free_slots": [
            slot(0, "11:00", "11:45"),
            slot(0, "11:15", "12:00"),
            slot(0, "13:00", "13:45"),
            slot(0, "13:15", "14:00"),
            slot(0, "13:30", "14:15"),
        ],
        "has_more": True,
    }


def test_the_next_free_slots_are_sought_for_two_weeks():
    past = salon(hours=Week(monday=(Hours("10:00", "11:00"),)), slot_step_minutes=60)
    for weeks in (0, 1):
        past.run(
            replace(
                request_booking,
                booking_id=BookingId(f"booking-{weeks}"),
                starts_at=monday.starts_at + weeks * 7 * day,
            )
        )

    with pytest.raises(agendas.SlotTaken) as refusal:
        past.run(another)

    assert refusal.value.facts == {"next_free_slots": [], "has_more": False}


def test_each_free_slot_that_is_suggested_can_be_booked():
    past = salon(pending_holds_slot=True)
    past.run(request_booking)
    past.run(replace(place_hold, starts_at=at(0, "11:00")))
    with pytest.raises(agendas.SlotTaken) as refusal:
        past.run(another)

    for number, free in enumerate(suggested(refusal)):
        name = BookingId(f"booking-{number}")
        past.run(replace(another, booking_id=name, starts_at=free.starts_at))
        past.run(CancelBooking(booking_id=name))


def test_the_buffer_of_a_booking_is_not_free_either():
    past = salon()
    past.run(request_booking)

    with pytest.raises(agendas.SlotTaken):
        past.run(replace(another, starts_at=at(0, "10:45")))
    past.run(replace(another, starts_at=at(0, "11:00")))


def test_a_booking_needs_room_for_its_own_buffer():
    past = salon()
    past.run(request_booking)

    with pytest.raises(agendas.SlotTaken):
        past.run(replace(another, starts_at=at(0, "09:15") - timedelta(minutes=1)))


def test_what_is_taken_before_the_week_begins_is_not_suggested_in_it():
    past = salon(hours=always_open, buffer_before_minutes=30)
    midnight = at(0, "00:00") + hour
    past.run(replace(request_booking, starts_at=midnight - hour))

    with pytest.raises(agendas.SlotTaken) as refusal:
        past.run(replace(another, starts_at=midnight + hour / 6))

    assert suggested(refusal)[0].starts_at == midnight + hour / 2


def test_a_professional_who_is_closed_for_booking_takes_none():
    past = salon()
    past.record(ana, ProfessionalClosedForBooking(professional_id=ana))

    with pytest.raises(professionals.BookingDisabled):
        past.run(request_booking)


def test_an_unknown_professional_cannot_be_booked():
    with pytest.raises(professionals.ProfessionalNotFound):
        salon().run(replace(request_booking, professional_id=ben))


def test_an_unknown_service_cannot_be_booked():
    with pytest.raises(services.ServiceNotFound):
        salon().run(replace(request_booking, service_id=ServiceId("service-unknown")))


def test_a_removed_service_cannot_be_booked():
    past = salon()
    past.record(haircut, ServiceRemoved(service_id=haircut))

    with pytest.raises(bookings.ServiceNotBookable):
        past.run(request_booking)


def test_a_service_is_booked_with_those_who_offer_it():
    past = salon()
    past.record(ben, *past.streams[ana])

    with pytest.raises(bookings.ServiceNotOffered):
        past.run(replace(request_booking, professional_id=ben))


def test_a_service_that_names_nobody_is_offered_by_everybody():
    past = salon()
    past.record(ben, *past.streams[ana])
    offered_by_everybody(past)

    assert past.run(replace(request_booking, professional_id=ben))


def test_an_unknown_client_cannot_book():
    with pytest.raises(clients.ClientNotFound):
        salon().run(replace(request_booking, client_id=ClientId("client-unknown")))


def test_an_erased_client_cannot_book():
    past = salon()
    past.record(zoe, ClientErased(client_id=zoe, streams=(zoe,)))

    with pytest.raises(clients.ClientIsErased):
        past.run(request_booking)


def test_a_booking_must_say_how_long_it_takes():
    with pytest.raises(bookings.DurationNotKnown):
        salon().run(replace(request_booking, service_id=None))


@pytest.mark.parametrize("minutes", [0, -1, 7 * 24 * 60 + 1, 10**30])
def test_a_booking_takes_from_a_minute_to_a_week(minutes):
    with pytest.raises(bookings.DurationNotAllowed):
        salon().run(replace(request_booking, duration_minutes=minutes))


@pytest.mark.parametrize("zone_", [UTC, timezone(14 * hour), timezone(-12 * hour)])
@pytest.mark.parametrize("order", [request_booking, place_hold, request_without_time])
def test_the_ends_of_time_cannot_be_booked(zone_, order):
    past = salon()
    if order is request_without_time:
        past.run(order)
        order = replace(reschedule_booking, duration_minutes=30, override=True)

    with pytest.raises(availability.SlotInThePast):
        past.run(replace(order, starts_at=datetime.min.replace(tzinfo=zone_)))
    with pytest.raises(availability.BeyondHorizon):
        past.run(replace(order, starts_at=datetime.max.replace(tzinfo=zone_)))


def test_a_booking_outside_hours_needs_the_owners_leave():
    past = salon()
    at_night = replace(request_booking, starts_at=at(0, "20:00"))

    with pytest.raises(availability.OutsideHours):
        past.run(at_night)
    [requested, _] = past.run(replace(at_night, override=True))

    assert requested.override


def test_nobody_has_leave_to_take_what_is_taken():
    past = salon()
    past.run(request_booking)

    with pytest.raises(agendas.SlotTaken):
        past.run(replace(another, override=True))


def test_a_blocked_time_cannot_be_booked():
    past = salon()
    past.record(
        time_blocks_of(ana),
        TimeBlocked(
            professional_id=ana, block_id=BlockId("block-1"), when=Once(slot(0, "10:30", "10:40"))
        ),
    )

    with pytest.raises(availability.Blocked):
        past.run(request_booking)
