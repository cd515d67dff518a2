"""The professional is told of bookings that are new, moved or called off, whoever did it."""

from collections.abc import Mapping
from typing import Final

from application.ports import Recorded
from application.processes.effects.bookings import MailKind, booking_mail
from application.processes.process import Orders, Process
from domain.scheduling.bookings import BookingCancelled, BookingRequested, BookingRescheduled

MAILS: Final[Mapping[type, MailKind]] = {
    BookingRequested: MailKind.PROFESSIONAL_NEW,
    BookingRescheduled: MailKind.PROFESSIONAL_RESCHEDULED,
    BookingCancelled: MailKind.PROFESSIONAL_CANCELLED,
}


def _tell_the_professional(past: Recorded) -> Orders:
    return booking_mail(MAILS[type(past.event)], past)


TELL_PROFESSIONAL_ABOUT_BOOKING: Final = Process(
    name="tell-professional-about-booking", when=tuple(MAILS), then=_tell_the_professional
)
