"""What may be asked of bookings, what can happen to them, and why an order may be refused."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Final

from msgspec import UNSET, Meta, UnsetType

from domain.messages import (
    Bookkeeping,
    Command,
    DomainError,
    Event,
    Invalid,
    Missing,
    Personal,
    Value,
)
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
    SourceId,
    TimeSlot,
)

JsonText = str
"""Any JSON, as the very text that was sent: decoding it would lose spaces, digits and order."""

MAIL: Final = "mail"
"""The channel by which everybody is told who wants no other."""

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

    `guest_identities` are those of the guest's contact: see `domain/people/identities.py`. `by_client` says
    that the business does not ask itself: see `domain/scheduling/bookable.py`. `source` is who told us of the wish.
    Of a guest who has `proved` their address, it alone is theirs: what else they say may be anybody's.
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
    by_client: bool = False
    source: SourceId | None = None
    proved: bool = False


class ConfirmBooking(Command, frozen=True):
    """`override` lets what has begun be confirmed, so that it can be said what came of it."""

    booking_id: BookingId
    override: bool = False


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
    override: bool = False


class RegisterGuestAsClient(Command, frozen=True):
    """Make the guest of a booking a client, or find the client that the guest is already."""

    booking_id: BookingId


class RecordBookingMailSent(Command, frozen=True):
    """`mail` says which one it was, `message_id` is what the mail server knows it by; on another channel, which
    message of ours it is.
    """

    booking_id: BookingId
    mail_id: str
    mail: str
    message_id: str
    channel: str = MAIL


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
    booking_type: Personal[str | None] = None
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
    override: bool = False


class BookingMailSent(Bookkeeping, frozen=True):
    booking_id: BookingId
    mail_id: str
    mail: str
    message_id: str
    channel: str = MAIL


class BookingMailFailed(Bookkeeping, frozen=True):
    booking_id: BookingId
    mail_id: str
    mail: str
    reason: str


class BookingAnswered(Bookkeeping, frozen=True):
    """The client answered to what they were told, by `answer_id`: see `answers.py`. What follows from it happens besides."""

    booking_id: BookingId
    answer: str
    answer_id: str


BookingMove = (
    BookingConfirmed | BookingDeclined | BookingCompleted | BookingMarkedNoShow | BookingCancelled
)
BookingEvent = (
    BookingRequested | BookingMove | BookingRescheduled | BookingChanged | BookingLinkedToClient
)
BookingMailEvent = BookingMailSent | BookingMailFailed | BookingAnswered
"""What became of a mail about a booking, and what was answered to it; the booking itself stays as it was."""


# --- Why it may be refused ------------------------------------------------------------


class BookingNotFound(Missing):
    """There is no such booking."""


class BookingIdTaken(DomainError):
    """Another booking was requested under this id."""

    booking_id: BookingId


class TransitionNotAllowed(DomainError):
    """The booking's status does not allow this."""

    booking_status: BookingStatus
    allowed: Sequence[BookingStatus]


class NotYetBegun(DomainError):
    """A booking can be completed or marked as no-show only once it has begun."""

    starts_at: datetime


class CancellationWindowClosed(DomainError):
    """It is too late for the client to cancel or move this booking; please call."""

    closed_at: datetime


class ServiceNotBookable(DomainError):
    """The service cannot be booked at present."""


class ServiceNotOffered(DomainError):
    """The professional does not offer this service."""


class DurationNotKnown(Invalid):
    """A booking without a service must say how long it takes."""


class DurationNotAllowed(Invalid):
    """A booking takes from one minute to one week."""

    shortest: int
    longest: int


class BookingHasAnotherClient(DomainError):
    """The booking is another client's already."""
