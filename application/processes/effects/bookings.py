"""What processes may order about bookings: who is told, and what somebody answers."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Final

from msgspec.structs import replace

from application.ports import Recorded
from application.processes.process import Do, Effect, Orders
from domain.conversations.notices import Notice
from domain.scheduling.bookings import (
    BookingCancelled,
    BookingConfirmed,
    BookingDeclined,
    BookingRequested,
    BookingRescheduled,
)
from domain.values import BookingId, ClientId, HoldId, MessageId, ThreadId, WishId


class MailKind(StrEnum):
    """What a mail says; its templates are named after it."""

    REQUESTED = "booking-requested"
    CONFIRMED = "booking-confirmed"
    RESCHEDULED = "booking-rescheduled"
    CANCELLED = "booking-cancelled"
    DECLINED = "booking-declined"
    REMINDER_24H = "reminder-24h"
    REMINDER_2H = "reminder-2h"
    PROFESSIONAL_NEW = "professional-new"
    PROFESSIONAL_RESCHEDULED = "professional-rescheduled"
    PROFESSIONAL_CANCELLED = "professional-cancelled"

    @property
    def is_for_professional(self) -> bool:
        """Whether the professional reads it, or else the client."""
        return self.startswith("professional-")


Mentioned = (
    BookingRequested | BookingConfirmed | BookingRescheduled | BookingCancelled | BookingDeclined
)
"""What somebody is told of."""


class MailAboutBooking(Effect, frozen=True, kw_only=True, omit_defaults=True):
    """A mail about an event, or a message on the channel that its reader wants: `version` is that of the event in the
    booking's stream. Whoever reads it reads all that is said of the booking in the order in which it happened.
    It is a mail for sure `instead_of` a message that has failed.
    """

    lane: ClassVar[str] = "mails"

    kind: MailKind
    booking_id: BookingId
    version: int
    instead_of: MessageId | None = None

    @property
    def notice(self) -> Notice:
        """Return by what it is known on other channels."""
        return Notice(kind=self.kind, booking_id=self.booking_id, version=self.version)

    @property
    def ordering_key(self) -> str:
        """One booking, one recipient."""
        recipient = "professional" if self.kind.is_for_professional else "client"
        return f"mail/{self.booking_id}/{recipient}"


class SendBookingMail(MailAboutBooking, frozen=True):
    """Tell somebody what happened."""


def booking_mail(kind: MailKind, past: Recorded) -> Orders:
    """Order a mail about what happened to a booking; none about what is over already."""
    event = past.event
    assert isinstance(event, Mentioned)
    slot = event.appointment.slot
    if slot is not None and slot.ends_at <= past.recorded_at:
        return []
    mail = SendBookingMail(kind=kind, booking_id=event.booking_id, version=past.version)
    return [Do(mail, about=event.booking_id)]


class SendBookingReminder(MailAboutBooking, frozen=True, kw_only=True):
    """Remind the client, if the booking still stands and begins at `starts_at`."""

    starts_at: datetime

    @property
    def notice(self) -> Notice:
        """Return by what it is known on other channels."""
        return replace(super().notice, starts_at=self.starts_at)


def mail_of(notice: Notice, instead_of: MessageId | None = None) -> MailAboutBooking:
    """Return the order to tell a notice."""
    known: dict[str, Any] = {
        "kind": MailKind(notice.kind),
        "booking_id": notice.booking_id,
        "version": notice.version,
        "instead_of": instead_of,
    }
    if notice.starts_at is None:
        return SendBookingMail(**known)
    return SendBookingReminder(**known, starts_at=notice.starts_at)


class AnswerButton(Effect, frozen=True, kw_only=True):
    """Understand what somebody answered by a button: see `application/scheduling/answering.py`."""

    message_id: MessageId
    thread_id: ThreadId
    client_id: ClientId

    @property
    def ordering_key(self) -> str:
        """What is answered in one conversation is answered in that order."""
        return f"answer/{self.thread_id}"


class SendGuestCode(Effect, frozen=True):
    """Mail a guest the code that makes what they hold a booking: see `application/scheduling/guest_bookings.py`."""

    lane: ClassVar[str] = "mails"

    hold_id: HoldId
    wish_id: WishId

    @property
    def ordering_key(self) -> str:
        """The code that counts is in the mail that comes last."""
        return f"code/{self.hold_id}"


OF_BOOKINGS: Final[tuple[type[Effect], ...]] = (
    SendBookingMail,
    SendBookingReminder,
    AnswerButton,
    SendGuestCode,
)
