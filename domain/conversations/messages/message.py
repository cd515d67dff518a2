"""What a message remembers."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final, assert_never

from msgspec.structs import replace

from domain.aggregate import Aggregate
from domain.conversations.media import MediaStatus
from domain.conversations.messages.messages import (
    IN_APP,
    PROGRESS,
    FileHandedOver,
    Mark,
    MediaAwaited,
    MediaFailed,
    MediaFetched,
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
    PartReported,
)
from domain.conversations.notices import Notice
from domain.conversations.participants import Audience, MemberId
from domain.messages import Value
from domain.values import FileId, MessageId, ThreadId


class Progress(Value, frozen=True, kw_only=True):
    """How far a part has come; `failed_at` is by the clock of whoever carries it."""

    status: MessageStatus = MessageStatus.QUEUED
    failed_at: datetime | None = None


class Message(Value, frozen=True, kw_only=True):
    """None of its words: whatever is decided about it, they do not matter. `failed_at` is by the clock of
    whoever carries it; `sent_again_at` by ours, and it `has_failed` at any time. Where it goes out in several `parts`, it
    is known of each how far it has come, and what whoever carries it calls its file. `is_approved`: it is sent as a
    template; `falls_back`: it would be, where nothing can be said freely. `edited` and `reacted` are the latest that its
    provider has told.
    """

    thread_id: ThreadId | None = None
    sequence: int = 0
    author: MemberId = MemberId("")
    audience: Audience = ()
    kind: MessageKind = MessageKind.TEXT
    at: datetime | None = None
    status: MessageStatus = MessageStatus.QUEUED
    failed_at: datetime | None = None
    has_failed: bool = False
    sent_again_at: datetime | None = None
    deleted: bool = False
    edits: int = 0
    files: tuple[FileId, ...] = ()
    reactions: Mapping[MemberId, str] = {}
    notice: Notice | None = None
    channel: str = IN_APP
    reply_to: MessageId | None = None
    is_named: bool = False
    is_approved: bool = False
    falls_back: bool = False
    edited: Mark | None = None
    reacted: Mapping[MemberId, Mark] = {}
    parts: int = 1
    progress: Mapping[int, Progress] = {}
    handed_over: Mapping[int, str] = {}
    media: MediaStatus | None = None

    def progress_of(self, part: int | None) -> Progress:
        """Return how far a part has come, or all of it."""
        if part is None or self.parts == 1:
            return Progress(status=self.status, failed_at=self.failed_at)
        return self.progress.get(part, Progress())

    @property
    def least(self) -> MessageStatus:
        """How far all of its parts have come: it failed if one of them did."""
        found = [self.progress_of(part).status for part in range(self.parts)]
        if MessageStatus.FAILED in found:
            return MessageStatus.FAILED
        return min(found, key=PROGRESS.index)


def evolve(message: Message, event: MessageEvent) -> Message:
    match event:
        case MessagePosted():
            return _posted(event)
        case MessageNamed():
            return replace(message, is_named=True)
        case MessageReplied(reply_to=reply_to):
            return replace(message, reply_to=reply_to)
        case MessageEdited(mark=mark):
            edits, edited = message.edits + 1, mark or message.edited
            return replace(message, edits=edits, edited=edited, is_approved=False)
        case MessageFellBack(approved=approved):
            return replace(message, is_approved=approved is not None, parts=1, progress={})
        case MessageDeleted():
            return replace(message, deleted=True, reactions={})
        case MessageReacted(member_id=who, emoji=emoji, mark=mark):
            marks = {**message.reacted, who: mark} if mark else message.reacted
            reactions = _reactions(message.reactions, who, emoji)
            return replace(message, reactions=reactions, reacted=marks)
        case MessageReported(status=status, at=at):
            if status is not MessageStatus.FAILED:
                return replace(message, status=status)
            return replace(message, status=status, failed_at=at, has_failed=True)
        case MessageSentAgain(at=at):
            left = {part: known for part, known in message.progress.items() if _has_gone(known)}
            again = replace(message, status=MessageStatus.QUEUED, failed_at=None, progress=left)
            return replace(again, sent_again_at=at)
        case PartReported(part=part, status=status, at=at):
            failed_at = at if status is MessageStatus.FAILED else None
            now = Progress(status=status, failed_at=failed_at)
            return replace(message, progress={**message.progress, part: now})
        case FileHandedOver(part=part, media_id=id_):
            return replace(message, handed_over={**message.handed_over, part: id_ or ""})
        case MediaAwaited():
            return replace(message, media=MediaStatus.AWAITED)
        case MediaFetched(file_id=file):
            return replace(message, media=MediaStatus.FETCHED, files=(*message.files, file))
        case MediaFailed():
            return replace(message, media=MediaStatus.FAILED)
        case _:
            assert_never(event)


def _has_gone(progress: Progress) -> bool:
    """Whether whoever carries it has a part: that is not given to them once more."""
    return progress.status in GONE


GONE: Final = PROGRESS[PROGRESS.index(MessageStatus.SENT) :]


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
        parts=event.parts,
        notice=event.notice,
        channel=event.channel,
        reply_to=event.reply_to,
        is_named=event.name is not None,
        is_approved=event.approved is not None,
        falls_back=event.fallback is not None,
    )


def _reactions(
    known: Mapping[MemberId, str], who: MemberId, emoji: str | None
) -> Mapping[MemberId, str]:
    others = {each: mark for each, mark in known.items() if each != who}
    return others if emoji is None else {**others, who: emoji}


MESSAGE = Aggregate(kind="message", initial=Message(), evolve=evolve)
