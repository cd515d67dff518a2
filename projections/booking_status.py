"""How far a booking has come, told by the last event that moved it on."""

from collections.abc import Mapping
from typing import Final

from domain.bookings import (
    BookingCancelled,
    BookingCompleted,
    BookingConfirmed,
    BookingDeclined,
    BookingMarkedNoShow,
    BookingRequested,
    BookingStatus,
)
from domain.messages import Event

STATUS_AFTER: Final[Mapping[type[Event], BookingStatus]] = {
    BookingRequested: BookingStatus.PENDING,
    BookingConfirmed: BookingStatus.CONFIRMED,
    BookingDeclined: BookingStatus.DECLINED,
    BookingCompleted: BookingStatus.COMPLETED,
    BookingMarkedNoShow: BookingStatus.NO_SHOW,
    BookingCancelled: BookingStatus.CANCELLED,
}
