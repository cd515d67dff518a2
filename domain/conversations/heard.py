"""By what a provider calls a message, it is known which one of ours that is: so none is heard twice.

The name itself is not kept: it may tell a number. The id of the stream follows from it, by a key.
"""

from collections.abc import Sequence
from typing import Final

from domain.aggregate import Aggregate
from domain.messages import Command, Event, Value
from domain.people.channels import KnownOn
from domain.telling import NOT_TOLD, Tellings
from domain.values import Contact, HeardId, IdentityId, MessageId


class HearMessage(Command, frozen=True):
    """Somebody has written on a channel: who they are there, and what else is known of them. `seed` is of this
    order alone.
    """

    heard_id: HeardId
    channel: str
    known: KnownOn
    contact: Contact
    identities: tuple[IdentityId, ...]
    text: str
    seed: str


class MessageHeard(Event, frozen=True):
    heard_id: HeardId
    message_id: MessageId


class Heard(Value, frozen=True, kw_only=True):
    """Which message it is, if it was heard."""

    message_id: MessageId | None = None


def evolve(_: Heard, event: MessageHeard) -> Heard:
    return Heard(message_id=event.message_id)


HEARD: Final[Aggregate[Heard, MessageHeard]] = Aggregate(
    kind="heard", initial=Heard(), evolve=evolve
)


def hear(heard_id: HeardId, message_id: MessageId, heard: Heard) -> Sequence[MessageHeard]:
    """Note which message it is."""
    if heard.message_id is not None:
        return []
    return [MessageHeard(heard_id=heard_id, message_id=message_id)]


STORED_AS: Final[dict[str, type[Event]]] = {"message-heard.v1": MessageHeard}
TOLD_AS: Final[Tellings] = {MessageHeard: NOT_TOLD}
