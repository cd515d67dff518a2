"""What Meta's Cloud API calls us about: messages that people wrote to a business on WhatsApp, and how far those of
the business have come (provider contract 1, with K14 to K16).

Of what is not understood nothing follows; the call is kept. Times are the provider's, in seconds.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from itertools import chain
from typing import Annotated, Any, Final

import msgspec
from msgspec.structs import replace

from application.conversations.hearing import name_of
from application.conversations.whatsapp_templates import heard_of
from application.inbound.providers import PROVIDERS, Provider, Received
from application.people.contact_details import (
    PhoneNumberNotUnderstood,
    identities_of,
    known_on,
    parse_phone,
)
from domain.conversations.channels import WHATSAPP
from domain.conversations.heard import HearMessage, ReportCarried
from domain.conversations.messages import MESSAGE, MessageStatus
from domain.fields import ANY_TEXT, ID
from domain.messages import Command
from domain.people.channels import KnownOn, one_form
from domain.texts import shown
from domain.values import Contact, HeardId, MessageId, TenantId

OBJECT: Final = "whatsapp_business_account"
OURS: Final = re.compile(f"{MESSAGE.kind}-{ID}")
LONGEST_NAME: Final = 200
LONGEST_TEXT: Final = 10_000


Id = Annotated[str, msgspec.Meta(min_length=1, max_length=200, pattern=ANY_TEXT)]
"""What Meta calls something. It may be signed by whoever has the business's secret."""


class Profile(msgspec.Struct, kw_only=True):
    name: str | None = None


class Person(msgspec.Struct, kw_only=True):
    """Somebody who writes: they may have no number that is told."""

    wa_id: str | None = None
    user_id: str | None = None
    profile: Profile | None = None


class Text(msgspec.Struct, kw_only=True):
    body: str


class Message(msgspec.Struct, kw_only=True):
    id: Id
    timestamp: str
    type: str
    from_: Id | None = msgspec.field(name="from", default=None)
    from_user_id: Id | None = None
    text: Text | None = None


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
    changes = [change for entry in call.entry for change in entry.changes]
    values = (_read(each.value, Said) for each in changes if each.field == "messages")
    reader = _Reader(received.tenant, pepper)
    said = [each for value in values if value for each in reader.commands(value)]
    of_templates = (heard_of(e.field, e.value, received.tenant, pepper) for e in changes)
    return [*said, *chain.from_iterable(of_templates)] or None


class _Reader:
    """Reads what is said to one business."""

    def __init__(self, tenant: TenantId, pepper: bytes) -> None:
        self._tenant = tenant
        self._pepper = pepper

    def commands(self, value: Said) -> Iterator[Command]:
        """Return what follows from it, in order."""
        for raw in value.messages:
            message = _read(raw, Message)
            if message is not None and message.text is not None:
                yield from self._heard(message, message.text.body, value)
        for raw in value.statuses:
            status = _read(raw, Status)
            if status is not None:
                yield from self._reported(status)

    def _heard(self, message: Message, text: str, value: Said) -> Iterator[HearMessage]:
        ids = [each for each in (message.from_user_id, message.from_) if each]
        at, said = _time(message.timestamp), _text(text)
        if not ids or at is None or said is None:
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
            number=value.metadata.phone_number_id,
            at=at,
        )

    def _reported(self, status: Status) -> Iterator[ReportCarried]:
        at = _time(status.timestamp)
        if status.status not in TOLD or at is None:
            return
        yield ReportCarried(
            heard_id=self._name(status.id),
            status=TOLD[status.status],
            at=at,
            message_id=_ours(status.biz_opaque_callback_data),
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


def _text(said: str) -> str | None:
    """Return what somebody wrote as it can be kept; None, where nothing is left."""
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


def _ours(said: str | None) -> MessageId | None:
    """Return which message of ours it says that it is of, if it says one."""
    if said is None or not OURS.fullmatch(said):
        return None
    return MessageId(said)
