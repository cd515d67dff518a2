"""Slots that are held, guests who become clients, and what is not there."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from domain.people import clients
from domain.people.clients import ClientRegistered, ClientStatus
from domain.people.identities import IdentityClaimed
from domain.scheduling import agendas, availability, bookings, professionals, services
from domain.scheduling.professionals import ProfessionalSettingsChanged, Week
from domain.values import (
    ClientId,
    HoldId,
    ServiceId,
    TimeSlot,
    derived_id,
)
from tests.scheduling.bookings.examples import (
    always_open,
    ana,
    another,
    at,
    ben,
    booking_id,
    booking_linked_to_client,
    booking_requested,
    by_email,
    by_phone,
    cancel_booking,
    change_booking,
    complete_booking,
    confirm_booking,
    decline_booking,
    expire_hold,
    guest,
    guest_appointment,
    held_slot_freed,
    hold_id,
    hold_lapsed,
    hold_placed,
    hold_redeemed,
    hold_released,
    hour,
    link_to_client,
    monday,
    other_booking,
    place_hold,
    register_guest,
    release_hold,
    request_booking,
    request_by_guest,
    request_without_time,
    reschedule_booking,
    settings,
    slot,
    slot_held,
    slot_reserved,
    suggested,
    zoe,
)
from tests.scheduling.bookings.salon import blocked, booking, offered_by_everybody, salon, taken

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


@pytest.mark.parametrize("override", [False, True])
@pytest.mark.parametrize(
    ("meanwhile", "refusal"),
    [
        (lambda past: setattr(past, "now", monday.starts_at), availability.SlotInThePast),
        (lambda past: blocked(past, monday), availability.Blocked),
    ],
    ids=["has-begun", "was-blocked"],
)
def test_a_held_slot_that_nobody_can_have_by_now_is_booked_by_nobody(meanwhile, refusal, override):
    past = salon()
    past.now = monday.starts_at - hour / 30
    past.run(place_hold)
    meanwhile(past)

    with pytest.raises(refusal):
        past.run(replace(request_booking, hold_id=hold_id, override=override))


def test_a_held_slot_can_be_booked_though_the_rules_were_tightened_meanwhile():
    past = salon()
    past.run(place_hold)
    tightened = replace(settings, horizon_days=0, slot_step_minutes=35, hours=Week())
    past.record(ana, ProfessionalSettingsChanged(professional_id=ana, settings=tightened))

    assert past.run(replace(request_booking, hold_id=hold_id, by_client=True))


def test_a_hold_is_for_the_professional_it_names():
    past = salon()
    past.record(ben, *past.streams[ana])
    offered_by_everybody(past)
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
        IdentityClaimed(identity_id=by_email, owner=client_id),
        IdentityClaimed(identity_id=by_phone, owner=client_id),
        replace(
            booking_linked_to_client,
            appointment=replace(guest_appointment, client_id=client_id),
        ),
    ]
    assert past.run(register_guest) == []


@pytest.mark.parametrize("known_by", [by_email, by_phone])
def test_a_guest_who_is_a_client_already_is_that_client(known_by):
    past = salon()
    past.record(known_by, IdentityClaimed(identity_id=known_by, owner=zoe))
    past.run(replace(request_by_guest, guest=replace(guest, name="Zoé Müller")))

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
