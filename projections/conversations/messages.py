"""What was said in a conversation, in order?"""

from collections.abc import Mapping
from datetime import datetime
from typing import assert_never

from msgspec.structs import replace

from domain.conversations.channels import parts_on
from domain.conversations.choices import Choices
from domain.conversations.messages import (
    IN_APP,
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
from domain.conversations.participants import MemberId
from domain.conversations.templates import TemplateId
from domain.people.clients import ClientErased
from domain.texts import plain
from domain.values import FileId, MessageId, ThreadId, kind_of
from projections.read_model import ReadModel, Row


class ListedMessage(Row, frozen=True, kw_only=True):
    """`sequence` is its place in the thread, and `words` is by what it is found; `parts`, in how many SMS it goes, if it
    goes by SMS. Its `author` is a user of zeros where somebody of the business wrote it at its phone; `payload` is what
    was chosen of the `choices` of another. Of a message that was deleted, or whose author is erased, it stays that there
    was one.
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
    template_id: TemplateId | None = None
    language: str | None = None
    local_id: str | None = None
    reactions: Mapping[MemberId, str] = {}
    posted_at: datetime
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
            gone = {
                "text": None,
                "words": None,
                "local_id": None,
                "files": (),
                "payload": None,
                "choices": None,
            }
            return row and replace(row, **gone)
        case _:
            return row and _moved(row, event)


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
        payload=event.payload,
        choices=event.choices,
    )


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
            gone = replace(row, text=None, words=None, reactions={}, files=())
            return replace(gone, payload=None, choices=None, deleted_at=at)
        case MessageReacted(member_id=who, emoji=emoji):
            others = {each: mark for each, mark in row.reactions.items() if each != who}
            more = {} if emoji is None else {who: emoji}
            return replace(row, reactions={**others, **more})
        case MessageReported(status=status, reason=reason):
            return replace(row, status=status, reason=reason)
        case MessageSentAgain():
            return replace(row, status=MessageStatus.QUEUED, reason=None)
        case MessagePosted() | MessageNamed():
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
        ClientErased,
    ),
    key=_key,
    evolve=_evolve,
    columns=("thread_id", "sequence", "kind", "author", "posted_at", "words"),
    indexes=(("thread_id", "sequence"), ("posted_at",)),
    owner="message",
)
