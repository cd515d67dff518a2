"""Bookings as the appointment setter knew them: of a type, with details of any form."""

from datetime import datetime
from typing import Any, Final

import msgspec
from fastapi import Response
from msgspec import UNSET

from api.compat import OldRouter, Product
from api.compat.beginnings import bookings_by
from api.compat.moves import order_for
from api.compat.pages import OldListing, each
from api.compat.setter.shapes import CAMEL, reshaped
from api.compat.whom import professional
from api.problems.reasons import VISITS
from api.requests import ids
from api.requests.answers import Listed, Made, answers
from api.requests.caller import Caller
from api.requests.forms import Body
from api.requests.moments import Instant
from api.scheduling import bookings
from domain.messages import Command
from domain.scheduling.bookings import BookingStatus, ChangeBooking, LinkBookingToClient
from domain.values import BookingId, ProfessionalId
from projections.scheduling.bookings import BOOKINGS as KNOWN
from projections.scheduling.bookings import KnownBooking

WHERE: Final = "/booking"

router: Final = OldRouter(Product.SETTER, prefix=WHERE, successor="/v1/bookings")


class OldBooking(msgspec.Struct, kw_only=True, rename="camel"):
    """`details` as they were sent, to the byte."""

    id: str
    user_id: str
    client_id: str | None
    service_id: str | None
    booking_type: str | None
    details: msgspec.Raw
    status: BookingStatus
    starts_at: datetime | None
    ends_at: datetime | None
    version: int
    created_at: datetime | None
    updated_at: datetime | None


def _booking(document: bytes) -> bytes:
    known = msgspec.json.decode(document, type=KnownBooking)
    same = {
        name: getattr(known, name) for name in OldBooking.__struct_fields__ if name != "user_id"
    }
    return msgspec.json.encode(OldBooking(user_id=known.professional_id, **same))


BOOKINGS: Final = OldListing(
    listing=bookings_by(
        {
            "userId": "professional_id",
            "clientId": "client_id",
            "serviceId": "service_id",
            "bookingType": "booking_type",
        }
    ),
    shape=each(_booking),
)


class OldBookingBody(bookings.Wishes):
    """Without a time it is a wish that somebody has to answer."""

    model_config = CAMEL

    user_id: ids.Professional | None = None
    starts_at: Instant | None = None

    def booking(self, professional_id: ProfessionalId) -> bookings.NewBooking:
        """Return the same as `/v1` wants it."""
        rest = self.model_dump(exclude={"user_id"})
        return bookings.NewBooking(professional_id=professional_id, **rest)


class ChangedOldBooking(Body):
    """What is not named stays."""

    model_config = CAMEL

    status: BookingStatus | None = None
    client_id: ids.Client | None = None
    details: Any = None

    def orders(self, booking_id: BookingId, caller: Caller) -> list[Command]:
        """Return what has to be done for it, what may be refused first."""
        orders: list[Command] = []
        if self.client_id is not None:
            orders.append(LinkBookingToClient(booking_id=booking_id, client_id=self.client_id))
        if self.status is not None:
            orders.append(order_for(self.status, booking_id, caller))
        details = caller.raw("details") if self.details is not None else None
        named = "details" in self.model_fields_set
        orders.append(ChangeBooking(booking_id=booking_id, details=details if named else UNSET))
        return orders


@router.post("", status_code=201)
@answers(Made(OldBooking), refuses=VISITS)
def create_old_booking(body: OldBookingBody, caller: bookings.MayWrite) -> Response:
    """Book, for somebody or nobody yet, at a time or at none yet."""
    with_whom = professional(caller, body.user_id, body.service_id, field="userId")
    made = bookings.request_booking(body.booking(with_whom), caller)
    return reshaped(made, _booking, WHERE)


@router.get("")
@answers(Listed(BOOKINGS, always_numbered=True))
def list_old_bookings(caller: bookings.MayRead) -> Response:
    """List bookings: `?status=&userId=&clientId=&bookingType=&page=&limit=&sortBy=&sortOrder=`."""
    return BOOKINGS.numbered(caller)


@router.get("/{booking_id}")
@answers(Made(OldBooking, tagged=True))
def get_old_booking(booking_id: ids.Booking, caller: bookings.MayRead) -> Response:
    """Show a booking."""
    return reshaped(caller.shown(KNOWN, booking_id), _booking, WHERE)


@router.put("/{booking_id}")
@answers(Made(OldBooking, tagged=True), refuses=VISITS)
def change_old_booking(
    booking_id: ids.Booking, body: ChangedOldBooking, caller: bookings.MayWrite
) -> Response:
    """Change status, details or whose it is."""
    changed = bookings.move(caller, booking_id, *body.orders(booking_id, caller))
    return reshaped(changed, _booking, WHERE)


@router.delete("/{booking_id}")
@answers(Made(OldBooking, tagged=True), refuses=VISITS)
def cancel_old_booking(booking_id: ids.Booking, caller: bookings.MayWrite) -> Response:
    """Cancel a booking. It is still there afterwards, as cancelled."""
    return reshaped(bookings.cancel_booking(booking_id, caller), _booking, WHERE)
