"""What a message remembers."""

from collections.abc import Mapping
from datetime import datetime
from typing import assert_never

from msgspec.structs import replace

from domain.aggregate import Aggregate
from domain.conversations.messages.messages import (
    IN_APP,
    Mark,
    MessageDeleted,
    MessageEdited,
    MessageEvent,
    MessageFellBack,
    MessageKind,
    MessageNamed,
    MessagePosted,
    MessageReacted,
    MessageReplied,
    MessageReported,
    MessageSentAgain,
    MessageStatus,
)
from domain.conversations.notices import Notice
from domain.conversations.participants import Audience, MemberId
from domain.messages import Value
from domain.values import FileId, MessageId, ThreadId


class Message(Value, frozen=True, kw_only=True):
    """None of its words: whatever is decided about it, they do not matter. `failed_at` is by the clock of
    whoever carries it. `edited` and `reacted` are the latest that its provider has told.
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
    files: tuple[FileId, ...] = ()
    reactions: Mapping[MemberId, str] = {}
    notice: Notice | None = None
    channel: str = IN_APP
    reply_to: MessageId | None = None
    is_named: bool = False
    edited: Mark | None = None
    reacted: Mapping[MemberId, Mark] = {}


def evolve(message: Message, event: MessageEvent) -> Message:
    match event:
        case MessagePosted():
            return _posted(event)
        case MessageNamed():
            return replace(message, is_named=True)
        case MessageReplied(reply_to=reply_to):
            return replace(message, reply_to=reply_to)
        case MessageEdited(mark=mark):
            return replace(message, edits=message.edits + 1, edited=mark or message.edited)
        case MessageFellBack():
            return message
        case MessageDeleted():
            return replace(message, deleted=True, reactions={})
        case MessageReacted(member_id=who, emoji=emoji, mark=mark):
            marks = {**message.reacted, who: mark} if mark else message.reacted
            reactions = _reactions(message.reactions, who, emoji)
            return replace(message, reactions=reactions, reacted=marks)
        case MessageReported(status=status, at=at):
            failed_at = at if status is MessageStatus.FAILED else message.failed_at
            return replace(message, status=status, failed_at=failed_at)
        case MessageSentAgain():
            return replace(message, status=MessageStatus.QUEUED, failed_at=None)
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
        files=event.files,
        notice=event.notice,
        channel=event.channel,
        reply_to=event.reply_to,
        is_named=event.name is not None,
    )


def _reactions(
    known: Mapping[MemberId, str], who: MemberId, emoji: str | None
) -> Mapping[MemberId, str]:
    others = {each: mark for each, mark in known.items() if each != who}
    return others if emoji is None else {**others, who: emoji}


MESSAGE = Aggregate(kind="message", initial=Message(), evolve=evolve)
