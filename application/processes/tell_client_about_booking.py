"""The client is told of every step of a booking, one mail each, in the order they happened."""

from collections.abc import Mapping
from typing import Final

from application.ports import Recorded
from application.processes.effects.bookings import MailKind, booking_mail
from application.processes.process import Orders, Process
from domain.scheduling.bookings import (
    BookingCancelled,
    BookingConfirmed,
    BookingDeclined,
    BookingRequested,
    BookingRescheduled,
)

MAILS: Final[Mapping[type, MailKind]] = {
    BookingRequested: MailKind.REQUESTED,
    BookingConfirmed: MailKind.CONFIRMED,
    BookingDeclined: MailKind.DECLINED,
    BookingRescheduled: MailKind.RESCHEDULED,
    BookingCancelled: MailKind.CANCELLED,
}


def _tell_the_client(past: Recorded) -> Orders:
    return booking_mail(MAILS[type(past.event)], past)


TELL_CLIENT_ABOUT_BOOKING: Final = Process(
    name="tell-client-about-booking", when=tuple(MAILS), then=_tell_the_client
)
