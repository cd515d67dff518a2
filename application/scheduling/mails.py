"""Mails about bookings: what one may say, who puts it into words, who sends it."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final, Protocol, TypeVar

from application.operations.jobs import AwayError, NotTakenError
from application.ports import Recorded
from application.processes.effects.bookings import MailKind
from domain.aggregate import Aggregate
from domain.languages import nearest
from domain.messages import Value
from domain.values import BookingId, ClientId, Contact, Money, SubmissionId, TimeSlot, UserId

LANGUAGES: Final = ("en", "fr")
"""Those there are templates for; the first is for readers of any other."""

S = TypeVar("S")


class BookingMail(Value, frozen=True, kw_only=True):
    """All that a mail may say. `slot` is the time it speaks of; `time_zone` is the reader's clock,
    `local_time_zone` the one on the professional's wall.

    `sequence` rises with every change of the booking, so that calendars know which mail is newer. `moves` is how often
    it had been moved.
    """

    tenant: str
    kind: MailKind
    booking_id: BookingId
    language: str
    time_zone: str
    local_time_zone: str
    business: str
    professional: Contact
    client: Contact | None
    client_id: ClientId | None = None
    service: str | None = None
    price: Money | None = None
    location: str | None = None
    slot: TimeSlot | None = None
    previous_slot: TimeSlot | None = None
    confirmed: bool
    reason: str | None = None
    sequence: int
    moves: int = 0
    happened_at: datetime

    @property
    def reader(self) -> Contact | None:
        """Whom it is for."""
        return self.professional if self.kind.is_for_professional else self.client

    @property
    def other(self) -> Contact | None:
        """Who gets the answer."""
        return self.client if self.kind.is_for_professional else self.professional


class AddressMail(Value, frozen=True, kw_only=True):
    """All that a mail with a code may say. Whose it is, only the code tells."""

    tenant: str
    user_id: UserId
    client_id: ClientId | None
    name: str
    email: str
    business: str
    language: str
    code: str

    def __repr__(self) -> str:
        return "AddressMail(…)"


GUEST_CODE: Final = "guest-code"


class GuestMail(Value, frozen=True, kw_only=True):
    """All that a mail may say by which a guest proves their address. It says nothing that they have said: its
    reader may be somebody else. `slot` is the time that is held, by the clock of `time_zone`, and
    `booking_id` what the hold becomes: whoever erases them finds it by that.
    """

    tenant: str
    booking_id: BookingId
    email: str
    business: str
    language: str
    service: str | None
    slot: TimeSlot
    time_zone: str
    code: str

    def __repr__(self) -> str:
        return "GuestMail(…)"


FORM_CONFIRMATION: Final = "form-confirmation"


class ConfirmationMail(Value, frozen=True, kw_only=True):
    """All that a mail may say by which somebody confirms that they have submitted a form, called `title`. It
    says nothing that they have said: its reader may be somebody else.
    """

    tenant: str
    submission_id: SubmissionId
    email: str
    business: str
    language: str
    title: str | None
    link: str

    def __repr__(self) -> str:
        return "ConfirmationMail(…)"


class Mailbox(Value, frozen=True):
    """Where a mail goes to, or comes from."""

    address: str
    name: str = ""


class Invitation(Value, frozen=True):
    """What a calendar makes of a mail: `text` is iCalendar, `method` is REQUEST or CANCEL."""

    method: str
    text: str


class Message(Value, frozen=True, kw_only=True):
    """A mail in words. `signed` is the name it comes in, `about` the booking or user and `person`
    the client that it speaks of; one that sums up names in `mentions` whatever else it speaks of.
    """

    tenant: str
    about: str
    person: ClientId | None
    kind: str
    language: str
    signed: str
    to: Mailbox
    reply_to: Mailbox | None
    subject: str
    text: str
    html: str
    invitation: Invitation | None = None
    mentions: tuple[str, ...] = ()


class MailRefusedError(NotTakenError):
    """The mail will never be taken. The message says why and names nobody."""


class MailNotTakenError(NotTakenError):
    """The mail was not taken this time. The message says why and names nobody."""


class MailServerAwayError(MailNotTakenError, AwayError):
    """The server took nothing from anybody: it is not there, does not answer, or lets nobody in."""


class Letters(Protocol):
    """Puts mails into words."""

    def write(self, mail: BookingMail) -> Message:
        """Write it in its reader's language, with the times on the reader's clock."""

    def write_confirmation(self, mail: ConfirmationMail) -> Message:
        """Write what carries the link by which a submission is confirmed."""

    def write_code(self, mail: AddressMail) -> Message:
        """Write what carries a code, in its reader's language."""

    def write_guest_code(self, mail: GuestMail) -> Message:
        """Write what carries the code by which a guest books, in its reader's language."""


class Mailer(Protocol):
    """Sends mails."""

    def send(self, message: Message, idempotency_key: str) -> str:
        """Send it, once per key as far as the provider can tell; return the provider's id.

        Raises MailRefusedError when trying again is no use, and UncertainError when it may have
        been taken. MailNotTakenError, or whatever else it raises, may pass.
        """


class History(Protocol):
    """Gives all events of a stream."""

    def __call__(self, tenant: str, stream: str) -> Sequence[Recorded]:
        """Return them in order."""


def state_of(aggregate: Aggregate[S, Any], past: Sequence[Recorded]) -> S:
    """Return what somebody is, or something, after all that is said of them and not erased."""
    return aggregate.fold(each.event for each in past if each.event is not None)


class Present:
    """What is known at this moment of a business, for questions that use cases ask, too."""

    def __init__(self, history: History, tenant: str, now: datetime) -> None:
        self._history = history
        self._tenant = tenant
        self.now = now

    def of(self, aggregate: Aggregate[S, Any], identity: str) -> S:
        """Return the state of an aggregate."""
        return state_of(aggregate, self._history(self._tenant, identity))

    def foresee(self, aggregate: Aggregate[Any, Any], identities: Iterable[str]) -> None:
        """Read each when it is looked at."""


def language_of(*wanted: str | None) -> str:
    """Return the nearest to the first that there are templates for: `fr` for a reader of `fr-CA`.

    >>> language_of(None, "de", "fr_CA")
    'fr'
    """
    found = (nearest(tag, LANGUAGES) for tag in wanted if tag)
    return next((language for language in found if language), LANGUAGES[0])
