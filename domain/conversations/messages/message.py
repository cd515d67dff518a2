"""What a message remembers."""

from collections.abc import Mapping
from datetime import datetime
from typing import assert_never

from msgspec.structs import replace

from domain.aggregate import Aggregate
from domain.conversations.messages.messages import (
    MessageDeleted,
    MessageEdited,
    MessageEvent,
    MessageKind,
    MessagePosted,
    MessageReacted,
    MessageReported,
    MessageStatus,
)
from domain.conversations.notices import Notice
from domain.conversations.participants import Audience, MemberId
from domain.messages import Value
from domain.values import FileId, ThreadId


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
    files: tuple[FileId, ...] = ()
    reactions: Mapping[MemberId, str] = {}
    notice: Notice | None = None


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
        files=event.files,
        notice=event.notice,
    )


def _reactions(
    known: Mapping[MemberId, str], who: MemberId, emoji: str | None
) -> Mapping[MemberId, str]:
    others = {each: mark for each, mark in known.items() if each != who}
    return others if emoji is None else {**others, who: emoji}


MESSAGE = Aggregate(kind="message", initial=Message(), evolve=evolve)
