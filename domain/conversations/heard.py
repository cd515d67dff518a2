"""By what a provider calls a message, it is known which one of ours that is: so none is heard twice, and what is
told of one that was carried is known to be of it.

The name itself is not kept: it may tell a number. The id of the stream follows from it, by a key.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, assert_never

from domain.aggregate import Aggregate
from domain.conversations.media import Media
from domain.conversations.messages import MessageStatus
from domain.messages import Command, Event, Value
from domain.people.channels import KnownOn
from domain.telling import NOT_TOLD, Tellings
from domain.values import Contact, HeardId, IdentityId, MessageId


class HearMessage(Command, frozen=True):
    """Somebody has written on a channel, by one of the business's `number`s there: who they are there, and what else is
    known of them, `also` by what else they are called there. There may be `media` with it. `at` is when, by the provider's clock. `seed` is of
    this order alone.
    """

    heard_id: HeardId
    channel: str
    known: KnownOn
    contact: Contact
    identities: tuple[IdentityId, ...]
    text: str | None
    seed: str
    media: Media | None = None
    also: tuple[KnownOn, ...] = ()
    number: str = ""
    at: datetime | None = None


class RecordCarried(Command, frozen=True):
    """Whoever carries a message, or a part of one, has it, and calls it this."""

    heard_id: HeardId
    message_id: MessageId
    at: datetime
    part: int | None = None


class ReportCarried(Command, frozen=True):
    """How far what a provider calls this has come; it may say which message of ours that is, and which part of it."""

    heard_id: HeardId
    status: MessageStatus
    at: datetime
    message_id: MessageId | None = None
    reason: str | None = None
    part: int | None = None


class MessageHeard(Event, frozen=True):
    heard_id: HeardId
    message_id: MessageId


class MessageCarried(Event, frozen=True):
    heard_id: HeardId
    message_id: MessageId
    part: int | None = None


HeardEvent = MessageHeard | MessageCarried


class Heard(Value, frozen=True, kw_only=True):
    """Which message it is, if it was heard or carried, and which part of it."""

    message_id: MessageId | None = None
    part: int | None = None


def evolve(_: Heard, event: HeardEvent) -> Heard:
    match event:
        case MessageHeard(message_id=message):
            return Heard(message_id=message)
        case MessageCarried(message_id=message, part=part):
            return Heard(message_id=message, part=part)
        case _:
            assert_never(event)


HEARD: Final[Aggregate[Heard, HeardEvent]] = Aggregate(kind="heard", initial=Heard(), evolve=evolve)


def hear(heard_id: HeardId, message_id: MessageId, heard: Heard) -> Sequence[MessageHeard]:
    """Note which message it is."""
    if heard.message_id is not None:
        return []
    return [MessageHeard(heard_id=heard_id, message_id=message_id)]


def carry(command: RecordCarried, heard: Heard) -> Sequence[MessageCarried]:
    """Note which message it is that was carried."""
    if heard.message_id is not None:
        return []
    return [
        MessageCarried(heard_id=command.heard_id, message_id=command.message_id, part=command.part)
    ]


STORED_AS: Final[dict[str, type[Event]]] = {
    "message-heard.v1": MessageHeard,
    "message-carried.v1": MessageCarried,
}
TOLD_AS: Final[Tellings] = {MessageHeard: NOT_TOLD, MessageCarried: NOT_TOLD}
