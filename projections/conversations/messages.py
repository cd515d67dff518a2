"""What was said in a conversation, in order?"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, assert_never

from msgspec.structs import replace

from domain.conversations.channels import parts_on
from domain.conversations.choices import Choices
from domain.conversations.media import MediaKind, MediaStatus
from domain.conversations.messages import (
    IN_APP,
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
    MessageSentAgain,
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
    """`sequence` is its place in the thread, and `words` is by what it is found; `parts`, in how many SMS it goes, if it
    goes by SMS. It was `said_at`, by the clock of whoever carried it from another channel, or else ours: of what was said
    in the same second, the place counts, which stands in the microseconds. Its `author` is a user of zeros where somebody
    of the business wrote it at its phone; `payload` is what was chosen of the `choices` of another. Of a message that was
    deleted, or whose author is erased, it stays that there was one.
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
    channel: str = IN_APP
    parts: int | None = None
    payload: str | None = None
    choices: Choices | None = None


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
    "choices": None,
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
        channel=event.channel,
        parts=parts_on(event.channel, event.text),
        said_at=_said_at(event),
        payload=event.payload,
        choices=event.choices,
    )


def _said_at(event: MessagePosted) -> datetime:
    return (event.said_at or event.at).replace(microsecond=event.sequence % MILLION)


def _moved(row: ListedMessage, event: MessageEvent) -> ListedMessage:
    match event:
        case MessageReplied(reply_to=reply_to):
            return replace(row, reply_to=reply_to)
        case MessageEdited(text=text, at=at):
            parts, words = parts_on(row.channel, text), text and plain(text)
            return replace(row, text=text, words=words, parts=parts, edited_at=at)
        case MessageFellBack(text=text):
            said = replace(row, text=text, words=text and plain(text), files=())
            parts = parts_on(row.channel, text)
            return replace(
                said, template_id=event.template_id, language=event.language, parts=parts
            )
        case MessageDeleted(at=at):
            return replace(row, **NOTHING, deleted_at=at, reactions={})
        case MessageReacted(member_id=who, emoji=emoji):
            others = {each: mark for each, mark in row.reactions.items() if each != who}
            more = {} if emoji is None else {who: emoji}
            return replace(row, reactions={**others, **more})
        case MessageReported(status=status, reason=reason):
            return replace(row, status=status, reason=reason)
        case MessageSentAgain():
            return replace(row, status=MessageStatus.QUEUED, reason=None)
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
        MessageSentAgain,
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
