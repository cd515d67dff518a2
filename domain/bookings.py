"""A client, a guest or nobody yet has a professional's time.

    request ─► PENDING ─ confirm ─► CONFIRMED ─ complete ──────► COMPLETED
                  │                     ├────── mark no-show ──► NO_SHOW
                  ├────── cancel ───────┴──────────────────────► CANCELLED
                  └────── decline ─────────────────────────────► DECLINED

Whether the slot is free is the agenda's to say; both are recorded together or not at all.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Final, assert_never

from msgspec import UNSET, Meta, UnsetType
from msgspec.structs import replace

from domain.aggregate import Aggregate
from domain.messages import Command, DomainError, Event, Personal, Value
from domain.values import (
    BookingId,
    ClientId,
    Contact,
    HoldId,
    IdentityId,
    Money,
    ProfessionalId,
    SeriesId,
    ServiceId,
    TimeSlot,
)

JsonText = str
"""Any JSON, as the very text that was sent: decoding it would lose spaces, digits and order."""

WallClock = Annotated[datetime, Meta(tz=False)]
"""What the clock on the wall reads: no zone, so no instant."""


class BookingStatus(StrEnum):
    """How far a booking has come."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    COMPLETED = "completed"
    NO_SHOW = "no_show"
    CANCELLED = "cancelled"
    DECLINED = "declined"


MOVES: Final = {
    BookingStatus.PENDING: (
        BookingStatus.CONFIRMED,
        BookingStatus.DECLINED,
        BookingStatus.CANCELLED,
    ),
    BookingStatus.CONFIRMED: (
        BookingStatus.COMPLETED,
        BookingStatus.NO_SHOW,
        BookingStatus.CANCELLED,
    ),
    BookingStatus.COMPLETED: (),
    BookingStatus.NO_SHOW: (),
    BookingStatus.CANCELLED: (),
    BookingStatus.DECLINED: (),
}

OCCUPYING: Final = (BookingStatus.CONFIRMED, BookingStatus.COMPLETED, BookingStatus.NO_SHOW)
"""Where the slot is the booking's for sure; a pending one has it only if the professional says."""


class Appointment(Value, frozen=True, kw_only=True):
    """Who is met, for what, when and by which clock: every event on a booking says it anew, for
    those who cannot ask.

    `reserved` is the slot with its buffers. A booking that has no time yet has none of the three.
    """

    professional_id: ProfessionalId
    time_zone: str
    service_id: ServiceId | None = None
    client_id: ClientId | None = None
    series_id: SeriesId | None = None
    slot: TimeSlot | None = None
    reserved: TimeSlot | None = None
    local_start: WallClock | None = None


# --- What may be asked ----------------------------------------------------------------


class RequestBooking(Command, frozen=True):
    """`duration_minutes` is needed without a service, and counts before the service's own.

    `guest_identities` are those of the guest's contact: see `domain/identities.py`.
    """

    booking_id: BookingId
    professional_id: ProfessionalId
    starts_at: datetime | None = None
    duration_minutes: int | None = None
    service_id: ServiceId | None = None
    client_id: ClientId | None = None
    guest: Contact | None = None
    guest_identities: tuple[IdentityId, ...] = ()
    booking_type: str | None = None
    details: JsonText | None = None
    notes: str | None = None
    location: str | None = None
    hold_id: HoldId | None = None
    override: bool = False


class ConfirmBooking(Command, frozen=True):
    booking_id: BookingId


class DeclineBooking(Command, frozen=True):
    booking_id: BookingId
    reason: str | None = None


class CompleteBooking(Command, frozen=True):
    booking_id: BookingId


class MarkNoShow(Command, frozen=True):
    booking_id: BookingId


class CancelBooking(Command, frozen=True):
    booking_id: BookingId
    reason: str | None = None
    by_client: bool = False


class RescheduleBooking(Command, frozen=True):
    """Without `duration_minutes` it stays as long as it is, or becomes as long as its service."""

    booking_id: BookingId
    starts_at: datetime
    duration_minutes: int | None = None
    override: bool = False
    by_client: bool = False


class ChangeBooking(Command, frozen=True):
    """What is left unset stays as it is."""

    booking_id: BookingId
    notes: str | UnsetType | None = UNSET
    location: str | UnsetType | None = UNSET
    details: JsonText | UnsetType | None = UNSET


class LinkBookingToClient(Command, frozen=True):
    booking_id: BookingId
    client_id: ClientId


class RegisterGuestAsClient(Command, frozen=True):
    """Make the guest of a booking a client, or find the client that the guest is already."""

    booking_id: BookingId


class RecordBookingMailSent(Command, frozen=True):
    """`mail` says which one it was, `message_id` is what the mail server knows it by."""

    booking_id: BookingId
    mail_id: str
    mail: str
    message_id: str


class RecordBookingMailFailed(Command, frozen=True):
    """`reason` names nobody."""

    booking_id: BookingId
    mail_id: str
    mail: str
    reason: str


# --- What can happen ------------------------------------------------------------------


class BookingRequested(Event, frozen=True):
    """`holds_slot` is false where pending bookings do not keep others out."""

    booking_id: BookingId
    appointment: Appointment
    holds_slot: bool
    guest: Personal[Contact | None] = None
    guest_identities: tuple[IdentityId, ...] = ()
    price: Money | None = None
    booking_type: str | None = None
    details: Personal[JsonText | None] = None
    notes: Personal[str | None] = None
    location: Personal[str | None] = None
    hold_id: HoldId | None = None
    override: bool = False


class BookingConfirmed(Event, frozen=True):
    booking_id: BookingId
    appointment: Appointment


class BookingDeclined(Event, frozen=True):
    booking_id: BookingId
    appointment: Appointment
    reason: Personal[str | None] = None


class BookingCompleted(Event, frozen=True):
    booking_id: BookingId
    appointment: Appointment


class BookingMarkedNoShow(Event, frozen=True):
    booking_id: BookingId
    appointment: Appointment


class BookingCancelled(Event, frozen=True):
    booking_id: BookingId
    appointment: Appointment
    reason: Personal[str | None] = None
    by_client: bool = False


class BookingRescheduled(Event, frozen=True):
    """`appointment` is the new one, `status` and `holds_slot` are what they were."""

    booking_id: BookingId
    appointment: Appointment
    previous_slot: TimeSlot | None
    status: BookingStatus
    holds_slot: bool = True
    override: bool = False
    by_client: bool = False


class BookingChanged(Event, frozen=True):
    """All three as they are now, also those that stayed."""

    booking_id: BookingId
    appointment: Appointment
    notes: Personal[str | None] = None
    location: Personal[str | None] = None
    details: Personal[JsonText | None] = None


class BookingLinkedToClient(Event, frozen=True):
    booking_id: BookingId
    appointment: Appointment


class BookingMailSent(Event, frozen=True):
    booking_id: BookingId
    mail_id: str
    mail: str
    message_id: str


class BookingMailFailed(Event, frozen=True):
    booking_id: BookingId
    mail_id: str
    mail: str
    reason: str


BookingMove = (
    BookingConfirmed | BookingDeclined | BookingCompleted | BookingMarkedNoShow | BookingCancelled
)
BookingEvent = (
    BookingRequested | BookingMove | BookingRescheduled | BookingChanged | BookingLinkedToClient
)
BookingMailEvent = BookingMailSent | BookingMailFailed
"""What became of a mail about a booking; the booking itself stays as it was."""


# --- Why it may be refused ------------------------------------------------------------


class BookingNotFound(DomainError):
    """There is no such booking."""


class BookingIdTaken(DomainError):
    """Another booking was requested under this id."""


class TransitionNotAllowed(DomainError):
    """The booking's status does not allow this."""


class NotYetBegun(DomainError):
    """A booking can be completed or marked as no-show only once it has begun."""


class CancellationWindowClosed(DomainError):
    """It is too late for the client to cancel or move this booking; please call."""


class ServiceNotBookable(DomainError):
    """The service cannot be booked at present."""


class ServiceNotOffered(DomainError):
    """The professional does not offer this service."""


class DurationNotKnown(DomainError):
    """A booking without a service must say how long it takes."""


class DurationNotAllowed(DomainError):
    """A booking takes from one minute to one week."""


class BookingHasAnotherClient(DomainError):
    """The booking is another client's already."""


# --- What a decision needs to remember ------------------------------------------------


class Booking(Value, frozen=True, kw_only=True):
    """`asked_for` is the appointment first requested: the same request again is known by it."""

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
        case (
            BookingRescheduled(appointment=appointment)
            | BookingLinkedToClient(appointment=appointment)
        ):
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


# --- Decisions ------------------------------------------------------------------------


def request(
    command: RequestBooking,
    booking: Booking | None,
    *,
    appointment: Appointment,
    price: Money | None,
    holds_slot: bool,
    auto_confirm: bool,
) -> Sequence[BookingEvent]:
    """Ask for an appointment; where the professional wants it so, have it confirmed at once."""
    if booking is not None:
        refuse_another_request(command, booking)
        return []
    requested = BookingRequested(
        booking_id=command.booking_id,
        appointment=appointment,
        holds_slot=holds_slot,
        guest=command.guest,
        guest_identities=command.guest_identities,
        price=price,
        booking_type=command.booking_type,
        details=command.details,
        notes=command.notes,
        location=command.location,
        hold_id=command.hold_id,
        override=command.override,
    )
    if not auto_confirm:
        return [requested]
    return [requested, BookingConfirmed(booking_id=command.booking_id, appointment=appointment)]


def confirm(command: ConfirmBooking, booking: Booking | None) -> Sequence[BookingConfirmed]:
    """Promise the appointment."""
    booking = known(booking)
    if _is_already(booking, BookingStatus.CONFIRMED):
        return []
    return [BookingConfirmed(booking_id=command.booking_id, appointment=booking.appointment)]


def decline(command: DeclineBooking, booking: Booking | None) -> Sequence[BookingDeclined]:
    """Turn the request down."""
    booking = known(booking)
    if _is_already(booking, BookingStatus.DECLINED):
        return []
    declined = BookingDeclined(
        booking_id=command.booking_id, appointment=booking.appointment, reason=command.reason
    )
    return [declined]


def complete(
    command: CompleteBooking, booking: Booking | None, *, now: datetime
) -> Sequence[BookingCompleted]:
    """Say that it took place."""
    booking = known(booking)
    if _is_already(booking, BookingStatus.COMPLETED):
        return []
    _refuse_before_start(booking.appointment, now)
    return [BookingCompleted(booking_id=command.booking_id, appointment=booking.appointment)]


def mark_no_show(
    command: MarkNoShow, booking: Booking | None, *, now: datetime
) -> Sequence[BookingMarkedNoShow]:
    """Say that nobody came."""
    booking = known(booking)
    if _is_already(booking, BookingStatus.NO_SHOW):
        return []
    _refuse_before_start(booking.appointment, now)
    return [BookingMarkedNoShow(booking_id=command.booking_id, appointment=booking.appointment)]


def cancel(
    command: CancelBooking, booking: Booking | None, *, now: datetime, window: timedelta
) -> Sequence[BookingCancelled]:
    """Call it off. The business always may, the client until `window` before the start."""
    booking = known(booking)
    if _is_already(booking, BookingStatus.CANCELLED):
        return []
    if command.by_client:
        _refuse_within(window, booking.appointment, now)
    cancelled = BookingCancelled(
        booking_id=command.booking_id,
        appointment=booking.appointment,
        reason=command.reason,
        by_client=command.by_client,
    )
    return [cancelled]


def reschedule(
    command: RescheduleBooking,
    booking: Booking | None,
    *,
    appointment: Appointment,
    now: datetime,
    window: timedelta,
) -> Sequence[BookingRescheduled]:
    """Move it to another time, or give it its first. The client may until it could cancel."""
    booking = known(booking)
    refuse_unless_live(booking)
    if appointment.slot == booking.appointment.slot:
        return []
    if command.by_client:
        _refuse_within(window, booking.appointment, now)
    rescheduled = BookingRescheduled(
        booking_id=command.booking_id,
        appointment=appointment,
        previous_slot=booking.appointment.slot,
        status=booking.status,
        holds_slot=booking.holds_slot,
        override=command.override,
        by_client=command.by_client,
    )
    return [rescheduled]


def change(command: ChangeBooking, booking: Booking | None) -> Sequence[BookingChanged]:
    """Describe it differently; also afterwards, for notes are often made then."""
    booking = known(booking)
    changed = BookingChanged(
        booking_id=command.booking_id,
        appointment=booking.appointment,
        notes=booking.notes if command.notes is UNSET else command.notes,
        location=booking.location if command.location is UNSET else command.location,
        details=booking.details if command.details is UNSET else command.details,
    )
    return [] if evolve(booking, changed) == booking else [changed]


def link_to_client(
    command: LinkBookingToClient, booking: Booking | None
) -> Sequence[BookingLinkedToClient]:
    """Say whose booking it is, where nobody was named."""
    booking = known(booking)
    if booking.appointment.client_id == command.client_id:
        return []
    if booking.appointment.client_id is not None:
        raise BookingHasAnotherClient
    appointment = replace(booking.appointment, client_id=command.client_id)
    return [BookingLinkedToClient(booking_id=command.booking_id, appointment=appointment)]


def record_mail_sent(
    command: RecordBookingMailSent, booking: Booking | None
) -> Sequence[BookingMailEvent]:
    """Say that a mail about it was taken, if only after it had failed before."""
    if command.mail_id in known(booking).mails_sent:
        return []
    sent = BookingMailSent(
        booking_id=command.booking_id,
        mail_id=command.mail_id,
        mail=command.mail,
        message_id=command.message_id,
    )
    return [sent]


def record_mail_failed(
    command: RecordBookingMailFailed, booking: Booking | None
) -> Sequence[BookingMailEvent]:
    """Say that a mail about it will not be taken."""
    if command.mail_id in known(booking).mails_sent | known(booking).mails_failed:
        return []
    failed = BookingMailFailed(
        booking_id=command.booking_id,
        mail_id=command.mail_id,
        mail=command.mail,
        reason=command.reason,
    )
    return [failed]


def known(booking: Booking | None) -> Booking:
    """Refuse what only an existing booking can do."""
    if booking is None:
        raise BookingNotFound
    return booking


def refuse_another_request(command: RequestBooking, booking: Booking) -> None:
    """Refuse an id that is another booking's; the same request again is fine."""
    asked_for = booking.asked_for
    starts_at = asked_for.slot and asked_for.slot.starts_at
    if (command.professional_id, command.service_id, command.client_id, command.starts_at) != (
        asked_for.professional_id,
        asked_for.service_id,
        asked_for.client_id,
        starts_at,
    ):
        raise BookingIdTaken(booking_id=command.booking_id)


def refuse_unless_live(booking: Booking) -> None:
    """Refuse to move what is over."""
    if not MOVES[booking.status]:
        raise _not_allowed(booking)


def _is_already(booking: Booking, status: BookingStatus) -> bool:
    if booking.status is status:
        return True
    if status not in MOVES[booking.status]:
        raise _not_allowed(booking)
    return False


def _not_allowed(booking: Booking) -> TransitionNotAllowed:
    return TransitionNotAllowed(status=booking.status, allowed=list(MOVES[booking.status]))


def _refuse_before_start(appointment: Appointment, now: datetime) -> None:
    if appointment.slot is not None and not appointment.slot.has_begun(now):
        raise NotYetBegun(starts_at=appointment.slot.starts_at)


def _refuse_within(window: timedelta, appointment: Appointment, now: datetime) -> None:
    if appointment.slot is not None and now >= appointment.slot.starts_at - window:
        raise CancellationWindowClosed(closed_at=appointment.slot.starts_at - window)


STORED_AS: Final[dict[str, type[Event]]] = {
    "booking-requested.v1": BookingRequested,
    "booking-confirmed.v1": BookingConfirmed,
    "booking-declined.v1": BookingDeclined,
    "booking-completed.v1": BookingCompleted,
    "booking-marked-no-show.v1": BookingMarkedNoShow,
    "booking-cancelled.v1": BookingCancelled,
    "booking-rescheduled.v1": BookingRescheduled,
    "booking-changed.v1": BookingChanged,
    "booking-linked-to-client.v1": BookingLinkedToClient,
    "booking-mail-sent.v1": BookingMailSent,
    "booking-mail-failed.v1": BookingMailFailed,
}
