"""Use cases of bookings. A booking and its professional's agendas are recorded together."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from msgspec.structs import replace

from application.people.guests import known_guest
from application.people.people import Visitor, client, is_blocked, refuse_unknown_client, visitors
from application.sales import leads
from application.scheduling.agendas import Agendas
from application.scheduling.allowances import count_requests
from application.scheduling.terms import Terms, bookable_terms, span_of, terms_of, times
from application.transact import Changes, Past, Since, UseCase
from domain.messages import Command
from domain.scheduling import agendas, bookings
from domain.scheduling.agendas import HOLD, Hold
from domain.scheduling.allowances import OpenRequest
from domain.scheduling.availability import Span
from domain.scheduling.bookable import asks, passes_over, refuse_to_confirm, refuse_unwelcome
from domain.scheduling.bookings import (
    BOOKING,
    MOVES,
    Appointment,
    Booking,
    BookingEvent,
    BookingStatus,
)
from domain.scheduling.professionals import PROFESSIONAL
from domain.scheduling.series import RequestSeries
from domain.values import BookingId, SeriesId, TimeSlot
from domain.zones import to_local, zone


def request(command: bookings.RequestBooking, past: Past) -> Changes:
    booking = past.of(BOOKING, command.booking_id)
    if booking is not None:
        bookings.refuse_another_request(command, booking)
        return {}
    who = who_comes(command, past)
    terms = bookable_terms(past, command.professional_id, command.service_id)
    appointment = planned(command, terms)
    diary = Agendas(past, command.professional_id)
    redeemed, let_pass = _redeem(command, past, appointment, diary)
    command = allowed(command, past, terms, appointment, who, held=let_pass)
    events = requested(command, booking, appointment, terms)
    take(diary, command.booking_id, booking, events)
    counted = counted_for(command, past, who, [open_request(command.booking_id, events)])
    interest = leads.booked(command.client_id, command.booking_id, past)
    return {command.booking_id: events, **redeemed, **diary.changes, **counted, **interest}


def confirm(command: bookings.ConfirmBooking, past: Past) -> Changes:
    booking = past.of(BOOKING, command.booking_id)
    confirmed = bookings.confirm(command, booking)
    if booking is not None and confirmed:
        _refuse_to_confirm(command, booking.appointment, past)
    return _changes(past, command.booking_id, booking, confirmed)


def decline(command: bookings.DeclineBooking, past: Past) -> Changes:
    booking = past.of(BOOKING, command.booking_id)
    return _changes(past, command.booking_id, booking, bookings.decline(command, booking))


def complete(command: bookings.CompleteBooking, past: Past) -> Changes:
    booking = past.of(BOOKING, command.booking_id)
    completed = bookings.complete(command, booking, now=past.now)
    won = leads.came(booking.appointment.client_id, past) if booking and completed else {}
    return {command.booking_id: completed, **won}


def mark_no_show(command: bookings.MarkNoShow, past: Past) -> Changes:
    booking = past.of(BOOKING, command.booking_id)
    return {command.booking_id: bookings.mark_no_show(command, booking, now=past.now)}


def cancel(command: bookings.CancelBooking, past: Past) -> Changes:
    booking = bookings.known(past.of(BOOKING, command.booking_id))
    window = cancellation_window(past, booking)
    cancelled = bookings.cancel(command, booking, now=past.now, window=window)
    return _changes(past, command.booking_id, booking, cancelled)


def reschedule(command: bookings.RescheduleBooking, past: Past) -> Changes:
    booking = bookings.known(past.of(BOOKING, command.booking_id))
    terms = terms_of(past, booking.appointment.professional_id, booking.appointment.service_id)
    appointment = _moved(command, booking.appointment, terms)
    rescheduled = bookings.reschedule(
        _moved_as_allowed(command, booking, past, terms, appointment),
        booking,
        appointment=appointment,
        now=past.now,
        window=cancellation_window(past, booking),
    )
    return _changes(past, command.booking_id, booking, rescheduled)


def change(command: bookings.ChangeBooking, past: Past) -> Changes:
    booking = past.of(BOOKING, command.booking_id)
    return {command.booking_id: bookings.change(command, booking)}


def link_to_client(command: bookings.LinkBookingToClient, past: Past) -> Changes:
    refuse_unknown_client(past, command.client_id)
    booking = past.of(BOOKING, command.booking_id)
    linked = bookings.link_to_client(command, booking)
    if booking is None or not linked:
        return {command.booking_id: linked}
    _refuse_to_link(command, booking, past)
    is_over = booking.status is BookingStatus.COMPLETED
    known = (
        leads.came(command.client_id, past)
        if is_over
        else leads.booked(command.client_id, command.booking_id, past)
    )
    return {command.booking_id: linked, **known}


def register_guest(command: bookings.RegisterGuestAsClient, past: Past) -> Changes:
    """Who is known by what proves it is that client; everybody else is new."""
    booking = bookings.known(past.of(BOOKING, command.booking_id))
    if booking.guest is None or booking.appointment.client_id is not None:
        return {}
    client_id, registered = known_guest(
        booking.guest, booking.guest_identities, command.booking_id, past
    )
    link = bookings.LinkBookingToClient(booking_id=command.booking_id, client_id=client_id)
    linked = bookings.link_to_client(link, booking)
    won = leads.came(client_id, Since(past, registered))
    return {**registered, command.booking_id: linked, **won}


# --- Planning: series do it too -------------------------------------------------------


def planned(
    command: bookings.RequestBooking, terms: Terms, series_id: SeriesId | None = None
) -> Appointment:
    """Say what a request comes to."""
    appointment = Appointment(
        professional_id=command.professional_id,
        time_zone=terms.settings.time_zone,
        service_id=command.service_id,
        client_id=command.client_id,
        series_id=series_id,
    )
    if command.starts_at is None:
        return appointment
    slot, reserved = times(command.starts_at, terms.span(command.duration_minutes))
    return _at(slot, reserved, appointment, terms)


def requested(
    command: bookings.RequestBooking,
    booking: Booking | None,
    appointment: Appointment,
    terms: Terms,
) -> Sequence[BookingEvent]:
    """Request what was planned. Only what has a time can be confirmed by itself."""
    auto_confirm = terms.settings.auto_confirm and appointment.slot is not None
    return bookings.request(
        command,
        booking,
        appointment=appointment,
        price=terms.price,
        holds_slot=terms.settings.pending_holds_slot,
        auto_confirm=auto_confirm,
    )


def take(
    diary: Agendas, booking_id: BookingId, booking: Booking | None, events: Sequence[BookingEvent]
) -> None:
    """Make the agendas agree with what the events make of the booking, if others let them."""
    after = bookings.known(BOOKING.fold(events, booking))
    old, new = booking.reserved if booking else None, after.reserved
    slot, reserved = after.appointment.slot, after.appointment.reserved
    if slot is None or reserved is None:
        return
    with diary.suggesting(slot, reserved, moving=booking_id):
        if old != new:
            diary.move(booking_id, old, new)
        elif booking is None or booking.appointment.slot != slot:
            diary.refuse_if_taken(reserved)


def span_when_moved(appointment: Appointment, terms: Terms, duration_minutes: int | None) -> Span:
    """Return how long a visit takes at another time, with the buffers it was booked with."""
    slot, reserved = appointment.slot, appointment.reserved
    if slot is None or reserved is None:
        return terms.span(duration_minutes)
    booked = span_of(slot, reserved)
    if duration_minutes is None:
        return booked
    return Span(terms.span(duration_minutes).duration, booked.before, booked.after)


def cancellation_window(past: Past, booking: Booking) -> timedelta:
    """Return how long before the start the client can no longer cancel or move it."""
    settings = past.of(PROFESSIONAL, booking.appointment.professional_id).settings
    return timedelta(minutes=settings.cancellation_window_minutes)


# --- What one may have: see `domain/scheduling/bookable.py` --------------------------------------


def who_comes(command: bookings.RequestBooking | RequestSeries, past: Past) -> Sequence[Visitor]:
    """Return for whom something is asked; refuse a client who was never there or is no more."""
    refuse_unknown_client(past, command.client_id)
    source = command.source if isinstance(command, bookings.RequestBooking) else None
    return visitors(past, command.client_id, command.guest_identities, source)


def allowed(
    command: bookings.RequestBooking,
    past: Past,
    terms: Terms,
    appointment: Appointment,
    who: Sequence[Visitor],
    *,
    held: Hold | None = None,
) -> bookings.RequestBooking:
    """Return the order, and whether the business passes over a limit by it; refuse what is too much.

    What was let pass when the slot was held is let pass now, but for what binds everybody.
    """
    wish = terms.wish(
        asks(by_client=command.by_client, override=command.override),
        blocked=is_blocked(who),
        slot=appointment.slot,
        held=held is not None,
        far=appointment.series_id is not None,
    )
    override = passes_over(wish, now=past.now) or (held is not None and held.override)
    return replace(command, override=override)


def open_request(booking_id: BookingId, events: Sequence[BookingEvent]) -> OpenRequest:
    """Say what is counted of a request just made."""
    return OpenRequest(booking_id, by_itself=len(events) > 1)


def counted_for(
    command: bookings.RequestBooking | RequestSeries,
    past: Past,
    who: Sequence[Visitor],
    new: Sequence[OpenRequest],
) -> Changes:
    """Count what a client asks for; what the business books is its own affair. By a number that they
    only name, a guest would use up what its owner may have open.
    """
    if isinstance(command, bookings.RequestBooking) and command.proved:
        who = who[:1]
    return count_requests(past, who, new) if command.by_client else {}


def _refuse_to_confirm(
    command: bookings.ConfirmBooking, appointment: Appointment, past: Past
) -> None:
    """Whoever confirms looks at the wish: what only binds others was asked when it was made."""
    terms = terms_of(past, appointment.professional_id, None)
    wish = terms.wish(asks(by_client=False, override=command.override), slot=appointment.slot)
    refuse_to_confirm(wish, now=past.now)


def _refuse_to_link(command: bookings.LinkBookingToClient, booking: Booking, past: Past) -> None:
    """A visit that is to come is booked for whom it is given to; what is over was theirs."""
    if MOVES[booking.status] and client(past, command.client_id).blocked:
        refuse_unwelcome(asks(by_client=False, override=command.override))


def _moved_as_allowed(
    command: bookings.RescheduleBooking,
    booking: Booking,
    past: Past,
    terms: Terms,
    appointment: Appointment,
) -> bookings.RescheduleBooking:
    """Return the order likewise. What is over, or stays where it is, has other answers."""
    if appointment.slot == booking.appointment.slot or not MOVES[booking.status]:
        return command
    who = visitors(past, booking.appointment.client_id)
    wish = terms.wish(
        asks(by_client=command.by_client, override=command.override),
        blocked=is_blocked(who),
        slot=appointment.slot,
        moved=True,
        booked=booking.appointment.slot,
    )
    return replace(command, override=passes_over(wish, now=past.now))


def _changes(
    past: Past, booking_id: BookingId, booking: Booking | None, events: Sequence[BookingEvent]
) -> Changes:
    if booking is None or not events:
        return {}
    diary = Agendas(past, booking.appointment.professional_id)
    take(diary, booking_id, booking, events)
    return {booking_id: events, **diary.changes}


def _redeem(
    command: bookings.RequestBooking, past: Past, appointment: Appointment, diary: Agendas
) -> tuple[Changes, Hold | None]:
    """Use up the hold, if the request has one: what it held is free for this booking alone.

    Give the hold, too, if it is of this very visit, which was asked for when it was placed: a part of
    it, or something else at the same time, is asked for anew.
    """
    if command.hold_id is None:
        return {}, None
    hold = past.of(HOLD, command.hold_id)
    redeemed = agendas.redeem(
        command.hold_id,
        command.booking_id,
        hold,
        professional_id=appointment.professional_id,
        slot=appointment.slot,
        reserved=appointment.reserved,
        now=past.now,
    )
    hold = agendas.known_hold(hold)
    diary.free_held(command.hold_id, hold.reserved)
    same = (hold.slot, hold.service_id) == (appointment.slot, appointment.service_id)
    return {command.hold_id: redeemed}, hold if same else None


def _at(slot: TimeSlot, reserved: TimeSlot, appointment: Appointment, terms: Terms) -> Appointment:
    """Return the appointment, at this time by the professional's clock."""
    time_zone = terms.settings.time_zone
    return replace(
        appointment,
        slot=slot,
        reserved=reserved,
        time_zone=time_zone,
        local_start=to_local(slot.starts_at, zone(time_zone)),
    )


def _moved(
    command: bookings.RescheduleBooking, appointment: Appointment, terms: Terms
) -> Appointment:
    """Return the appointment at its new time, with the length and buffers it was booked with."""
    span = span_when_moved(appointment, terms, command.duration_minutes)
    return _at(*times(command.starts_at, span), appointment, terms)


USE_CASES: Final[Mapping[type[Command], UseCase[Any]]] = {
    bookings.RequestBooking: request,
    bookings.ConfirmBooking: confirm,
    bookings.DeclineBooking: decline,
    bookings.CompleteBooking: complete,
    bookings.MarkNoShow: mark_no_show,
    bookings.CancelBooking: cancel,
    bookings.RescheduleBooking: reschedule,
    bookings.ChangeBooking: change,
    bookings.LinkBookingToClient: link_to_client,
    bookings.RegisterGuestAsClient: register_guest,
}
