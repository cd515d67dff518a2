"""By what a provider calls a message, it is known which one of ours that is: so none is heard twice, and what is
told of one that was carried is known to be of it.

The name itself is not kept: it may tell a number. The id of the stream follows from it, by a key.

What is said about a message may be heard before the message: that it was edited, taken back, reacted to, answered.
It waits here until the message is known.
"""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Final, assert_never

from msgspec.structs import replace

from domain.aggregate import Aggregate
from domain.conversations.messages import MessageStatus
from domain.messages import Command, Event, Personal, Value
from domain.people.channels import KnownOn
from domain.telling import NOT_TOLD, Tellings
from domain.values import Contact, HeardId, IdentityId, MessageId


class HearMessage(Command, frozen=True):
    """Somebody has written on a channel, by one of the business's `number`s there: who they are there, and what else is
    known of them, `also` by what else they are called there. `at` is when, by the provider's clock. `seed` is of
    this order alone. `name` is what the provider calls the message, `payload` what a button said that they pressed, and
    `reply_to` what they reply to. Somebody of the business wrote it to them, if it is `from_phone`.
    """

    heard_id: HeardId
    channel: str
    known: KnownOn
    contact: Contact
    identities: tuple[IdentityId, ...]
    text: str
    seed: str
    also: tuple[KnownOn, ...] = ()
    number: str = ""
    at: datetime | None = None
    name: str | None = None
    payload: str | None = None
    reply_to: HeardId | None = None
    from_phone: bool = False


class AmendmentKind(StrEnum):
    """What is said about a message that was heard, or is to be."""

    EDIT = "edit"
    REVOKE = "revoke"
    REACTION = "reaction"


class AmendHeard(Command, frozen=True):
    """Something is said about what a provider calls this: by whoever is known by one of these `identities`, or by
    somebody of the business at its phone (`from_phone`). `amendment_id` is of this alone, and `at` when it was said, by
    the provider's clock: of two that are about the same the later counts. `text` is what it says now, or the emoji, if
    there is one.
    """

    heard_id: HeardId
    amendment_id: HeardId
    kind: AmendmentKind
    identities: tuple[IdentityId, ...]
    at: datetime
    text: str | None = None
    from_phone: bool = False


class MoveKnown(Command, frozen=True):
    """A provider says that somebody is called something else from then on, and `left` what they were called; or only
    something about them, if they are not. It says it in these words.
    """

    heard_id: HeardId
    channel: str
    known: tuple[KnownOn, ...]
    at: datetime
    text: str | None = None
    becomes: tuple[KnownOn, ...] = ()
    left: KnownOn | None = None


class HearPreference(Command, frozen=True):
    """A provider says whether somebody wants to be told what is marketing, since when, and in which words."""

    channel: str
    known: tuple[KnownOn, ...]
    wants: bool
    at: datetime
    words: str | None = None


class RecordCarried(Command, frozen=True):
    """Whoever carries a message calls it this, and has it, or is about to be given it (`status`); and whoever is to read
    it is `known` to them by that. The `name` itself is kept with the message.
    """

    heard_id: HeardId
    message_id: MessageId
    at: datetime
    known: KnownOn | None = None
    name: str | None = None
    status: MessageStatus = MessageStatus.SENT


class ReportCarried(Command, frozen=True):
    """How far what a provider calls this has come; it may say which message of ours that is, and that nothing more is
    taken for whoever was to have it until a time.
    """

    heard_id: HeardId
    status: MessageStatus
    at: datetime
    message_id: MessageId | None = None
    reason: str | None = None
    stopped_until: datetime | None = None


class MessageHeard(Event, frozen=True):
    heard_id: HeardId
    message_id: MessageId


class MessageCarried(Event, frozen=True):
    heard_id: HeardId
    message_id: MessageId


class AmendmentAwaited(Event, frozen=True):
    """Something was said about a message that is not known yet."""

    heard_id: HeardId
    amendment_id: HeardId
    kind: AmendmentKind
    guest_identities: tuple[IdentityId, ...]
    at: datetime
    text: Personal[str | None] = None
    from_phone: bool = False


class ReplyAwaited(Event, frozen=True):
    """A message replies to one that is not known yet."""

    heard_id: HeardId
    message_id: MessageId


HeardEvent = MessageHeard | MessageCarried | AmendmentAwaited | ReplyAwaited


class Heard(Value, frozen=True, kw_only=True):
    """Which message it is, if it was heard or carried; before that, what waits for it."""

    message_id: MessageId | None = None
    amendments: tuple[AmendmentAwaited, ...] = ()
    replies: tuple[MessageId, ...] = ()


MOST_WAITING: Final = 50
"""So much is kept about a message that is not known; of what is said after that, nothing."""


def evolve(heard: Heard, event: HeardEvent) -> Heard:
    match event:
        case MessageHeard(message_id=message_id) | MessageCarried(message_id=message_id):
            return Heard(message_id=message_id)
        case AmendmentAwaited():
            return replace(heard, amendments=(*heard.amendments, event))
        case ReplyAwaited(message_id=reply):
            return replace(heard, replies=(*heard.replies, reply))
        case _:
            assert_never(event)


HEARD: Final[Aggregate[Heard, HeardEvent]] = Aggregate(kind="heard", initial=Heard(), evolve=evolve)


def hear(heard_id: HeardId, message_id: MessageId, heard: Heard) -> Sequence[MessageHeard]:
    """Note which message it is."""
    if heard.message_id is not None:
        return []
    return [MessageHeard(heard_id=heard_id, message_id=message_id)]


def carry(heard_id: HeardId, message_id: MessageId, heard: Heard) -> Sequence[MessageCarried]:
    """Note which message it is that was carried."""
    if heard.message_id is not None:
        return []
    return [MessageCarried(heard_id=heard_id, message_id=message_id)]


def await_(command: AmendHeard, heard: Heard) -> Sequence[AmendmentAwaited]:
    """Keep what was said until the message is known, once."""
    known = {each.amendment_id for each in heard.amendments}
    if command.amendment_id in known or len(known) >= MOST_WAITING:
        return []
    return [
        AmendmentAwaited(
            heard_id=command.heard_id,
            amendment_id=command.amendment_id,
            kind=command.kind,
            guest_identities=command.identities,
            at=command.at,
            text=command.text,
            from_phone=command.from_phone,
        )
    ]


def awaited(event: AmendmentAwaited) -> AmendHeard:
    """Return the order again that had to wait."""
    return AmendHeard(
        heard_id=event.heard_id,
        amendment_id=event.amendment_id,
        kind=event.kind,
        identities=event.guest_identities,
        at=event.at,
        text=event.text,
        from_phone=event.from_phone,
    )


def await_reply(heard_id: HeardId, reply: MessageId, heard: Heard) -> Sequence[ReplyAwaited]:
    """Keep which message replies, until it is known to what."""
    if len(heard.replies) >= MOST_WAITING:
        return []
    return [ReplyAwaited(heard_id=heard_id, message_id=reply)]


STORED_AS: Final[dict[str, type[Event]]] = {
    "message-heard.v1": MessageHeard,
    "message-carried.v1": MessageCarried,
    "message-amendment-awaited.v1": AmendmentAwaited,
    "message-reply-awaited.v1": ReplyAwaited,
}
TOLD_AS: Final[Tellings] = {
    MessageHeard: NOT_TOLD,
    MessageCarried: NOT_TOLD,
    AmendmentAwaited: NOT_TOLD,
    ReplyAwaited: NOT_TOLD,
}
