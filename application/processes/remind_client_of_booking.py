"""Whoever has a confirmed booking is reminded a day and two hours before it begins.

One process makes the reminders, moves them and takes them back: two would read the log each at its
own pace, and a reminder could be made after it was withdrawn.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from application.ports import Recorded
from application.processes.effects.bookings import MailKind, SendBookingReminder
from application.processes.process import Do, Orders, Process, Withdraw
from domain.scheduling.bookings import (
    Appointment,
    BookingCancelled,
    BookingCompleted,
    BookingConfirmed,
    BookingMarkedNoShow,
    BookingRescheduled,
    BookingStatus,
)
from domain.values import BookingId

REMINDERS: Final = (
    (MailKind.REMINDER_24H, timedelta(hours=24)),
    (MailKind.REMINDER_2H, timedelta(hours=2)),
)


def _keep_reminders_right(past: Recorded) -> Orders:
    match past.event:
        case BookingConfirmed(booking_id=booking, appointment=appointment):
            return _reminders(booking, appointment, past)
        case BookingRescheduled(booking_id=booking, appointment=appointment, status=status):
            confirmed = status is BookingStatus.CONFIRMED
            renewed = _reminders(booking, appointment, past) if confirmed else []
            return [Withdraw(SendBookingReminder, about=booking), *renewed]
        case (
            BookingCancelled(booking_id=booking)
            | BookingCompleted(booking_id=booking)
            | BookingMarkedNoShow(booking_id=booking)
        ):
            return [Withdraw(SendBookingReminder, about=booking)]
        case _:
            return []


def _reminders(booking_id: BookingId, appointment: Appointment, past: Recorded) -> Sequence[Do]:
    """Order those whose time has not passed: a booking made an hour before needs none."""
    if appointment.slot is None:
        return []
    starts_at = appointment.slot.starts_at
    return [
        Do(
            SendBookingReminder(
                kind=kind, booking_id=booking_id, version=past.version, starts_at=starts_at
            ),
            about=booking_id,
            at=starts_at - before,
        )
        for kind, before in REMINDERS
        if past.recorded_at < starts_at - before
    ]


REMIND_CLIENT_OF_BOOKING: Final = Process(
    name="remind-client-of-booking",
    when=(
        BookingConfirmed,
        BookingRescheduled,
        BookingCancelled,
        BookingCompleted,
        BookingMarkedNoShow,
    ),
    then=_keep_reminders_right,
)
