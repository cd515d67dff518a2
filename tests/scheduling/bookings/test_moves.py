"""What becomes of a booking: confirmed, moved, ended."""

import pytest
from msgspec.structs import replace

from domain.people.clients import ChangeClientStatus, ClientStatus
from domain.scheduling import agendas, availability, bookings, services
from domain.scheduling.bookings import ConfirmBooking
from domain.scheduling.professionals import (
    ProfessionalClosedForBooking,
    ProfessionalIsRetired,
    ProfessionalRetired,
    ProfessionalSettingsChanged,
    Week,
)
from tests.in_memory import InMemory
from tests.scheduling.bookings.examples import (
    agenda_id,
    ana,
    another,
    at,
    booking_cancelled,
    booking_confirmed,
    booking_declined,
    booking_id,
    booking_requested,
    booking_rescheduled,
    cancel_booking,
    cancel_by_client,
    complete_booking,
    confirm_booking,
    day,
    decline_booking,
    haircut,
    monday,
    monday_reserved,
    other_booking,
    request_booking,
    request_without_time,
    reschedule_booking,
    service_created,
    settings,
    slot,
    slot_released,
    slot_reserved,
    suggested,
    tuesday_reserved,
    zoe,
)
from tests.scheduling.bookings.salon import blocked, booking, salon, taken


def agendas_seen(past: InMemory) -> list[str]:
    """Return the agendas that were looked at, in the order of the first look."""
    return [name for name in dict.fromkeys(past.seen) if name.startswith("agenda-")]


# --- Pending bookings that do not hold their slot -------------------------------------


def test_of_two_pending_bookings_of_one_slot_the_first_confirmed_has_it():
    past = salon(pending_holds_slot=False)
    assert past.run(request_booking) == [replace(booking_requested, holds_slot=False)]
    past.run(another)

    assert past.run(confirm_booking) == [booking_confirmed, slot_reserved]
    with pytest.raises(agendas.SlotTaken) as refusal:
        past.run(ConfirmBooking(booking_id=other_booking))

    assert suggested(refusal)[0] == slot(0, "11:00", "11:45")


def test_a_pending_booking_cannot_be_requested_for_what_is_taken_already():
    past = salon(pending_holds_slot=False)
    past.run(request_booking)
    past.run(confirm_booking)

    with pytest.raises(agendas.SlotTaken):
        past.run(another)


def test_a_booking_without_hold_on_its_slot_frees_nothing_when_declined():
    past = salon(pending_holds_slot=False)
    past.run(request_booking)
    past.run(another)
    past.run(ConfirmBooking(booking_id=other_booking))

    assert past.run(decline_booking) == [booking_declined]
    assert taken(past) == [monday_reserved]


def test_a_booking_without_hold_on_its_slot_is_moved_only_to_what_is_free():
    past = salon(pending_holds_slot=False)
    past.run(request_booking)
    past.run(replace(another, starts_at=at(1, "14:00")))
    past.run(ConfirmBooking(booking_id=other_booking))

    with pytest.raises(agendas.SlotTaken):
        past.run(reschedule_booking)
    past.run(replace(reschedule_booking, starts_at=at(1, "15:00")))
    assert taken(past) == [tuesday_reserved]


def test_auto_confirmed_bookings_hold_their_slot_whatever_pending_ones_do():
    past = salon(pending_holds_slot=False, auto_confirm=True)
    past.run(request_booking)

    assert taken(past) == [monday_reserved]


# --- Ending and moving ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("order", "event"),
    [(cancel_booking, booking_cancelled), (decline_booking, booking_declined)],
)
def test_what_is_called_off_is_free_at_once(order, event):
    past = salon()
    past.run(request_booking)

    assert past.run(order) == [event, slot_released]
    assert past.run(another)


def test_the_client_cannot_cancel_within_the_professionals_window():
    past = salon()
    past.run(request_booking)
    past.now = monday.starts_at - day

    with pytest.raises(bookings.CancellationWindowClosed):
        past.run(cancel_by_client)
    assert past.run(cancel_booking)


@pytest.mark.parametrize("order", [complete_booking, bookings.MarkNoShow(booking_id=booking_id)])
def test_what_took_place_keeps_its_slot(order):
    past = salon()
    past.run(request_booking)
    past.run(confirm_booking)
    past.now = monday.starts_at

    past.run(order)

    assert taken(past) == [monday_reserved]


def test_a_moved_booking_frees_the_old_slot_and_takes_the_new():
    past = salon()
    past.run(request_booking)

    moved = past.run(reschedule_booking)

    assert moved == [
        booking_rescheduled,
        slot_released,
        replace(slot_reserved, slot=tuesday_reserved),
    ]
    assert taken(past) == [tuesday_reserved]


def test_a_booking_is_moved_into_another_week_and_back():
    past = salon()
    past.run(request_booking)
    next_week = replace(reschedule_booking, starts_at=monday.starts_at + 7 * day)

    past.run(next_week)
    assert [reserved.starts_at for reserved in taken(past)] == [next_week.starts_at]
    past.run(replace(reschedule_booking, starts_at=monday.starts_at))

    assert taken(past) == [monday_reserved]


def test_a_booking_can_be_moved_onto_a_part_of_its_own_slot():
    past = salon()
    past.run(request_booking)

    past.run(replace(reschedule_booking, starts_at=at(0, "10:30")))

    assert taken(past) == [slot(0, "10:30", "11:30")]


def test_a_booking_moved_onto_a_taken_slot_stays_where_it_was():
    past = salon()
    past.run(request_booking)
    past.run(replace(another, starts_at=at(1, "14:30")))
    before = {stream: list(events) for stream, events in past.streams.items()}

    with pytest.raises(agendas.SlotTaken) as refusal:
        past.run(reschedule_booking)

    assert past.streams == before
    assert suggested(refusal)[0] == slot(1, "15:30", "16:15")


def test_a_booking_is_moved_only_to_when_it_could_be_booked():
    past = salon()
    past.run(request_booking)
    at_night = replace(reschedule_booking, starts_at=at(1, "20:00"))

    with pytest.raises(availability.OutsideHours):
        past.run(at_night)
    assert past.run(replace(at_night, override=True))[0].override


def test_a_moved_booking_keeps_the_length_it_was_booked_with():
    past = salon()
    past.run(request_booking)
    past.record(
        haircut,
        services.ServiceChanged(
            service_id=haircut, offer=replace(service_created.offer, duration_minutes=90)
        ),
    )

    past.run(reschedule_booking)
    assert taken(past) == [tuesday_reserved]
    past.run(replace(reschedule_booking, starts_at=at(2, "14:00"), duration_minutes=60))

    assert taken(past) == [slot(2, "14:00", "15:15")]


def test_a_moved_booking_keeps_its_buffers_whatever_its_new_length():
    past = salon()
    past.run(request_booking)
    past.record(
        haircut,
        services.ServiceChanged(
            service_id=haircut, offer=replace(service_created.offer, buffer_after_minutes=0)
        ),
    )

    past.run(replace(reschedule_booking, duration_minutes=60))

    assert taken(past) == [slot(1, "14:00", "15:15")]


def test_agendas_are_looked_at_the_earliest_first_so_that_nobody_waits_in_a_circle():
    past = salon()
    past.run(replace(request_booking, starts_at=monday.starts_at + 14 * day))
    past.run(replace(another, starts_at=monday.starts_at))

    with pytest.raises(agendas.SlotTaken):
        past.run(replace(reschedule_booking, starts_at=monday.starts_at))

    assert agendas_seen(past) == [f"{agenda_id.removesuffix('50')}{week}" for week in (50, 51, 52)]


def test_a_booking_moved_to_an_earlier_week_looks_at_that_week_first():
    past = salon()
    past.run(replace(request_booking, starts_at=monday.starts_at + 14 * day))

    past.run(replace(reschedule_booking, starts_at=monday.starts_at))

    assert agendas_seen(past) == [f"{agenda_id.removesuffix('50')}{week}" for week in (50, 52)]


def test_moving_twice_changes_nothing_even_when_it_would_be_refused_by_now():
    past = salon()
    past.run(request_booking)
    past.run(reschedule_booking)
    past.now = at(1, "15:00")

    assert past.run(reschedule_booking) == []


def test_a_booking_without_a_time_takes_its_slot_when_it_gets_one():
    past = salon()
    past.run(replace(request_without_time, service_id=haircut))

    past.run(reschedule_booking)

    assert taken(past) == [tuesday_reserved]


def test_a_booking_without_time_or_service_must_be_told_how_long_it_takes():
    past = salon()
    past.run(request_without_time)

    with pytest.raises(bookings.DurationNotKnown):
        past.run(reschedule_booking)
    past.run(replace(reschedule_booking, duration_minutes=20))

    assert taken(past) == [slot(1, "14:00", "14:20")]


def test_a_booking_without_a_time_can_be_confirmed_and_cancelled():
    past = salon()
    past.run(request_without_time)
    past.run(confirm_booking)
    past.run(cancel_booking)

    assert booking(past).status == "cancelled"


# --- What cannot be promised any more -------------------------------------------------


def test_what_has_begun_is_confirmed_by_nobody_but_who_may_override():
    past = salon()
    past.run(request_booking)
    past.now = monday.starts_at

    with pytest.raises(availability.SlotInThePast):
        past.run(confirm_booking)
    assert past.run(replace(confirm_booking, override=True)) == [booking_confirmed]
    past.now = monday.ends_at
    assert past.run(confirm_booking) == []
    assert past.run(complete_booking)


@pytest.mark.parametrize("override", [False, True])
def test_what_was_blocked_meanwhile_is_confirmed_by_nobody(override):
    past = salon()
    past.run(request_booking)
    blocked(past, monday)

    with pytest.raises(availability.Blocked):
        past.run(replace(confirm_booking, override=override))
    assert past.run(decline_booking)


@pytest.mark.parametrize("request_", [request_booking, request_without_time])
@pytest.mark.parametrize("override", [False, True])
def test_nobody_is_promised_who_works_here_no_longer(request_, override):
    past = salon()
    past.run(request_)
    past.record(ana, ProfessionalRetired(professional_id=ana))

    with pytest.raises(ProfessionalIsRetired):
        past.run(replace(confirm_booking, override=override))


def test_whoever_confirms_looks_at_who_asked_and_at_the_time():
    past = salon()
    past.run(request_booking)
    past.run(ChangeClientStatus(client_id=zoe, status=ClientStatus.BLOCKED))
    tightened = replace(settings, horizon_days=0, notice_minutes=28 * 24 * 60, hours=Week())
    past.record(ana, ProfessionalSettingsChanged(professional_id=ana, settings=tightened))
    past.record(ana, ProfessionalClosedForBooking(professional_id=ana))

    assert past.run(confirm_booking) == [booking_confirmed]
