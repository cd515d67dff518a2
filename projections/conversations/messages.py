"""What was said in a conversation, in order?"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, assert_never

from msgspec.structs import replace

from domain.conversations.media import MediaKind, MediaStatus
from domain.conversations.messages import (
    FileHandedOver,
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
    MessageStatus,
    PartReported,
)
from domain.conversations.participants import MemberId
from domain.conversations.templates import TemplateId
from domain.messages import Value
from domain.people.clients import ClientErased
from domain.texts import plain
from domain.values import FileId, MessageId, ThreadId, kind_of
from projections.read_model import ReadModel, Row


class ListedMedia(Value, frozen=True, kw_only=True):
    """Something that was sent with a message on another channel: whether its file is on the way, there, or cannot be
    had, for this `reason`.
    """

    kind: MediaKind
    status: MediaStatus = MediaStatus.AWAITED
    reason: str | None = None


class ListedMessage(Row, frozen=True, kw_only=True):
    """`sequence` is its place in the thread, and `words` is by what it is found. It was `said_at`, by the clock of whoever
    carried it from another channel, or else ours: of what was said in the same second, the place counts, which stands in
    the microseconds. Of a message that was deleted, or whose
    author is erased, it stays that there was one.
    """

    id: MessageId
    thread_id: ThreadId
    sequence: int
    author: MemberId
    kind: MessageKind
    status: MessageStatus
    text: str | None = None
    words: str | None = None
    reply_to: MessageId | None = None
    mentions: tuple[MemberId, ...] = ()
    files: tuple[FileId, ...] = ()
    media: ListedMedia | None = None
    template_id: TemplateId | None = None
    language: str | None = None
    local_id: str | None = None
    reactions: Mapping[MemberId, str] = {}
    posted_at: datetime
    said_at: datetime
    edited_at: datetime | None = None
    deleted_at: datetime | None = None
    reason: str | None = None
    payload: str | None = None


def _evolve(row: ListedMessage | None, event: MessageEvent | ClientErased) -> ListedMessage | None:
    match event:
        case MessagePosted():
            return _posted(event)
        case ClientErased():
            return row and replace(row, **NOTHING, local_id=None)
        case _:
            return row and _moved(row, event)


MILLION: Final = 1_000_000

NOTHING: Final[Mapping[str, Any]] = {
    "text": None,
    "words": None,
    "files": (),
    "media": None,
    "payload": None,
}
"""What is left of what was said, once it was taken back."""


def _posted(event: MessagePosted) -> ListedMessage:
    return ListedMessage(
        id=event.message_id,
        thread_id=event.thread_id,
        sequence=event.sequence,
        author=event.author,
        kind=event.kind,
        status=event.status,
        text=event.text,
        words=event.text and plain(event.text),
        reply_to=event.reply_to,
        mentions=event.mentions,
        files=event.files,
        template_id=event.template_id,
        language=event.language,
        local_id=event.local_id,
        posted_at=event.at,
        said_at=_said_at(event),
        payload=event.payload,
    )


def _said_at(event: MessagePosted) -> datetime:
    return (event.said_at or event.at).replace(microsecond=event.sequence % MILLION)


def _moved(row: ListedMessage, event: MessageEvent) -> ListedMessage:
    match event:
        case MessageReplied(reply_to=reply_to):
            return replace(row, reply_to=reply_to)
        case MessageEdited(text=text, at=at):
            return replace(row, text=text, words=text and plain(text), edited_at=at)
        case MessageFellBack(text=text):
            said = replace(row, text=text, words=text and plain(text), files=())
            return replace(said, template_id=event.template_id, language=event.language)
        case MessageDeleted(at=at):
            return replace(row, **NOTHING, deleted_at=at, reactions={})
        case MessageReacted(member_id=who, emoji=emoji):
            others = {each: mark for each, mark in row.reactions.items() if each != who}
            more = {} if emoji is None else {who: emoji}
            return replace(row, reactions={**others, **more})
        case MessageReported(status=status, reason=reason):
            return replace(row, status=status, reason=reason)
        case MediaAwaited(kind=kind):
            return replace(row, media=ListedMedia(kind=kind))
        case MediaFetched(file_id=file):
            media = row.media and replace(row.media, status=MediaStatus.FETCHED, reason=None)
            return replace(row, media=media, files=(*row.files, file))
        case MediaFailed(reason=reason):
            failed = row.media and replace(row.media, status=MediaStatus.FAILED, reason=reason)
            return replace(row, media=failed)
        case MessagePosted() | MessageNamed() | PartReported() | FileHandedOver():
            return row
        case _:
            assert_never(event)


def _key(event: MessageEvent | ClientErased) -> list[str]:
    match event:
        case ClientErased(streams=streams):
            return [each for each in streams if kind_of(each) == MESSAGES.owner]
        case _:
            return [event.message_id]


MESSAGES = ReadModel(
    name="messages",
    version=4,
    row=ListedMessage,
    subscribes_to=(
        MessagePosted,
        MessageNamed,
        MessageReplied,
        MessageEdited,
        MessageFellBack,
        MessageDeleted,
        MessageReacted,
        MessageReported,
        MediaAwaited,
        MediaFetched,
        MediaFailed,
        PartReported,
        FileHandedOver,
        ClientErased,
    ),
    key=_key,
    evolve=_evolve,
    columns=("thread_id", "sequence", "kind", "author", "posted_at", "said_at", "words"),
    indexes=(("thread_id", "sequence"), ("thread_id", "said_at"), ("posted_at",)),
    owner="message",
)
