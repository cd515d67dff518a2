"""The old products put a booking into a status; here one orders what leads there."""

from typing import Final, assert_never

import msgspec

from api.requests.caller import Caller
from api.scheduling.bookings import cancellation
from domain.messages import Command
from domain.scheduling.bookings import (
    MOVES,
    BookingStatus,
    ChangeBooking,
    CompleteBooking,
    ConfirmBooking,
    DeclineBooking,
    MarkNoShow,
    TransitionNotAllowed,
)
from domain.values import BookingId
from projections.scheduling.bookings import BOOKINGS, KnownBooking

NOTHING: Final = ChangeBooking
"""Without saying what, it changes nothing."""


def order_for(
    status: BookingStatus, booking_id: BookingId, caller: Caller, reason: str | None = None
) -> Command:
    """Return the order that leads to a status. Clients can only cancel."""
    if status is BookingStatus.CANCELLED:
        return cancellation(booking_id, caller, reason)
    match status:
        case BookingStatus.PENDING:
            caller.refuse_clients()
            _refuse_to_go_back(booking_id, caller)
            return NOTHING(booking_id=booking_id)
        case BookingStatus.CONFIRMED:
            return ConfirmBooking(booking_id=booking_id)
        case BookingStatus.DECLINED:
            return DeclineBooking(booking_id=booking_id, reason=reason)
        case BookingStatus.COMPLETED:
            return CompleteBooking(booking_id=booking_id)
        case BookingStatus.NO_SHOW:
            return MarkNoShow(booking_id=booking_id)
        case _:
            assert_never(status)


def _refuse_to_go_back(booking_id: BookingId, caller: Caller) -> None:
    """No order leads back to where a booking begins."""
    caller.refuse_outdated()
    document = caller.document(BOOKINGS, booking_id).json
    status = msgspec.json.decode(document, type=KnownBooking).status
    if status is not BookingStatus.PENDING:
        raise TransitionNotAllowed(booking_status=status, allowed=list(MOVES[status]))
