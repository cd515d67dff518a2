"""How often was a client here, when last, and what did it bring?

One row per booking; what concerns a client is added up when it is asked.
"""

from datetime import datetime

from msgspec.structs import replace

from domain.bookings import (
    BookingCancelled,
    BookingCompleted,
    BookingConfirmed,
    BookingDeclined,
    BookingLinkedToClient,
    BookingMarkedNoShow,
    BookingRequested,
    BookingRescheduled,
    BookingStatus,
)
from domain.values import BookingId, ClientId, Money
from projections.booking_status import STATUS_AFTER
from projections.read_model import ReadModel, Row


class ClientVisit(Row, frozen=True, kw_only=True):
    """`price` is the one captured when the booking was requested."""

    booking_id: BookingId
    client_id: ClientId | None
    status: BookingStatus
    starts_at: datetime | None
    price: Money | None


VisitEvent = (
    BookingRequested
    | BookingConfirmed
    | BookingDeclined
    | BookingCompleted
    | BookingMarkedNoShow
    | BookingCancelled
    | BookingRescheduled
    | BookingLinkedToClient
)


def _evolve(row: ClientVisit | None, event: VisitEvent) -> ClientVisit | None:
    slot, client = event.appointment.slot, event.appointment.client_id
    starts_at = slot.starts_at if slot else None
    if isinstance(event, BookingRequested):
        return ClientVisit(
            booking_id=event.booking_id,
            client_id=client,
            status=STATUS_AFTER[BookingRequested],
            starts_at=starts_at,
            price=event.price,
        )
    status = STATUS_AFTER.get(type(event))
    return row and replace(row, client_id=client, starts_at=starts_at, status=status or row.status)


CLIENT_VISITS = ReadModel(
    name="client_visits",
    version=1,
    row=ClientVisit,
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
    columns=("client_id", "status", "starts_at"),
    indexes=(("client_id", "starts_at"),),
    owner="booking",
)
