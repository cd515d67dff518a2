"""When is a professional busy, and with what?"""

from datetime import datetime
from typing import assert_never

from msgspec.structs import replace

from domain.scheduling.bookings import (
    OCCUPYING,
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
from domain.values import BookingId, ClientId, ProfessionalId, ServiceId
from projections.read_model import ReadModel, Row


class BookedSlot(Row, frozen=True, kw_only=True):
    """From `busy_from` to `busy_until` is the slot with its buffers."""

    booking_id: BookingId
    status: BookingStatus
    professional_id: ProfessionalId
    service_id: ServiceId | None
    client_id: ClientId | None
    starts_at: datetime
    ends_at: datetime
    busy_from: datetime
    busy_until: datetime


SlotEvent = (
    BookingRequested
    | BookingConfirmed
    | BookingDeclined
    | BookingCompleted
    | BookingMarkedNoShow
    | BookingCancelled
    | BookingRescheduled
    | BookingLinkedToClient
)


def _evolve(row: BookedSlot | None, event: SlotEvent) -> BookedSlot | None:
    match event:
        case BookingRequested(holds_slot=holds):
            return _slot(event, BookingStatus.PENDING) if holds else None
        case BookingRescheduled(status=status, holds_slot=holds):
            return _slot(event, status) if holds else None
        case BookingLinkedToClient(appointment=appointment):
            return row and replace(row, client_id=appointment.client_id)
        case (
            BookingConfirmed()
            | BookingDeclined()
            | BookingCompleted()
            | BookingMarkedNoShow()
            | BookingCancelled()
        ):
            status = status_after(event)
            return _slot(event, status) if status in OCCUPYING else None
        case _:
            assert_never(event)


def _slot(event: SlotEvent, status: BookingStatus) -> BookedSlot | None:
    appointment = event.appointment
    if appointment.slot is None or appointment.reserved is None:
        return None
    return BookedSlot(
        booking_id=event.booking_id,
        status=status,
        professional_id=appointment.professional_id,
        service_id=appointment.service_id,
        client_id=appointment.client_id,
        starts_at=appointment.slot.starts_at,
        ends_at=appointment.slot.ends_at,
        busy_from=appointment.reserved.starts_at,
        busy_until=appointment.reserved.ends_at,
    )


BOOKED_SLOTS = ReadModel(
    name="booked_slots",
    version=1,
    row=BookedSlot,
    subscribes_to=(
        BookingRequested,
        BookingConfirmed,
        BookingDeclined,
        BookingCompleted,
        BookingMarkedNoShow,
        BookingCancelled,
        BookingRescheduled,
        BookingLinkedToClient,
    ),
    key=lambda event: [event.booking_id],
    evolve=_evolve,
    columns=("professional_id", "busy_from", "busy_until"),
    indexes=(("professional_id", "busy_from"), ("professional_id", "busy_until")),
    owner="booking",
)
