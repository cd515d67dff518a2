"""A booking is asked for: who, when, with whom, and what is answered."""

from datetime import UTC

import pytest
from msgspec.structs import replace

from domain.scheduling import bookings, services
from domain.values import (
    TimeSlot,
)
from domain.zones import zone
from tests.scheduling.bookings.examples import (
    agenda_id,
    always_open,
    another,
    at,
    booking_confirmed,
    booking_requested,
    confirm_booking,
    day,
    haircut,
    hour,
    monday,
    request_booking,
    request_without_time,
    requested_without_time,
    service_created,
    slot,
    slot_reserved,
)
from tests.scheduling.bookings.salon import booking, salon, taken


def test_a_booking_and_its_agenda_are_recorded_together():
    assert salon().run(request_booking) == [booking_requested, slot_reserved]


def test_a_booking_keeps_the_price_it_was_made_at():
    past = salon()
    past.run(request_booking)
    past.record(
        haircut,
        services.ServiceChanged(
            service_id=haircut,
            offer=replace(service_created.offer, price=None, duration_minutes=10),
        ),
    )

    assert past.run(confirm_booking) == [booking_confirmed]
    assert past.run(replace(another, starts_at=at(0, "14:00")))[0].price is None


def test_the_same_request_again_changes_nothing_even_when_it_would_be_refused_by_now():
    past = salon()
    past.run(request_booking)
    past.now = monday.ends_at

    assert past.run(request_booking) == []


def test_an_id_belongs_to_one_booking():
    past = salon()
    past.run(request_booking)

    with pytest.raises(bookings.BookingIdTaken):
        past.run(replace(request_booking, starts_at=at(0, "14:00")))


def test_a_request_is_confirmed_at_once_where_the_professional_wants_it_so():
    confirmed = salon(auto_confirm=True).run(request_booking)

    assert confirmed == [booking_requested, booking_confirmed, slot_reserved]


def test_what_has_no_time_waits_for_one_though_others_are_confirmed_at_once():
    past = salon(auto_confirm=True)

    assert past.run(request_without_time) == [requested_without_time]


def test_a_booking_without_service_takes_as_long_as_it_says():
    past = salon()
    past.run(replace(request_booking, service_id=None, duration_minutes=30))

    assert booking(past).appointment.slot == slot(0, "10:00", "10:30")
    assert taken(past) == [slot(0, "10:00", "10:30")]


def test_a_booking_may_take_a_week():
    past = salon()
    past.run(replace(request_booking, duration_minutes=7 * 24 * 60, override=True))

    assert booking(past).appointment.slot == TimeSlot(monday.starts_at, monday.starts_at + 7 * day)


def test_times_are_kept_in_utc_whatever_zone_they_come_in():
    past = salon()
    in_paris = monday.starts_at.astimezone(zone("Europe/Paris"))

    [requested, _] = past.run(replace(request_booking, starts_at=in_paris))

    assert requested == booking_requested
    assert requested.appointment.slot.starts_at.tzinfo is UTC


def test_a_service_that_names_no_buffers_has_those_of_the_professional():
    past = salon(buffer_before_minutes=5, buffer_after_minutes=30)
    past.run(request_booking)

    assert taken(past) == [slot(0, "09:55", "11:00")]


def test_a_booking_over_the_end_of_the_week_is_in_both_agendas():
    past = salon(hours=always_open)
    sunday_night = replace(request_booking, starts_at=at(-1, "23:30") + hour)

    events = past.run(sunday_night)

    assert [event.agenda_id for event in events[1:]] == [
        agenda_id.replace("W50", "W49"),
        agenda_id,
    ]
