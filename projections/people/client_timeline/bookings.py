"""Bookings of a client."""

from typing import assert_never

from msgspec.structs import replace

from domain.scheduling.bookings import (
    BookingCancelled,
    BookingCompleted,
    BookingConfirmed,
    BookingDeclined,
    BookingLinkedToClient,
    BookingMarkedNoShow,
    BookingRequested,
    BookingRescheduled,
    BookingStatus,
    status_after,
)
from projections.people.client_timeline.entries import EntryKind, TimelineEntry

OfBooking = (
    BookingRequested
    | BookingConfirmed
    | BookingDeclined
    | BookingCompleted
    | BookingMarkedNoShow
    | BookingCancelled
    | BookingRescheduled
    | BookingLinkedToClient
)


def evolve(row: TimelineEntry | None, event: OfBooking) -> TimelineEntry | None:
    match event:
        case BookingRequested():
            return _requested(event)
        case BookingRescheduled(appointment=appointment):
            return row and replace(row, slot=appointment.slot)
        case BookingLinkedToClient(appointment=appointment):
            return row and replace(row, client_id=appointment.client_id)
        case (
            BookingConfirmed()
            | BookingDeclined()
            | BookingCompleted()
            | BookingMarkedNoShow()
            | BookingCancelled()
        ):
            return row and replace(row, status=status_after(event))
        case _:
            assert_never(event)


def _requested(event: BookingRequested) -> TimelineEntry:
    return TimelineEntry(
        id=event.booking_id,
        client_id=event.appointment.client_id,
        kind=EntryKind.BOOKING,
        status=BookingStatus.PENDING,
        slot=event.appointment.slot,
        professional_id=event.appointment.professional_id,
        service_id=event.appointment.service_id,
    )
