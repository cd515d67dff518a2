"""Whether what somebody is to be told about a booking is still true, and of use to them."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from application.operations.jobs import Job
from application.ports import Recorded
from application.processes import tell_client_about_booking, tell_professional_about_booking
from application.processes.effects.bookings import (
    MailAboutBooking,
    MailKind,
    Mentioned,
    SendBookingReminder,
)
from application.scheduling.mails import state_of
from domain.messages import Event
from domain.scheduling.bookings import (
    BOOKING,
    BookingCancelled,
    BookingCompleted,
    BookingConfirmed,
    BookingDeclined,
    BookingMarkedNoShow,
    BookingRescheduled,
    BookingStatus,
)

ENDS: Final = (BookingDeclined, BookingCancelled, BookingCompleted, BookingMarkedNoShow)

OVERTAKEN_BY: Final[Mapping[MailKind, tuple[type[Event], ...]]] = {
    MailKind.REQUESTED: (BookingConfirmed, BookingRescheduled, *ENDS),
    MailKind.CONFIRMED: (BookingRescheduled, *ENDS),
    MailKind.RESCHEDULED: (BookingConfirmed, BookingRescheduled, *ENDS),
    MailKind.PROFESSIONAL_NEW: (BookingRescheduled, *ENDS),
    MailKind.PROFESSIONAL_RESCHEDULED: (BookingRescheduled, *ENDS),
}
"""What makes a mail say something that is true no more. Of the others nothing ever does: what was
declined or called off stays so. That a booking was confirmed, a mail to the professional says itself.
"""

TOLD_TO: Final[Mapping[bool, Mapping[type, MailKind]]] = {
    False: tell_client_about_booking.MAILS,
    True: tell_professional_about_booking.MAILS,
}
"""Of what the client, and the professional, hears by a mail of its own."""

QUICKLY: Final = timedelta(minutes=1)
"""For so long all is told that has a mail of its own, step by step; later, only what is still true."""

TOO_LATE: Final = {MailKind.REMINDER_24H: timedelta(hours=2), MailKind.REMINDER_2H: timedelta(0)}
"""How long before the start a reminder is of no use: the next has come, or the visit begins."""


def is_late(job: Job, now: datetime) -> bool:
    """Whether it could not be told at once."""
    return job.attempt > 1 or now > job.due_at + QUICKLY


def why_not(
    effect: MailAboutBooking, past: Sequence[Recorded], now: datetime, *, late: bool
) -> str | None:
    """Return why somebody is not to be told this any more; `late`, where it could not be told at once, as whatever is
    told instead of a message was not.
    """
    late = late or effect.instead_of is not None
    if isinstance(effect, SendBookingReminder):
        return (
            None if _is_to_come(effect, past, now) else "it does not take place then, or has begun"
        )
    if _is_over(effect, past, now):
        return "it is over"
    return "it is true no more" if _is_overtaken(effect, past, late=late) else None


def told_of(effect: MailAboutBooking, past: Sequence[Recorded]) -> Recorded | None:
    """Return what is to be told; None, if there is no such event, as after a restore."""
    return next((recorded for recorded in past if recorded.version == effect.version), None)


def is_same_command(one: Recorded, other: Recorded) -> bool:
    """Whether one order made both happen."""
    command = one.metadata.get("command")
    return command is not None and command == other.metadata.get("command")


def _is_over(effect: MailAboutBooking, past: Sequence[Recorded], now: datetime) -> bool:
    """Whether the time that the mail would speak of has passed."""
    told = told_of(effect, past)
    if told is None or not isinstance(told.event, Mentioned):
        return False
    slot = told.event.appointment.slot
    return slot is not None and slot.ends_at <= now


def _is_overtaken(effect: MailAboutBooking, past: Sequence[Recorded], *, late: bool) -> bool:
    """Whether the mail is true no more. If not `late`, what happened since is told step by step,
    if it is told at all, but for what the same command did: who is confirmed at once is not told first
    that the request was received.
    """
    told, untrue = told_of(effect, past), OVERTAKEN_BY.get(effect.kind, ())
    tells = TOLD_TO[effect.kind.is_for_professional]
    return told is not None and any(
        late or type(since.event) not in tells or is_same_command(since, told)
        for since in past
        if since.version > told.version and isinstance(since.event, untrue)
    )


def _is_to_come(effect: SendBookingReminder, past: Sequence[Recorded], now: datetime) -> bool:
    booking = state_of(BOOKING, past)
    return (
        booking is not None
        and booking.status is BookingStatus.CONFIRMED
        and booking.appointment.slot is not None
        and booking.appointment.slot.starts_at == effect.starts_at
        and now < effect.starts_at - TOO_LATE[effect.kind]
    )
