"""What may be asked about messages, and what can happen to them."""

from datetime import datetime
from enum import StrEnum
from typing import Final

from domain.conversations.approvals import AsApproved
from domain.conversations.choices import Choices
from domain.conversations.media import Media, MediaKind
from domain.conversations.notices import Notice
from domain.conversations.participants import Audience, MemberId
from domain.conversations.templates import FilledIn, FromTemplate, TemplateId
from domain.conversations.windows import Line
from domain.files.files import Description
from domain.messages import (
    Bookkeeping,
    Command,
    Event,
    Personal,
    Value,
)
from domain.values import ClientId, FileId, HeardId, MessageId, ThreadId

IN_APP: Final = "app"
"""The channel of what is written and read here, and nowhere else."""

MOST_MENTIONS: Final = 20
MOST_FILES: Final = 10


class MessageKind(StrEnum):
    """What it is. A note is among those of the business, and nobody else ever sees it; what the system says,
    nobody has to answer.
    """

    TEXT = "text"
    NOTE = "note"
    SYSTEM = "system"


class MessageStatus(StrEnum):
    """How far it has come: within frontdesk it is delivered as it is sent. It is `uncertain` where it was handed to
    whoever carries it, and they did not say that they have it.
    """

    QUEUED = "queued"
    SENDING = "sending"
    UNCERTAIN = "uncertain"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    PLAYED = "played"
    FAILED = "failed"


PROGRESS: Final = (
    MessageStatus.QUEUED,
    MessageStatus.SENDING,
    MessageStatus.UNCERTAIN,
    MessageStatus.SENT,
    MessageStatus.DELIVERED,
    MessageStatus.READ,
    MessageStatus.PLAYED,
)
ARRIVED: Final = PROGRESS[PROGRESS.index(MessageStatus.DELIVERED) :]
"""What shows that it came, and so what alone may follow a failure."""


class Mark(Value, frozen=True, kw_only=True, order=True):
    """When something was said about a message, by the clock of its provider, and what that is called: of two, the one
    counts that comes later in this order.
    """

    at: datetime
    id: HeardId


# --- What may be asked ----------------------------------------------------------------


class PostMessage(Command, frozen=True):
    """`local_id` is what the sender's own device calls it, and comes back as it was given. The `files` are the
    author's own until then. Instead of `text` there may be a `template`, of which it is made. Where nothing can be said
    freely any more as it is sent, the `fallback` is. What is heard on another channel came by a `line`, and its
    provider calls it by its `name`; `payload` is what a button said that was pressed. It may have `media` with it, which
    are fetched afterwards. By a `notice` the product tells somebody something about a booking of theirs.
    """

    thread_id: ThreadId
    author: MemberId
    text: str | None = None
    template: FromTemplate | None = None
    fallback: FromTemplate | None = None
    files: tuple[FileId, ...] = ()
    kind: MessageKind = MessageKind.TEXT
    reply_to: MessageId | None = None
    mentions: tuple[MemberId, ...] = ()
    local_id: str | None = None
    line: Line | None = None
    media: Media | None = None
    notice: Notice | None = None
    name: str | None = None
    payload: str | None = None
    choices: Choices | None = None


class FallBack(Command, frozen=True):
    """What it says cannot be said any more: it says this instead."""

    message_id: MessageId
    said: FilledIn


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
    mark: "Mark | None" = None


class SendAgain(Command, frozen=True):
    """Somebody wants it given to whoever carries it once more: it has failed, or nobody knows whether it arrived."""

    message_id: MessageId
    by: MemberId


class ReportMessage(Command, frozen=True):
    """Whoever carries it says how far it has come, and when that was by their clock: all of it, or one `part`, where
    it goes out in several.
    """

    message_id: MessageId
    status: MessageStatus
    at: datetime
    reason: str | None = None
    part: int | None = None


class RecordUpload(Command, frozen=True):
    """Whoever carries it has the file of this part, and calls it this. Nothing was said by it yet."""

    message_id: MessageId
    part: int
    media_id: str


class TakeInMedia(Command, frozen=True):
    """What somebody sent with a message is here."""

    message_id: MessageId
    file_id: FileId
    file: Description


class GiveUpMedia(Command, frozen=True):
    """What somebody sent with a message cannot be had, for this reason."""

    message_id: MessageId
    reason: str


# --- What can happen ------------------------------------------------------------------


class MessagePosted(Event, frozen=True):
    """`client_id` is whose words they are, if they are a client's: by it they are found and erased. `channel` is that
    of the thread. What was made of a template says so, and in which language; and how it is given to a channel that has
    `approved` it. Until it is given to them it may yet come to be its `fallback`. `name` is what its provider calls it,
    which may tell a number, and `payload` what a button said that was pressed. On another channel it goes out in so
    many `parts`, each a message there; and what came from there was `said_at`, by the clock of whoever carries it.
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
    files: tuple[FileId, ...] = ()
    template_id: TemplateId | None = None
    language: str | None = None
    parts: int = 1
    said_at: datetime | None = None
    local_id: Personal[str | None] = None
    text: Personal[str | None] = None
    approved: Personal[AsApproved | None] = None
    notice: Notice | None = None
    name: Personal[str | None] = None
    payload: Personal[str | None] = None
    choices: Personal[Choices | None] = None
    fallback: Personal[FilledIn | None] = None


class MessageNamed(Bookkeeping, frozen=True):
    """Its provider calls it so, which may tell a number."""

    message_id: MessageId
    thread_id: ThreadId
    name: Personal[str | None] = None


class MessageReplied(Event, frozen=True):
    """It is known by now to what it replies."""

    message_id: MessageId
    thread_id: ThreadId
    reply_to: MessageId


class MessageEdited(Event, frozen=True):
    """`mark` says in which order its provider tells of it, if it was edited there."""

    message_id: MessageId
    thread_id: ThreadId
    at: datetime
    text: Personal[str | None] = None
    mark: Mark | None = None


class MessageFellBack(Event, frozen=True):
    """What it was to say could not be said freely any more. It was sent as this template of a channel's."""

    message_id: MessageId
    thread_id: ThreadId
    at: datetime
    template_id: TemplateId
    language: str
    text: Personal[str | None] = None
    approved: Personal[AsApproved | None] = None


class MessageDeleted(Event, frozen=True):
    """There was a message, and it stays known that there was."""

    message_id: MessageId
    thread_id: ThreadId
    at: datetime


class MessageReacted(Event, frozen=True):
    """`mark` says in which order its provider tells of it, if they reacted there; `channel` is that of the message."""

    message_id: MessageId
    thread_id: ThreadId
    member_id: MemberId
    emoji: str | None = None
    mark: Mark | None = None
    channel: str = IN_APP


class MessageSentAgain(Event, frozen=True):
    """It waits again for whoever carries it, since somebody wanted that: of its `parts` those that they have not."""

    message_id: MessageId
    thread_id: ThreadId
    by: MemberId
    at: datetime
    channel: str
    parts: int = 1


class MessageReported(Event, frozen=True):
    """`at` is when it was so, by the clock of whoever carries it. Of what has failed it says which `notice` it was, if
    it was one: that is told otherwise.
    """

    message_id: MessageId
    thread_id: ThreadId
    status: MessageStatus
    at: datetime
    reason: str | None = None
    notice: Notice | None = None


class PartReported(Event, frozen=True):
    """How far one of several parts has come. The message is as far as the part that is least far."""

    message_id: MessageId
    thread_id: ThreadId
    part: int
    status: MessageStatus
    at: datetime
    reason: str | None = None


class FileHandedOver(Event, frozen=True):
    """Whoever carries the message has the file of this part: it need not be given again."""

    message_id: MessageId
    thread_id: ThreadId
    part: int
    media_id: Personal[str | None] = None


class MediaAwaited(Event, frozen=True):
    """Something was sent with a message on another channel, by this `number` of the business, and has yet to be
    fetched.
    """

    message_id: MessageId
    thread_id: ThreadId
    kind: MediaKind
    channel: str
    number: str = ""
    sha256: str | None = None
    media_id: Personal[str | None] = None
    name: Personal[str | None] = None


class MediaFetched(Event, frozen=True):
    message_id: MessageId
    thread_id: ThreadId
    file_id: FileId


class MediaFailed(Event, frozen=True):
    message_id: MessageId
    thread_id: ThreadId
    reason: str


MessageEvent = (
    MessagePosted
    | MessageNamed
    | MessageReplied
    | MessageEdited
    | MessageFellBack
    | MessageDeleted
    | MessageReacted
    | MessageReported
    | MessageSentAgain
    | PartReported
    | FileHandedOver
    | MediaAwaited
    | MediaFetched
    | MediaFailed
)
