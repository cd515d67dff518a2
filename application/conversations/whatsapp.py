"""What Meta's Cloud API calls us about: messages that people wrote to a business on WhatsApp, and how far those of
the business have come (provider contract 1, with K14 to K16).

Of what is not understood nothing follows; the call is kept. Times are the provider's, in seconds.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import chain
from typing import Any, Final, NamedTuple

import msgspec

from application.conversations.enclosed.parts import named
from application.conversations.enclosed.whatsapp import media_in, said_of_file
from application.conversations.hearing import name_of, words_of
from application.conversations.providers.whatsapp_calls import (
    Call,
    Edit,
    Message,
    Preference,
    Reaction,
    Revoke,
    Status,
    System,
    Told,
)
from application.conversations.whatsapp_contents import Said, caption_of, said_in
from application.conversations.whatsapp_templates import heard_of
from application.inbound.providers import PROVIDERS, Provider, Received, taught
from application.people.contact_details import identities_of, known_on, number_of
from application.reading import instant_of, read_as
from domain.conversations.channels import WHATSAPP
from domain.conversations.heard import (
    AmendHeard,
    AmendmentKind,
    HearMessage,
    HearPreference,
    MoveKnown,
    ReportCarried,
)
from domain.conversations.messages import MessageStatus
from domain.messages import Command
from domain.people.channels import KnownOn, one_form
from domain.texts import shown
from domain.values import Contact, HeardId, TenantId

OBJECT: Final = "whatsapp_business_account"
FIELDS: Final = frozenset({"messages", "smb_message_echoes", "user_preferences"})
LONGEST_NAME: Final = 200
EARLIEST: Final = datetime(2009, 1, 1, tzinfo=UTC)
"""There was no WhatsApp before."""

AHEAD: Final = timedelta(days=1)
"""So much their clock may be ahead of ours: what is said to be later still would hold for ever."""


def understood(pepper: bytes, providers: Sequence[Provider] = PROVIDERS) -> Sequence[Provider]:
    """Return the providers, of which WhatsApp is understood: who writes is known by a key."""
    return taught(providers, WHATSAPP.name, partial(_understand, pepper))


def _understand(pepper: bytes, received: Received) -> Sequence[Command] | None:
    """Return what follows from a call; None where nobody understands any of it."""
    call = read_as(received.arrival.body, Call)
    if call is None or call.object != OBJECT:
        return None
    changes = [change for entry in call.entry for change in entry.changes]
    values = (read_as(each.value, Told) for each in changes if each.field in FIELDS)
    reader = _Reader(received.tenant, pepper, received.received_at)
    said = [each for value in values if value for each in reader.commands(value)]
    of_templates = (heard_of(e.field, e.value, received.tenant, pepper) for e in changes)
    return [*said, *chain.from_iterable(of_templates)] or None


class _Reader:
    """Reads what is said to one business."""

    def __init__(self, tenant: TenantId, pepper: bytes, received_at: datetime) -> None:
        self._tenant = tenant
        self._pepper = pepper
        self._received_at = received_at

    def commands(self, value: Told) -> Iterator[Command]:
        """Return what follows from it, in order."""
        for message in _all(value.messages, Message):
            yield from self._of(message, message.by, value)
        for echo in _all(value.message_echoes, Message):
            yield from self._of(echo, echo.to_, value, from_phone=True)
        for status in _all(value.statuses, Status):
            yield from self._reported(status)
        for preference in _all(value.user_preferences, Preference):
            yield from self._preferred(preference)

    def _of(
        self, message: Message, ids: Sequence[str], value: Told, *, from_phone: bool = False
    ) -> Iterator[Command]:
        """Return what follows from a message that is between the business and whoever is called by these `ids`."""
        at = self._time(message.timestamp)
        if not ids or at is None or message.group_id is not None:
            return
        known = tuple(self._known(each) for each in ids)
        if message.system is not None:
            yield from self._moved(message, message.system, known, at)
        elif (about := _amended(message)) is not None:
            yield self._amendment(message, about, known, at, from_phone=from_phone)
        elif (said := said_in(message) or said_of_file(message)) is not None:
            yield from self._heard(message, said, known, at, value, from_phone=from_phone)

    def _heard(
        self,
        message: Message,
        said: Said,
        known: Sequence[KnownOn],
        at: datetime,
        value: Told,
        *,
        from_phone: bool,
    ) -> Iterator[HearMessage]:
        text, media = words_of(said.text), media_in(message, value.metadata.phone_number_id)
        if text is None and media is None:
            return
        first, *also = known
        number = message.to if from_phone else message.from_
        contact = Contact(name=_name_of(known, value) or known[-1].id, phone=_phone(number))
        yield HearMessage(
            heard_id=self._name(message.id),
            channel=WHATSAPP.name,
            known=first,
            also=tuple(also),
            contact=contact,
            identities=identities_of(contact, tenant=self._tenant, pepper=self._pepper),
            text=text,
            seed=self._name(message.id),
            media=media,
            number=value.metadata.phone_number_id,
            at=at,
            name=message.id,
            payload=said.payload,
            reply_to=self._replied(message),
            from_phone=from_phone,
        )

    def _replied(self, message: Message) -> HeardId | None:
        replied = message.context.id if message.context else None
        return self._name(replied) if replied and replied != message.id else None

    def _amendment(
        self,
        message: Message,
        about: "_About",
        known: Sequence[KnownOn],
        at: datetime,
        *,
        from_phone: bool,
    ) -> AmendHeard:
        return AmendHeard(
            heard_id=self._name(about.message_id),
            amendment_id=self._name(message.id),
            kind=about.kind,
            identities=() if from_phone else tuple(each.identity_id for each in known),
            at=at,
            text=about.text,
            from_phone=from_phone,
        )

    def _moved(
        self, message: Message, system: System, known: tuple[KnownOn, ...], at: datetime
    ) -> Iterator[MoveKnown]:
        if system.type not in MOVES:
            return
        new = (system.user_id, system.wa_id or system.new_wa_id)
        becomes = tuple(self._known(each) for each in new if each)
        moves = system.type != "customer_identity_changed"
        left = message.from_ if system.type in LEFT and message.from_ not in new else None
        yield MoveKnown(
            heard_id=self._name(message.id),
            channel=WHATSAPP.name,
            known=known,
            at=at,
            text=words_of(system.body or ""),
            becomes=becomes if moves else (),
            left=self._known(left) if left else None,
        )

    def _reported(self, status: Status) -> Iterator[ReportCarried | HearPreference]:
        at = self._time(status.timestamp)
        if status.status not in TOLD or at is None:
            return
        message_id, part = named(status.biz_opaque_callback_data)
        yield ReportCarried(
            heard_id=self._name(status.id),
            status=TOLD[status.status],
            at=at,
            message_id=message_id,
            part=part,
            reason=str(status.errors[0].code) if status.errors else None,
            stopped_until=at + STOPPED_FOR if _is_stopped(status) else None,
        )
        if any(each.code == UNWANTED for each in status.errors):
            ids = [status.recipient_user_id, status.recipient_id]
            yield from self._wants(ids, at, f"{UNWANTED}", wants=False)

    def _preferred(self, preference: Preference) -> Iterator[HearPreference]:
        at = self._time(str(preference.timestamp))
        is_marketing = preference.category == "marketing_messages"
        if not is_marketing or preference.value not in WANTS or at is None:
            return
        yield from self._wants(
            [preference.user_id, preference.wa_id],
            at,
            preference.detail or preference.value,
            wants=WANTS[preference.value],
        )

    def _wants(
        self, ids: Sequence[str | None], at: datetime, words: str, *, wants: bool
    ) -> Iterator[HearPreference]:
        known = tuple(self._known(each) for each in ids if each)
        text = shown(words)[:LONGEST_NAME]
        if known:
            yield HearPreference(
                channel=WHATSAPP.name, known=known, wants=wants, at=at, words=text or None
            )

    def _time(self, said: str) -> datetime | None:
        """Return when it was; None, where nobody can have said it then."""
        at = instant_of(said)
        return at if at and EARLIEST <= at <= self._received_at + AHEAD else None

    def _known(self, id_: str) -> KnownOn:
        return known_on(WHATSAPP.name, id_, tenant=self._tenant, pepper=self._pepper)

    def _name(self, id_: str) -> HeardId:
        return name_of(self._tenant, WHATSAPP.name, id_, self._pepper)


class _About(NamedTuple):
    """What is said about which message."""

    kind: AmendmentKind
    message_id: str
    text: str | None = None


def _amended(message: Message) -> _About | None:
    """Return what is said about another message, if that is what it is: an edit that says nothing is none."""
    match message:
        case Message(reaction=Reaction(message_id=id_, emoji=emoji)):
            return _About(AmendmentKind.REACTION, id_, _emoji(emoji))
        case Message(revoke=Revoke(original_message_id=id_)):
            return _About(AmendmentKind.REVOKE, id_)
        case Message(edit=Edit(original_message_id=id_, message=content)):
            said = said_in(content)
            text = words_of((said.text if said else caption_of(content)) or "")
            return _About(AmendmentKind.EDIT, id_, text) if text else None
        case _:
            return None


LEFT: Final = frozenset({"user_changed_number", "customer_changed_number"})
MOVES: Final = LEFT | {"user_changed_user_id", "customer_identity_changed"}
"""What is told of somebody; of a changed number, under either name, that the former is theirs no more."""

LONGEST_EMOJI: Final = 16

STOPPED: Final = frozenset({131_048, 131_049, 131_064})
"""Codes that say that somebody is to be left alone for a while: too much was marked as spam, or said to them by all
businesses (provider contract 2.1).
"""

UNWANTED: Final = 131_050
"""Says that somebody does not want to be told what is marketing."""

WANTS: Final = {"stop": False, "resume": True, "signup": True}

STOPPED_FOR: Final = timedelta(hours=24)


def _is_stopped(status: Status) -> bool:
    return status.status == "failed" and any(each.code in STOPPED for each in status.errors)


TOLD: Final = {
    "sent": MessageStatus.SENT,
    "delivered": MessageStatus.DELIVERED,
    "read": MessageStatus.READ,
    "played": MessageStatus.PLAYED,
    "failed": MessageStatus.FAILED,
}


def _all(said: Sequence[msgspec.Raw], kind: Any) -> list[Any]:
    """Return those that are of this kind."""
    return [found for each in said if (found := read_as(each, kind)) is not None]


def _emoji(said: str | None) -> str | None:
    """Return the emoji; None, where it is taken back, or nothing that could be shown as one."""
    is_one = said and len(said) <= LONGEST_EMOJI and "\x00" not in said
    return said if is_one else None


def _phone(id_: str | None) -> str | None:
    """Return the number that an id is; of some that are in use, no table of numbers knows (K16)."""
    return id_ and number_of(one_form(WHATSAPP.name, id_))


def _name_of(known: Sequence[KnownOn], value: Told) -> str | None:
    """Return what they call themselves."""
    ids = {each.id for each in known}
    theirs = (each for each in value.contacts if {each.wa_id, each.user_id} & ids)
    profile = next((each.profile for each in theirs if each.profile), None)
    return shown(profile.name)[:LONGEST_NAME] or None if profile and profile.name else None
