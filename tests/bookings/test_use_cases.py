from datetime import UTC, datetime, timedelta, timezone

import pytest
from msgspec.structs import asdict, replace

from domain import agendas, availability, bookings, clients, professionals, services
from domain.bookings import CancelBooking, ConfirmBooking
from domain.clients import ClientErased, ClientRegistered, ClientStatus
from domain.identities import IdentityClaimed
from domain.professionals import Hours, ProfessionalClosedForBooking, Week
from domain.services import ServiceRemoved
from domain.time_blocks import Once, TimeBlocked, time_blocks_of
from domain.values import (
    BlockId,
    BookingId,
    ClientId,
    HoldId,
    ProfessionalId,
    ServiceId,
    TimeSlot,
    derived_id,
)
from domain.zones import zone
from tests.bookings.examples import (
    agenda_id,
    ana,
    at,
    booking_cancelled,
    booking_confirmed,
    booking_declined,
    booking_id,
    booking_linked_to_client,
    booking_requested,
    booking_rescheduled,
    by_email,
    by_phone,
    cancel_booking,
    cancel_by_client,
    change_booking,
    complete_booking,
    confirm_booking,
    day,
    decline_booking,
    expire_hold,
    guest,
    guest_appointment,
    haircut,
    held_slot_freed,
    hold_id,
    hold_lapsed,
    hold_placed,
    hold_redeemed,
    hold_released,
    hour,
    link_to_client,
    monday,
    monday_reserved,
    other_booking,
    place_hold,
    register_guest,
    release_hold,
    request_booking,
    request_by_guest,
    request_without_time,
    requested_without_time,
    reschedule_booking,
    service_created,
    slot,
    slot_held,
    slot_released,
    slot_reserved,
    tuesday_reserved,
    zoe,
)
from tests.bookings.salon import booking, salon, taken
from tests.in_memory import InMemory

ben = ProfessionalId("professional-0198c0de-0000-7000-8000-0000000000bb")
another = replace(request_booking, booking_id=other_booking)
always_open = Week(**dict.fromkeys(asdict(Week()), (Hours("00:00", "24:00"),)))


def suggested(refusal: pytest.ExceptionInfo[agendas.SlotTaken]) -> list[TimeSlot]:
    """Give the slots that a refusal offers instead."""
    slots = refusal.value.facts["next_free_slots"]
    assert isinstance(slots, list)
    return slots


def agendas_seen(past: InMemory) -> list[str]:
    """Give the agendas that were looked at, in the order of the first look."""
    return [name for name in dict.fromkeys(past.seen) if name.startswith("agenda-")]


# --- Requesting -----------------------------------------------------------------------


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


# --- Why a request is refused ---------------------------------------------------------


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
        ]
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

    assert refusal.value.facts == {"next_free_slots": []}


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
    past.record(
        haircut,
        services.ServiceChanged(
            service_id=haircut, offer=replace(service_created.offer, professional_ids=())
        ),
    )

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


# --- Holds ----------------------------------------------------------------------------


def test_a_hold_keeps_others_out_until_it_ends():
    past = salon()
    assert past.run(place_hold) == [hold_placed, slot_held]

    with pytest.raises(agendas.SlotTaken) as refusal:
        past.run(request_booking)
    past.now = hold_placed.expires_at
    past.run(request_booking)

    assert suggested(refusal)[0] == slot(0, "11:00", "11:45")


def test_two_cannot_hold_one_slot():
    past = salon()
    past.run(place_hold)

    with pytest.raises(agendas.SlotTaken) as refusal:
        past.run(replace(place_hold, hold_id=HoldId("hold-another")))

    assert len(suggested(refusal)) == 5


def test_placing_a_hold_again_changes_nothing_even_when_it_would_be_refused_by_now():
    past = salon()
    past.run(place_hold)
    past.now = monday.ends_at

    assert past.run(place_hold) == []


@pytest.mark.parametrize(
    ("order", "refusal"),
    [
        (replace(place_hold, starts_at=at(0, "20:00")), availability.OutsideHours),
        (replace(place_hold, service_id=ServiceId("service-unknown")), services.ServiceNotFound),
        (replace(place_hold, professional_id=ben), professionals.ProfessionalNotFound),
        (replace(place_hold, ttl_seconds=601), agendas.HoldTooLong),
    ],
)
def test_only_what_could_be_booked_can_be_held(order, refusal):
    with pytest.raises(refusal):
        salon().run(order)


def test_whoever_holds_a_slot_can_book_it():
    past = salon()
    past.run(place_hold)

    booked = past.run(replace(request_booking, hold_id=hold_id))

    assert booked == [
        replace(booking_requested, hold_id=hold_id),
        hold_redeemed,
        held_slot_freed,
        slot_reserved,
    ]


def test_a_hold_books_once():
    past = salon()
    past.run(place_hold)
    past.run(replace(request_booking, hold_id=hold_id))
    past.run(cancel_booking)

    with pytest.raises(agendas.HoldAlreadyUsed):
        past.run(replace(another, hold_id=hold_id))


def test_a_hold_that_ended_books_nothing_though_the_slot_is_still_free():
    past = salon()
    past.run(place_hold)
    past.now = hold_placed.expires_at

    with pytest.raises(agendas.HoldExpired):
        past.run(replace(request_booking, hold_id=hold_id))


def test_a_held_slot_can_be_booked_though_the_notice_has_passed_meanwhile():
    past = salon(notice_minutes=60)
    past.now = monday.starts_at - hour
    past.run(place_hold)
    past.now += timedelta(minutes=1)

    assert past.run(replace(request_booking, hold_id=hold_id))


def test_a_hold_is_for_the_professional_it_names():
    past = salon()
    past.record(ben, *past.streams[ana])
    past.record(
        haircut,
        services.ServiceChanged(
            service_id=haircut, offer=replace(service_created.offer, professional_ids=())
        ),
    )
    past.run(replace(place_hold, professional_id=ben))

    with pytest.raises(agendas.HoldIsForAnotherSlot):
        past.run(replace(request_booking, hold_id=hold_id))


def test_a_redeemed_hold_leaves_both_weeks_though_the_booking_is_in_one():
    past = salon(hours=always_open)
    sunday_night = at(-1, "23:30") + hour
    past.run(replace(place_hold, starts_at=sunday_night))

    past.run(replace(request_booking, starts_at=sunday_night, duration_minutes=10, hold_id=hold_id))

    assert taken(past) == [TimeSlot(sunday_night, sunday_night + timedelta(minutes=25))]


def test_a_redeemed_hold_keeps_nobody_out_where_pending_bookings_do_not():
    past = salon(pending_holds_slot=False)
    past.run(place_hold)
    past.run(replace(request_booking, hold_id=hold_id))

    assert taken(past) == []


@pytest.mark.parametrize(
    ("order", "event"), [(release_hold, hold_released), (expire_hold, hold_lapsed)]
)
def test_an_ended_hold_leaves_the_agenda(order, event):
    past = salon()
    past.run(place_hold)
    past.now = hold_placed.expires_at

    assert past.run(order) == [event, held_slot_freed]
    assert past.run(order) == []


@pytest.mark.parametrize("order", [release_hold, expire_hold])
def test_only_what_was_placed_can_end(order):
    with pytest.raises(agendas.HoldNotFound):
        salon().run(order)


# --- Clients and guests ---------------------------------------------------------------


def test_a_booking_is_linked_only_to_a_client_there_is():
    past = salon()
    past.run(request_by_guest)

    with pytest.raises(clients.ClientNotFound):
        past.run(replace(link_to_client, client_id=ClientId("client-unknown")))
    assert past.run(link_to_client) == [booking_linked_to_client]


def test_a_guest_becomes_a_client():
    past = salon()
    past.run(request_by_guest)
    client_id = ClientId(derived_id("client", booking_id))

    assert past.run(register_guest) == [
        ClientRegistered(
            client_id=client_id,
            contact=guest,
            status=ClientStatus.ACTIVE,
            identities=(by_email, by_phone),
        ),
        IdentityClaimed(identity_id=by_email, client_id=client_id),
        IdentityClaimed(identity_id=by_phone, client_id=client_id),
        replace(
            booking_linked_to_client,
            appointment=replace(guest_appointment, client_id=client_id),
        ),
    ]
    assert past.run(register_guest) == []


@pytest.mark.parametrize("known_by", [by_email, by_phone])
def test_a_guest_who_is_a_client_already_is_that_client(known_by):
    past = salon()
    past.record(known_by, IdentityClaimed(identity_id=known_by, client_id=zoe))
    past.run(request_by_guest)

    assert past.run(register_guest) == [booking_linked_to_client]


def test_the_same_guest_is_the_same_client_the_second_time():
    past = salon()
    past.run(request_by_guest)
    past.run(register_guest)
    past.run(replace(request_by_guest, booking_id=other_booking, starts_at=at(1, "14:00")))

    past.run(replace(register_guest, booking_id=other_booking))

    first, second = booking(past), booking(past, other_booking)
    assert first.appointment.client_id == second.appointment.client_id


@pytest.mark.parametrize("request_", [request_booking, request_without_time])
def test_without_a_guest_nobody_is_registered(request_):
    past = salon()
    past.run(request_)

    assert past.run(register_guest) == []


# --- What is not there ----------------------------------------------------------------


@pytest.mark.parametrize(
    "order",
    [
        confirm_booking,
        decline_booking,
        complete_booking,
        bookings.MarkNoShow(booking_id=booking_id),
        cancel_booking,
        reschedule_booking,
        change_booking,
        link_to_client,
        register_guest,
    ],
)
def test_what_was_never_requested_is_not_found(order):
    with pytest.raises(bookings.BookingNotFound):
        salon().run(order)
