"""What Meta's Cloud API calls us about: messages that people wrote to a business on WhatsApp, and how far those of
the business have come (provider contract 1, with K14 to K16).

Of what is not understood nothing follows; the call is kept. Times are the provider's, in seconds.
"""

import re
from base64 import b64decode
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any, Final

import msgspec
from msgspec.structs import replace

from application.conversations.hearing import name_of
from application.inbound.providers import PROVIDERS, Provider, Received
from application.people.contact_details import (
    PhoneNumberNotUnderstood,
    identities_of,
    known_on,
    parse_phone,
)
from domain.conversations.channels import WHATSAPP
from domain.conversations.heard import HearMessage, ReportCarried
from domain.conversations.media import Media, MediaKind
from domain.conversations.messages import MESSAGE, MessageStatus
from domain.fields import ANY_TEXT, ID
from domain.messages import Command
from domain.people.channels import KnownOn, one_form
from domain.texts import shown
from domain.values import Contact, HeardId, MessageId, TenantId

OBJECT: Final = "whatsapp_business_account"
OURS: Final = re.compile(f"(?P<id>{MESSAGE.kind}-{ID})(/(?P<part>[0-9]{{1,2}}))?")
HEXADECIMAL: Final = re.compile("[0-9a-f]{64}")
KINDS: Final = ("image", "document", "audio", "video", "sticker")
LONGEST_NAME: Final = 200
LONGEST_TEXT: Final = 10_000


Id = Annotated[str, msgspec.Meta(min_length=1, max_length=200, pattern=ANY_TEXT)]
"""What Meta calls something. It may be signed by whoever has the business's secret."""


Name = Annotated[str, msgspec.Meta(max_length=200, pattern="^[A-Za-z0-9_-]+$")]
"""What Meta calls something that is asked for by that: it stands in an address."""


class Profile(msgspec.Struct, kw_only=True):
    name: str | None = None


class Person(msgspec.Struct, kw_only=True):
    """Somebody who writes: they may have no number that is told."""

    wa_id: str | None = None
    user_id: str | None = None
    profile: Profile | None = None


class Text(msgspec.Struct, kw_only=True):
    body: str


class Enclosed(msgspec.Struct, kw_only=True):
    """What is sent with a message. Where it is had is not taken from here: whoever signs a call may be others than Meta."""

    id: Name
    caption: str | None = None
    filename: str | None = None
    sha256: str | None = None
    voice: bool = False


class Message(msgspec.Struct, kw_only=True):
    id: Id
    timestamp: str
    type: str
    from_: Id | None = msgspec.field(name="from", default=None)
    from_user_id: Id | None = None
    text: Text | None = None
    image: Enclosed | None = None
    document: Enclosed | None = None
    audio: Enclosed | None = None
    video: Enclosed | None = None
    sticker: Enclosed | None = None

    @property
    def enclosed(self) -> tuple[str, Enclosed] | None:
        """What is sent with it, and of which kind that is."""
        found = ((kind, getattr(self, kind)) for kind in KINDS)
        return next(((kind, each) for kind, each in found if each is not None), None)

    @property
    def words(self) -> str | None:
        """What it says; with a file, that is what is said of it."""
        if self.text is not None:
            return self.text.body
        return self.enclosed[1].caption if self.enclosed else None


class Fault(msgspec.Struct, kw_only=True):
    code: int


class Status(msgspec.Struct, kw_only=True):
    id: Id
    status: str
    timestamp: str
    biz_opaque_callback_data: str | None = None
    errors: list[Fault] = []


class Metadata(msgspec.Struct, kw_only=True):
    phone_number_id: Id


class Change(msgspec.Struct, kw_only=True):
    field: str
    value: msgspec.Raw


class Entry(msgspec.Struct, kw_only=True):
    changes: list[Change] = []


class Call(msgspec.Struct, kw_only=True):
    object: str
    entry: list[Entry] = []


class Said(msgspec.Struct, kw_only=True):
    """What is said of the field `messages`. Each message is read by itself: of a kind that nobody knows yet it may
    have any shape.
    """

    metadata: Metadata
    contacts: list[Person] = []
    messages: list[msgspec.Raw] = []
    statuses: list[msgspec.Raw] = []


def understood(pepper: bytes, providers: Sequence[Provider] = PROVIDERS) -> Sequence[Provider]:
    """Return the providers, of which WhatsApp is understood: who writes is known by a key."""
    understand = partial(_understand, pepper)
    return tuple(
        replace(each, understand=understand) if each.name == WHATSAPP.name else each
        for each in providers
    )


def _understand(pepper: bytes, received: Received) -> Sequence[Command] | None:
    """Return what follows from a call; None where nobody understands any of it."""
    call = _read(received.arrival.body, Call)
    if call is None or call.object != OBJECT:
        return None
    changes = (change for entry in call.entry for change in entry.changes)
    values = (_read(each.value, Said) for each in changes if each.field == "messages")
    reader = _Reader(received.tenant, pepper)
    return [each for value in values if value for each in reader.commands(value)] or None


class _Reader:
    """Reads what is said to one business."""

    def __init__(self, tenant: TenantId, pepper: bytes) -> None:
        self._tenant = tenant
        self._pepper = pepper

    def commands(self, value: Said) -> Iterator[Command]:
        """Return what follows from it, in order."""
        for raw in value.messages:
            message = _read(raw, Message)
            if message is not None:
                yield from self._heard(message, value)
        for raw in value.statuses:
            status = _read(raw, Status)
            if status is not None:
                yield from self._reported(status)

    def _heard(self, message: Message, value: Said) -> Iterator[HearMessage]:
        ids = [each for each in (message.from_user_id, message.from_) if each]
        at, said, media = _time(message.timestamp), _text(message.words), _media(message)
        if not ids or at is None or (said is None and media is None):
            return
        known, *also = (self._known(each) for each in ids)
        contact = Contact(name=_name_of(message, value) or ids[-1], phone=_phone(message.from_))
        yield HearMessage(
            heard_id=self._name(message.id),
            channel=WHATSAPP.name,
            known=known,
            also=tuple(also),
            contact=contact,
            identities=identities_of(contact, tenant=self._tenant, pepper=self._pepper),
            text=said,
            seed=self._name(message.id),
            media=media,
            number=value.metadata.phone_number_id,
            at=at,
        )

    def _reported(self, status: Status) -> Iterator[ReportCarried]:
        at = _time(status.timestamp)
        if status.status not in TOLD or at is None:
            return
        message_id, part = _ours(status.biz_opaque_callback_data)
        yield ReportCarried(
            heard_id=self._name(status.id),
            status=TOLD[status.status],
            at=at,
            message_id=message_id,
            part=part,
            reason=str(status.errors[0].code) if status.errors else None,
        )

    def _known(self, id_: str) -> KnownOn:
        return known_on(WHATSAPP.name, id_, tenant=self._tenant, pepper=self._pepper)

    def _name(self, id_: str) -> HeardId:
        return name_of(self._tenant, WHATSAPP.name, id_, self._pepper)


TOLD: Final = {
    "sent": MessageStatus.SENT,
    "delivered": MessageStatus.DELIVERED,
    "read": MessageStatus.READ,
    "played": MessageStatus.PLAYED,
    "failed": MessageStatus.FAILED,
}


def _read(text: Any, kind: Any) -> Any:
    """Return it as this is; None, where it is something else."""
    try:
        return msgspec.json.decode(text, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _time(said: str) -> datetime | None:
    try:
        return datetime.fromtimestamp(int(said), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _media(message: Message) -> Media | None:
    """Return what was sent with it."""
    if message.enclosed is None:
        return None
    kind, found = message.enclosed
    name = shown(found.filename.replace("\\", "/").rpartition("/")[2]) if found.filename else ""
    return Media(
        kind=MediaKind.VOICE if found.voice else MediaKind(kind),
        id=found.id,
        name=name[-LONGEST_NAME:] or None,
        sha256=digest_in(found.sha256),
    )


def digest_in(said: str | None) -> str | None:
    """Return a SHA-256 in hexadecimal digits; None, where it is none. Calls say it in Base64.

    >>> digest_in("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")
    'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
    """
    if said is None or HEXADECIMAL.fullmatch(said):
        return said
    try:
        found = b64decode(said, validate=True).hex()
    except ValueError:
        return None
    return found if HEXADECIMAL.fullmatch(found) else None


def _text(said: str | None) -> str | None:
    """Return what somebody wrote as it can be kept; None, where nothing is left."""
    if said is None:
        return None
    kept = said.replace("\x00", "")[:LONGEST_TEXT]
    return kept if kept.strip() else None


def _phone(id_: str | None) -> str | None:
    """Return the number that an id is, in the form in which numbers are known; of some that are in use, no table of
    numbers knows (K16).
    """
    if id_ is None:
        return None
    try:
        return parse_phone(f"+{one_form(WHATSAPP.name, id_)}", None)
    except PhoneNumberNotUnderstood:
        return None


def _name_of(message: Message, value: Said) -> str | None:
    """Return what they call themselves."""
    ids = {message.from_, message.from_user_id} - {None}
    theirs = (each for each in value.contacts if {each.wa_id, each.user_id} & ids)
    profile = next((each.profile for each in theirs if each.profile), None)
    return shown(profile.name)[:LONGEST_NAME] or None if profile and profile.name else None


def _ours(said: str | None) -> tuple[MessageId | None, int | None]:
    """Return which message of ours it says that it is of, if it says one, and which part of it."""
    found = OURS.fullmatch(said) if said else None
    if found is None:
        return None, None
    return MessageId(found["id"]), int(found["part"]) if found["part"] else None
