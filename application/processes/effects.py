"""What processes may order from the outside world, and whoever starts an operation. Only ids: whoever carries an effect out looks
up what is personal when the time comes, and finds nothing once it is erased.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar, Final

from msgspec.structs import replace

from application.ports import Recorded
from application.processes.process import Do, Effect, Orders
from domain.conversations.channels import WHATSAPP
from domain.conversations.notices import Notice
from domain.scheduling.bookings import (
    BookingCancelled,
    BookingConfirmed,
    BookingDeclined,
    BookingRequested,
    BookingRescheduled,
)
from domain.values import (
    BookingId,
    ClientId,
    FileId,
    HoldId,
    LeadId,
    MessageId,
    PaymentId,
    RefundId,
    SubmissionId,
    TaskId,
    ThreadId,
    UserId,
    WishId,
)


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


class CarryMessage(Effect, frozen=True):
    """Hand a message, or a part of one, over to whoever carries it on its channel."""

    lane: ClassVar[str] = "messages"

    message_id: MessageId
    thread_id: ThreadId
    channel: str = WHATSAPP.name
    part: int = 0

    @property
    def ordering_key(self) -> str:
        """What is said in one conversation arrives in that order."""
        return f"carry/{self.thread_id}"


class AboutPayment(Effect, frozen=True):
    """Something that a provider is asked to do about a payment, one after the other."""

    lane: ClassVar[str] = "payments"

    payment_id: PaymentId

    @property
    def ordering_key(self) -> str:
        """Nobody cancels what is about to be opened."""
        return f"payment/{self.payment_id}"


class OpenPayment(AboutPayment, frozen=True):
    """Have the provider take it."""


class ClosePayment(AboutPayment, frozen=True):
    """Have the provider take it no more."""


class RefundPayment(AboutPayment, frozen=True):
    """Have the provider give something of it back."""

    refund_id: RefundId


class CarryReaction(Effect, frozen=True):
    """Let whoever is on another channel see how the business reacts to a message."""

    lane: ClassVar[str] = "messages"

    message_id: MessageId
    thread_id: ThreadId
    channel: str

    @property
    def ordering_key(self) -> str:
        """A message is there before anybody reacts to it."""
        return f"carry/{self.thread_id}"


class CarryReading(Effect, frozen=True):
    """Let whoever is on another channel know that somebody has read up to here, and writes, if they do."""

    lane: ClassVar[str] = "messages"

    thread_id: ThreadId
    sequence: int
    channel: str
    is_typing: bool = False


class FetchMedia(Effect, frozen=True):
    """Fetch what somebody sent with a message on another channel."""

    lane: ClassVar[str] = "media"

    message_id: MessageId
    channel: str


class HearTemplates(Effect, frozen=True):
    """Hear what WhatsApp has of the templates of a business, asked for the `number`th time."""

    number: int

    @property
    def ordering_key(self) -> str:
        """What was heard last counts."""
        return "hear-templates"


class AnswerButton(Effect, frozen=True, kw_only=True):
    """Understand what somebody answered by a button: see `application/scheduling/answering.py`."""

    message_id: MessageId
    thread_id: ThreadId
    client_id: ClientId

    @property
    def ordering_key(self) -> str:
        """What is answered in one conversation is answered in that order."""
        return f"answer/{self.thread_id}"


class ForgetMails(Effect, frozen=True):
    """Destroy what was made of the log about somebody who was erased: mails, rows, accounts, orders.
    Its name is older than that.
    """

    client_id: ClientId
    streams: tuple[str, ...]


class ForgetRecord(Effect, frozen=True):
    """Take what a purged record said, or all of it (`wholly`), out of whatever was made of the log."""

    id: str
    wholly: bool


class CheckConfiguration(Effect, frozen=True):
    """Ask the provider about what was typed `number`th, unless something else was since."""

    id: str
    number: int


class ForgetConfiguration(Effect, frozen=True):
    """Take what was configured out of whatever was made of the log."""

    id: str
    key: str


class EndSessions(Effect, frozen=True):
    """End what a user began before they became something else; who changed it did so at once, if
    nothing broke off.
    """

    user_id: UserId
    begun_before: datetime
    version: int | None = None
    """The version of the user that their sessions have not seen; earlier releases did not say it."""


class SendAddressCode(Effect, frozen=True):
    """Mail a user the code that proves their address. It follows from the job's id, by a key, and is
    kept nowhere.
    """

    lane: ClassVar[str] = "mails"

    user_id: UserId

    @property
    def ordering_key(self) -> str:
        """The code that counts is in the mail that comes last."""
        return f"code/{self.user_id}"


class SendGuestCode(Effect, frozen=True):
    """Mail a guest the code that makes what they hold a booking: see `application/scheduling/guest_bookings.py`."""

    lane: ClassVar[str] = "mails"

    hold_id: HoldId
    wish_id: WishId

    @property
    def ordering_key(self) -> str:
        """The code that counts is in the mail that comes last."""
        return f"code/{self.hold_id}"


class SendConfirmation(Effect, frozen=True):
    """Mail whoever has submitted a form the link by which they say that they did:
    see `application/sales/confirmations.py`.
    """

    lane: ClassVar[str] = "mails"

    submission_id: SubmissionId


class SendInvitation(Effect, frozen=True):
    """Mail a lead the link by which they are invited: see `application/sales/inviting.py`."""

    lane: ClassVar[str] = "mails"

    lead_id: LeadId
    number: int
    page: str

    @property
    def ordering_key(self) -> str:
        """The link that counts is in the mail that comes last."""
        return f"invitation/{self.lead_id}"


class TellOfLead(Effect, frozen=True):
    """Find out who is to be told of what happened to a lead: `version` is that of the event."""

    lead_id: LeadId
    version: int


class SendLeadMail(Effect, frozen=True):
    """Mail what happened to a lead to one of them."""

    lane: ClassVar[str] = "mails"

    lead_id: LeadId
    version: int
    user_id: UserId


class SendTaskReminder(Effect, frozen=True):
    """Remind whoever has the task, if `remind_at` is still when they are to be."""

    lane: ClassVar[str] = "mails"

    task_id: TaskId
    remind_at: datetime


class NoticeOverdue(Effect, frozen=True):
    """See to it that whoever has the task hears of it in the morning, if it is still to be done."""

    task_id: TaskId


class SumUpOverdue(Effect, frozen=True):
    """Look on this day, by somebody's own clock, for what is overdue, and on the next as long as anything is."""

    user_id: UserId
    day: date


class SendOverdueMail(Effect, frozen=True):
    """Tell somebody on this day what is overdue: so they are told once a day."""

    lane: ClassVar[str] = "mails"

    user_id: UserId
    day: date


class SendImportMail(Effect, frozen=True):
    """Tell whoever had a file taken in, in one mail, what became of its rows, and of the tasks that were made:
    `follow_ups` in all, the first at a time, so many a day.
    """

    lane: ClassVar[str] = "mails"

    user_id: UserId
    operation_id: str
    new: int
    attached: int
    already_there: int
    refused: int
    follow_ups: int
    first_at: datetime
    last_at: datetime
    time_zone: str


class CarryOn(Effect, frozen=True):
    """Carry an operation on: see `application/operations/carrying_on.py`."""

    lane: ClassVar[str] = "operations"

    operation_id: str


class UnderstandCall(Effect, frozen=True):
    """Understand what a provider has sent: see `application/inbound/`."""

    lane: ClassVar[str] = "inbound"

    receipt_id: str


class AboutFile(Effect, frozen=True):
    """Something to be done with the bytes of a file, one after the other."""

    lane: ClassVar[str] = "files"

    file_id: FileId

    @property
    def ordering_key(self) -> str:
        """What is shown last is what was said last."""
        return f"file/{self.file_id}"


class PrepareFile(AboutFile, frozen=True):
    """Look through what came, and make pictures of it."""


class ShowFile(AboutFile, frozen=True):
    """See to it that the public is given its pictures if, and only if, it is published."""


class DestroyFile(AboutFile, frozen=True):
    """Destroy its bytes; `wholly`: also what it was called."""

    wholly: bool = True


class TellOfTrouble(Effect, frozen=True):
    """Find out who is to be told that an account of the business is not good at present."""

    configuration_id: str
    version: int


class SendTroubleMail(Effect, frozen=True):
    """Mail it to one of those who own the business."""

    lane: ClassVar[str] = "mails"

    configuration_id: str
    version: int
    user_id: UserId


class PublishEvents(Effect, frozen=True):
    """Publish what is new in a business: see `application/publishing/`. `why` is another each time."""

    lane: ClassVar[str] = "publishing"

    why: str

    @property
    def ordering_key(self) -> str:
        """One at a time has a business in its hands."""
        return "publishing"


class TellOfStoppedWebhook(Effect, frozen=True):
    """Find out who is to be told that nothing more is sent to an endpoint."""

    endpoint_id: str
    version: int


class SendWebhookMail(Effect, frozen=True):
    """Mail it to one of those who own the business."""

    lane: ClassVar[str] = "mails"

    endpoint_id: str
    version: int
    user_id: UserId


EFFECTS: Final[tuple[type[Effect], ...]] = (
    CarryMessage,
    OpenPayment,
    ClosePayment,
    RefundPayment,
    AnswerButton,
    CarryReaction,
    CarryReading,
    FetchMedia,
    HearTemplates,
    SendBookingMail,
    SendBookingReminder,
    ForgetMails,
    ForgetRecord,
    CheckConfiguration,
    ForgetConfiguration,
    EndSessions,
    SendAddressCode,
    SendGuestCode,
    SendConfirmation,
    TellOfLead,
    SendLeadMail,
    SendTaskReminder,
    NoticeOverdue,
    SumUpOverdue,
    SendOverdueMail,
    SendInvitation,
    SendImportMail,
    CarryOn,
    PrepareFile,
    ShowFile,
    DestroyFile,
    UnderstandCall,
    TellOfStoppedWebhook,
    SendWebhookMail,
    TellOfTrouble,
    SendTroubleMail,
    PublishEvents,
)
