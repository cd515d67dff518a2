"""Use cases of series: many ordinary bookings, decided and recorded at once."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from operator import itemgetter
from typing import Any, Final

from application.people.people import Visitor
from application.sales import leads
from application.scheduling import bookings as booking_use_cases
from application.scheduling.agendas import Agendas
from application.scheduling.terms import Terms, bookable_terms
from application.transact import Changes, Past, UseCase
from domain.messages import Command, Event
from domain.scheduling import bookings, series
from domain.scheduling.agendas import SlotTaken
from domain.scheduling.allowances import OpenRequest
from domain.scheduling.availability import (
    BeyondHorizon,
    Blocked,
    NoticeTooShort,
    OutsideHours,
    SlotInThePast,
)
from domain.scheduling.bookable import BetweenSlots
from domain.scheduling.bookings import (
    BOOKING,
    MOVES,
    Booking,
    BookingEvent,
    CancelBooking,
    RequestBooking,
)
from domain.scheduling.series import SERIES, Conflict, Instance
from domain.values import BookingId, SeriesId
from domain.zones import to_utc, zone

CONFLICTS: Final = (
    SlotTaken,
    Blocked,
    OutsideHours,
    NoticeTooShort,
    SlotInThePast,
    BeyondHorizon,
    BetweenSlots,
)
"""What may be wrong with one time of a series and not with the others."""


def request(command: series.RequestSeries, past: Past) -> Changes:
    before = past.of(SERIES, command.series_id)
    if before is not None:
        series.refuse_another_series(command, before)
        return {}
    who = booking_use_cases.who_comes(command, past)
    terms = bookable_terms(past, command.professional_id, command.service_id)
    diary = Agendas(past, command.professional_id)
    booked: dict[str, Sequence[Event]] = {}
    instances: list[Instance] = []
    conflicts: list[Conflict] = []
    asked: list[OpenRequest] = []
    for local_start in series.occurrences(command.recurrence):
        order = _order(command, local_start)
        instance = Instance(order.booking_id, _instant(command, local_start))
        try:
            made = booked_once(order, command.series_id, past, terms, who, diary)
        except CONFLICTS as refusal:
            conflicts.append(Conflict(instance.starts_at, local_start, refusal.code))
            continue
        booked[order.booking_id] = made
        instances.append(instance)
        asked.append(booking_use_cases.open_request(order.booking_id, made))
    events = series.request(command, before, instances=instances, conflicts=conflicts)
    counted = booking_use_cases.counted_for(command, past, who, asked)
    interest = leads.booked(command.client_id, command.series_id, past) if booked else {}
    return {command.series_id: events, **booked, **diary.changes, **counted, **interest}


def cancel(command: series.CancelSeries, past: Past) -> Changes:
    before = series.known(past.of(SERIES, command.series_id))
    diary = Agendas(past, before.professional_id)
    cancelled: dict[str, Sequence[Event]] = {}
    for booking_id, booking in _ahead(before, command.starting_from, past):
        order = CancelBooking(
            booking_id=booking_id, reason=command.reason, by_client=command.by_client
        )
        window = booking_use_cases.cancellation_window(past, booking)
        events = bookings.cancel(order, booking, now=past.now, window=window)
        booking_use_cases.take(diary, booking_id, booking, events)
        cancelled[booking_id] = events
    return {command.series_id: series.cancel(command, before), **cancelled, **diary.changes}


def _instant(command: series.RequestSeries, local_start: datetime) -> datetime:
    return to_utc(local_start, zone(command.recurrence.time_zone))


def _order(command: series.RequestSeries, local_start: datetime) -> RequestBooking:
    return RequestBooking(
        booking_id=series.instance_id(command.series_id, local_start),
        professional_id=command.professional_id,
        starts_at=_instant(command, local_start),
        duration_minutes=command.duration_minutes,
        service_id=command.service_id,
        client_id=command.client_id,
        guest=command.guest,
        guest_identities=command.guest_identities,
        booking_type=command.booking_type,
        details=command.details,
        notes=command.notes,
        location=command.location,
        override=command.override,
        by_client=command.by_client,
    )


def booked_once(
    order: RequestBooking,
    series_id: SeriesId,
    past: Past,
    terms: Terms,
    who: Sequence[Visitor],
    diary: Agendas,
) -> Sequence[BookingEvent]:
    """Book one time of the series, or leave the agendas as they are."""
    booking = past.of(BOOKING, order.booking_id)
    appointment = booking_use_cases.planned(order, terms, series_id)
    assert appointment.slot is not None
    assert appointment.reserved is not None
    order = booking_use_cases.allowed(order, past, terms, appointment, who)
    # In whole, before any week of it is taken: what is skipped must leave nothing behind.
    diary.refuse_if_taken(appointment.reserved)
    events = booking_use_cases.requested(order, booking, appointment, terms)
    booking_use_cases.take(diary, order.booking_id, booking, events)
    return events


def _ahead(
    before: series.Series, starting_from: datetime, past: Past
) -> Sequence[tuple[BookingId, Booking]]:
    """Return the bookings that can still be cancelled, the earliest first."""
    found = []
    for booking_id in before.bookings:
        booking = bookings.known(past.of(BOOKING, booking_id))
        slot = booking.appointment.slot
        if MOVES[booking.status] and slot is not None and slot.starts_at >= starting_from:
            found.append((slot.starts_at, booking_id, booking))
    return [(booking_id, booking) for _, booking_id, booking in sorted(found, key=itemgetter(0))]


USE_CASES: Final[Mapping[type[Command], UseCase[Any]]] = {
    series.RequestSeries: request,
    series.CancelSeries: cancel,
}
