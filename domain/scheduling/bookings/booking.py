"""What a booking remembers: only what its decisions read."""

from typing import Final, assert_never

from msgspec.structs import replace

from domain.aggregate import Aggregate
from domain.messages import Value
from domain.scheduling.bookings.messages import (
    OCCUPYING,
    Appointment,
    BookingAnswered,
    BookingCancelled,
    BookingChanged,
    BookingCompleted,
    BookingConfirmed,
    BookingDeclined,
    BookingEvent,
    BookingLinkedToClient,
    BookingMailEvent,
    BookingMailFailed,
    BookingMailSent,
    BookingMarkedNoShow,
    BookingMove,
    BookingRequested,
    BookingRescheduled,
    BookingStatus,
    JsonText,
)
from domain.values import (
    Contact,
    IdentityId,
    TimeSlot,
)


class Booking(Value, frozen=True, kw_only=True):
    """`asked_for` is the appointment first requested: the same request again is known by it. `moves` is how often it was
    moved.
    """

    status: BookingStatus
    appointment: Appointment
    asked_for: Appointment
    holds_slot: bool
    guest: Contact | None = None
    guest_identities: tuple[IdentityId, ...] = ()
    notes: str | None = None
    location: str | None = None
    details: JsonText | None = None
    mails_sent: frozenset[str] = frozenset()
    mails_failed: frozenset[str] = frozenset()
    answers: frozenset[str] = frozenset()
    moves: int = 0

    @property
    def reserved(self) -> TimeSlot | None:
        """What of the agendas is this booking's: the slot with buffers, if it has and holds one."""
        return self.appointment.reserved if self.holds_slot else None


def status_after(event: BookingMove) -> BookingStatus:
    """Say where an event leads that moves the booking on."""
    match event:
        case BookingConfirmed():
            return BookingStatus.CONFIRMED
        case BookingDeclined():
            return BookingStatus.DECLINED
        case BookingCompleted():
            return BookingStatus.COMPLETED
        case BookingMarkedNoShow():
            return BookingStatus.NO_SHOW
        case BookingCancelled():
            return BookingStatus.CANCELLED
        case _:
            assert_never(event)


def evolve(booking: Booking | None, event: BookingEvent | BookingMailEvent) -> Booking | None:
    match event:
        case BookingRequested():
            return _requested(event)
        case BookingRescheduled(appointment=appointment):
            return booking and replace(booking, appointment=appointment, moves=booking.moves + 1)
        case BookingLinkedToClient(appointment=appointment):
            return booking and replace(booking, appointment=appointment)
        case BookingChanged(notes=notes, location=location, details=details):
            return booking and replace(booking, notes=notes, location=location, details=details)
        case (
            BookingConfirmed()
            | BookingDeclined()
            | BookingCompleted()
            | BookingMarkedNoShow()
            | BookingCancelled()
        ):
            status = status_after(event)
            return booking and replace(booking, status=status, holds_slot=status in OCCUPYING)
        case BookingMailSent(mail_id=mail):
            return booking and replace(booking, mails_sent=booking.mails_sent | {mail})
        case BookingMailFailed(mail_id=mail):
            return booking and replace(booking, mails_failed=booking.mails_failed | {mail})
        case BookingAnswered(answer_id=answer):
            return booking and replace(booking, answers=booking.answers | {answer})
        case _:
            assert_never(event)


def _requested(event: BookingRequested) -> Booking:
    return Booking(
        status=BookingStatus.PENDING,
        appointment=event.appointment,
        asked_for=event.appointment,
        holds_slot=event.holds_slot,
        guest=event.guest,
        guest_identities=event.guest_identities,
        notes=event.notes,
        location=event.location,
        details=event.details,
    )


BOOKING: Final[Aggregate[Booking | None, BookingEvent | BookingMailEvent]] = Aggregate(
    kind="booking", initial=None, evolve=evolve
)
