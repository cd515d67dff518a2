"""Messages: what one person said in a thread. Each has a stream of its own, and so a key of its own: whoever is
erased takes along what they said, and nothing that others did.

post ─► QUEUED ─► SENDING ─► SENT ─► DELIVERED ─► READ ─► PLAYED
           └─────────┴────────┴─► FAILED ─► DELIVERED …      (where the provider says that it came after all)

Its words may be changed and taken back by who wrote them; history keeps what was there, until it is erased.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, assert_never

from msgspec.structs import replace

from domain.aggregate import Aggregate
from domain.conversations.participants import Audience, MemberId, client_of, is_staff
from domain.messages import (
    Command,
    DomainError,
    Event,
    Forbidden,
    Invalid,
    Missing,
    Personal,
    Value,
)
from domain.telling import Tellings, public
from domain.values import ClientId, MessageId, ThreadId, derived_id

EDITABLE: Final = timedelta(days=1)
"""So long words may be changed: whoever quotes them should not have to fear for ever."""

IN_APP: Final = "app"
"""The channel of what is written and read here, and nowhere else."""

MOST_MENTIONS: Final = 20
MOST_REACTIONS: Final = 20
MOST_EDITS: Final = 20


class MessageKind(StrEnum):
    """What it is. A note is among those of the business, and nobody else ever sees it; what the system says,
    nobody has to answer.
    """

    TEXT = "text"
    NOTE = "note"
    SYSTEM = "system"


class MessageStatus(StrEnum):
    """How far it has come: within frontdesk it is delivered as it is sent."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    PLAYED = "played"
    FAILED = "failed"


PROGRESS: Final = (
    MessageStatus.QUEUED,
    MessageStatus.SENDING,
    MessageStatus.SENT,
    MessageStatus.DELIVERED,
    MessageStatus.READ,
    MessageStatus.PLAYED,
)
ARRIVED: Final = PROGRESS[PROGRESS.index(MessageStatus.DELIVERED) :]
"""What shows that it came, and so what alone may follow a failure."""

# --- What may be asked ----------------------------------------------------------------


class PostMessage(Command, frozen=True):
    """`local_id` is what the sender's own device calls it, and comes back as it was given."""

    thread_id: ThreadId
    author: MemberId
    text: str
    kind: MessageKind = MessageKind.TEXT
    reply_to: MessageId | None = None
    mentions: tuple[MemberId, ...] = ()
    local_id: str | None = None


class EditMessage(Command, frozen=True):
    message_id: MessageId
    by: MemberId
    text: str


class DeleteMessage(Command, frozen=True):
    """Take it back. `by` is its author, or whoever may change what others said."""

    message_id: MessageId
    by: MemberId | None = None


class React(Command, frozen=True):
    """With an emoji, or with none any more."""

    message_id: MessageId
    member_id: MemberId
    emoji: str | None


class ReportMessage(Command, frozen=True):
    """Whoever carries it says how far it has come, and when that was by their clock."""

    message_id: MessageId
    status: MessageStatus
    at: datetime
    reason: str | None = None


# --- What can happen ------------------------------------------------------------------


class MessagePosted(Event, frozen=True):
    """`client_id` is whose words they are, if they are a client's: by it they are found and erased. `channel` is that
    of the thread.
    """

    message_id: MessageId
    thread_id: ThreadId
    sequence: int
    author: MemberId
    audience: Audience
    at: datetime
    kind: MessageKind = MessageKind.TEXT
    status: MessageStatus = MessageStatus.DELIVERED
    channel: str = IN_APP
    client_id: ClientId | None = None
    with_client: ClientId | None = None
    reply_to: MessageId | None = None
    mentions: tuple[MemberId, ...] = ()
    local_id: Personal[str | None] = None
    text: Personal[str | None] = None


class MessageEdited(Event, frozen=True):
    message_id: MessageId
    thread_id: ThreadId
    at: datetime
    text: Personal[str | None] = None


class MessageDeleted(Event, frozen=True):
    """There was a message, and it stays known that there was."""

    message_id: MessageId
    thread_id: ThreadId
    at: datetime


class MessageReacted(Event, frozen=True):
    message_id: MessageId
    thread_id: ThreadId
    member_id: MemberId
    emoji: str | None = None


class MessageReported(Event, frozen=True):
    """`at` is when it was so, by the clock of whoever carries it."""

    message_id: MessageId
    thread_id: ThreadId
    status: MessageStatus
    at: datetime
    reason: str | None = None


MessageEvent = MessagePosted | MessageEdited | MessageDeleted | MessageReacted | MessageReported

# --- Why it may be refused ------------------------------------------------------------


class MessageNotFound(Missing):
    """There is no message by this id in a conversation that you take part in."""


class MessageIsDeleted(DomainError):
    """The message was deleted."""


class NotYourMessage(Forbidden):
    """Only who wrote a message can change it."""


class MessageIsOld(DomainError):
    """A message can be changed for a day after it was written."""

    editable_until: datetime


class ChangedTooManyTimes(DomainError):
    """The message was changed as often as one can be."""

    most: int


class TooManyReactions(DomainError):
    """So many can react to one message, and no more."""

    most: int


class ForTheBusiness(Forbidden):
    """Notes among colleagues, and what the system says, are not for clients to write."""


class MentionedNotThere(Invalid):
    """Who is mentioned does not see this message."""


class RepliesElsewhere(Invalid):
    """What it replies to is no message of this conversation that you see."""


# --- What a message remembers ---------------------------------------------------------


class Message(Value, frozen=True, kw_only=True):
    """None of its words: whatever is decided about it, they do not matter. `failed_at` is by the clock of
    whoever carries it.
    """

    thread_id: ThreadId | None = None
    sequence: int = 0
    author: MemberId = MemberId("")
    audience: Audience = ()
    kind: MessageKind = MessageKind.TEXT
    at: datetime | None = None
    status: MessageStatus = MessageStatus.QUEUED
    failed_at: datetime | None = None
    deleted: bool = False
    edits: int = 0
    reactions: Mapping[MemberId, str] = {}


def evolve(message: Message, event: MessageEvent) -> Message:
    match event:
        case MessagePosted():
            return _posted(event)
        case MessageEdited():
            return replace(message, edits=message.edits + 1)
        case MessageDeleted():
            return replace(message, deleted=True, reactions={})
        case MessageReacted(member_id=who, emoji=emoji):
            return replace(message, reactions=_reactions(message.reactions, who, emoji))
        case MessageReported(status=status, at=at):
            failed_at = at if status is MessageStatus.FAILED else message.failed_at
            return replace(message, status=status, failed_at=failed_at)
        case _:
            assert_never(event)


def _posted(event: MessagePosted) -> Message:
    return Message(
        thread_id=event.thread_id,
        sequence=event.sequence,
        author=event.author,
        audience=event.audience,
        kind=event.kind,
        at=event.at,
        status=event.status,
    )


def _reactions(
    known: Mapping[MemberId, str], who: MemberId, emoji: str | None
) -> Mapping[MemberId, str]:
    others = {each: mark for each, mark in known.items() if each != who}
    return others if emoji is None else {**others, who: emoji}


MESSAGE = Aggregate(kind="message", initial=Message(), evolve=evolve)

# --- What is decided ------------------------------------------------------------------


def message_at(thread_id: ThreadId, sequence: int) -> MessageId:
    """Name the message at a place of a thread: so there is one, whoever writes at the same moment."""
    return MessageId(derived_id(MESSAGE.kind, thread_id, str(sequence)))


def post(
    command: PostMessage,
    sequence: int,
    audience: Audience,
    channel: str,
    with_client: ClientId | None,
    *,
    now: datetime,
) -> MessagePosted:
    """Let something be said at a place of a thread, for all to see who may. Raises ForTheBusiness, where a
    client would speak as the business does, and MentionedNotThere, where somebody is mentioned who does not see it.
    """
    if command.kind is not MessageKind.TEXT and not is_staff(command.author):
        raise ForTheBusiness
    if any(each not in audience for each in command.mentions):
        raise MentionedNotThere
    return MessagePosted(
        message_id=message_at(command.thread_id, sequence),
        thread_id=command.thread_id,
        sequence=sequence,
        author=command.author,
        audience=audience,
        at=now,
        kind=command.kind,
        status=_status_of(command, channel),
        channel=channel,
        client_id=client_of(command.author),
        with_client=None if command.kind is MessageKind.NOTE else with_client,
        reply_to=command.reply_to,
        mentions=command.mentions,
        local_id=command.local_id,
        text=command.text,
    )


def _status_of(command: PostMessage, channel: str) -> MessageStatus:
    """Return how far a message has come as it is said: what goes out on another channel has yet to be carried there."""
    goes_out = channel != IN_APP and is_staff(command.author) and command.kind is MessageKind.TEXT
    return MessageStatus.QUEUED if goes_out else MessageStatus.DELIVERED


def edit(command: EditMessage, message: Message, *, now: datetime) -> Sequence[MessageEvent]:
    """Let it say something else. Raises what each refusal says of itself."""
    thread_id, at = _in_thread(message)
    _refuse_deleted(message)
    if message.author != command.by:
        raise NotYourMessage
    if now - at > EDITABLE:
        raise MessageIsOld(editable_until=at + EDITABLE)
    if message.edits >= MOST_EDITS:
        raise ChangedTooManyTimes(most=MOST_EDITS)
    return [
        MessageEdited(message_id=command.message_id, thread_id=thread_id, at=now, text=command.text)
    ]


def delete(command: DeleteMessage, message: Message, *, now: datetime) -> Sequence[MessageEvent]:
    """Take it back. Raises NotYourMessage."""
    thread_id, _ = _in_thread(message)
    if command.by is not None and message.author != command.by:
        raise NotYourMessage
    if message.deleted:
        return []
    return [MessageDeleted(message_id=command.message_id, thread_id=thread_id, at=now)]


def react(command: React, message: Message) -> Sequence[MessageEvent]:
    """Let somebody react, who sees it. Raises MessageNotFound."""
    thread_id, _ = _in_thread(message)
    _refuse_deleted(message)
    known = message.reactions.get(command.member_id)
    if known == command.emoji:
        return []
    if known is None and len(message.reactions) >= MOST_REACTIONS:
        raise TooManyReactions(most=MOST_REACTIONS)
    return [
        MessageReacted(
            message_id=command.message_id,
            thread_id=thread_id,
            member_id=command.member_id,
            emoji=command.emoji,
        )
    ]


def report(command: ReportMessage, message: Message) -> Sequence[MessageEvent]:
    """Take in how far it has come, in whatever order that is told, and however often."""
    thread_id, _ = _in_thread(message)
    if not _follows(command, message):
        return []
    return [
        MessageReported(
            message_id=command.message_id,
            thread_id=thread_id,
            status=command.status,
            at=command.at,
            reason=command.reason,
        )
    ]


def _follows(report: ReportMessage, message: Message) -> bool:
    """Whether it is news. What has arrived has not failed; what has failed may have arrived later, by the same
    clock, and nothing less shows that.
    """
    if message.status is MessageStatus.FAILED:
        assert message.failed_at is not None, "whoever says that it failed says when"
        return report.status in ARRIVED and report.at >= message.failed_at
    if report.status is MessageStatus.FAILED:
        return message.status not in ARRIVED
    return PROGRESS.index(report.status) > PROGRESS.index(message.status)


def is_unread_by(member_id: MemberId, message: Message) -> bool:
    """Whether it is one that somebody would have to read."""
    return not message.deleted and message.author != member_id and member_id in message.audience


def is_seen_by(member_id: MemberId, message: Message) -> bool:
    """Whether a member sees it: who was there then; and whoever works here sees all that was said before."""
    return is_staff(member_id) or member_id in message.audience


def refuse_unseen(message: Message, member_id: MemberId) -> None:
    """Raise MessageNotFound for whoever cannot see it."""
    _in_thread(message)
    if not is_seen_by(member_id, message):
        raise MessageNotFound


def _in_thread(message: Message) -> tuple[ThreadId, datetime]:
    if message.thread_id is None or message.at is None:
        raise MessageNotFound
    return message.thread_id, message.at


def _refuse_deleted(message: Message) -> None:
    if message.deleted:
        raise MessageIsDeleted


STORED_AS: Final[dict[str, type[Event]]] = {
    "message-posted.v1": MessagePosted,
    "message-edited.v1": MessageEdited,
    "message-deleted.v1": MessageDeleted,
    "message-reacted.v1": MessageReacted,
    "message-reported.v1": MessageReported,
}

AUDIENCE: Final = {"member_id": "audience"}
"""Whose it is: of all who could see it when it was said."""

TOLD_AS: Final[Tellings] = {
    MessagePosted: public(
        "message.posted",
        *("thread_id", "sequence", "author", "kind", "channel", "status", "reply_to", "mentions"),
        text="text",
        id="message_id",
        local_id="local_id",
        posted_at="at",
        audience="audience",
        about=AUDIENCE,
    ),
    MessageEdited: public(
        "message.edited", "thread_id", "text", id="message_id", edited_at="at", about=AUDIENCE
    ),
    MessageDeleted: public(
        "message.deleted", "thread_id", id="message_id", deleted_at="at", about=AUDIENCE
    ),
    MessageReacted: public(
        "message.reacted", "thread_id", "member_id", "emoji", id="message_id", about=AUDIENCE
    ),
    MessageReported: public(
        "message.reported",
        *("thread_id", "status", "reason"),
        id="message_id",
        reported_at="at",
        about=AUDIENCE,
    ),
}
