"""Messages: what one person said in a thread. Each has a stream of its own, and so a key of its own: whoever is
erased takes along what they said, and nothing that others did.

post ─► QUEUED ─► SENDING ─► UNCERTAIN ─► SENT ─► DELIVERED ─► READ ─► PLAYED
           └─────────┴───────────┴─────────┴─► FAILED ─► DELIVERED …
                                                (where the provider says that it came after all)

Its words may be changed and taken back by who wrote them; history keeps what was there, until it is erased.
"""

from typing import Final

from domain.conversations.messages.decisions import (
    delete,
    edit,
    is_seen_by,
    is_unread_by,
    message_at,
    post,
    react,
    refuse_unclear,
    refuse_unseen,
    report,
)
from domain.conversations.messages.enclosed import (
    awaited,
    give_up,
    hand_over,
    is_wanted,
    take_in,
)
from domain.conversations.messages.message import (
    MESSAGE,
    Message,
)
from domain.conversations.messages.messages import (
    ARRIVED,
    IN_APP,
    MOST_FILES,
    MOST_MENTIONS,
    PROGRESS,
    ChangedTooManyTimes,
    DeleteMessage,
    EditMessage,
    FileHandedOver,
    ForTheBusiness,
    GiveUpMedia,
    MediaAwaited,
    MediaFailed,
    MediaFetched,
    MentionedNotThere,
    MessageDeleted,
    MessageEdited,
    MessageEvent,
    MessageIsDeleted,
    MessageIsOld,
    MessageKind,
    MessageNotFound,
    MessagePosted,
    MessageReacted,
    MessageReported,
    MessageStatus,
    NotYourMessage,
    PartReported,
    PostMessage,
    React,
    RecordUpload,
    RepliesElsewhere,
    ReportMessage,
    SaidTwice,
    SaysNothing,
    TakeInMedia,
    TooManyReactions,
)
from domain.messages import Event
from domain.telling import NOT_TOLD, Tellings, public

__all__ = [
    "ARRIVED",
    "IN_APP",
    "MESSAGE",
    "MOST_FILES",
    "MOST_MENTIONS",
    "PROGRESS",
    "STORED_AS",
    "TOLD_AS",
    "ChangedTooManyTimes",
    "DeleteMessage",
    "EditMessage",
    "FileHandedOver",
    "ForTheBusiness",
    "GiveUpMedia",
    "MediaAwaited",
    "MediaFailed",
    "MediaFetched",
    "MentionedNotThere",
    "Message",
    "MessageDeleted",
    "MessageEdited",
    "MessageEvent",
    "MessageIsDeleted",
    "MessageIsOld",
    "MessageKind",
    "MessageNotFound",
    "MessagePosted",
    "MessageReacted",
    "MessageReported",
    "MessageStatus",
    "NotYourMessage",
    "PartReported",
    "PostMessage",
    "React",
    "RecordUpload",
    "RepliesElsewhere",
    "ReportMessage",
    "SaidTwice",
    "SaysNothing",
    "TakeInMedia",
    "TooManyReactions",
    "awaited",
    "delete",
    "edit",
    "give_up",
    "hand_over",
    "is_seen_by",
    "is_unread_by",
    "is_wanted",
    "message_at",
    "post",
    "react",
    "refuse_unclear",
    "refuse_unseen",
    "report",
    "take_in",
]

STORED_AS: Final[dict[str, type[Event]]] = {
    "message-posted.v1": MessagePosted,
    "message-edited.v1": MessageEdited,
    "message-deleted.v1": MessageDeleted,
    "message-reacted.v1": MessageReacted,
    "message-reported.v1": MessageReported,
    "message-part-reported.v1": PartReported,
    "message-file-handed-over.v1": FileHandedOver,
    "message-media-awaited.v1": MediaAwaited,
    "message-media-fetched.v1": MediaFetched,
    "message-media-failed.v1": MediaFailed,
}

AUDIENCE: Final = {"member_id": "audience"}
THREAD: Final = "thread_id"
"""Whose it is: of all who could see it when it was said."""

TOLD_AS: Final[Tellings] = {
    MessagePosted: public(
        "message.posted",
        *(
            "thread_id",
            "sequence",
            "author",
            "kind",
            "channel",
            "status",
            "reply_to",
            "mentions",
            "files",
            "template_id",
        ),
        text="text",
        id="message_id",
        local_id="local_id",
        posted_at="at",
        audience="audience",
        about=AUDIENCE,
        within=THREAD,
    ),
    MessageEdited: public(
        "message.edited",
        "thread_id",
        "text",
        id="message_id",
        edited_at="at",
        about=AUDIENCE,
        within=THREAD,
    ),
    MessageDeleted: public(
        "message.deleted",
        "thread_id",
        id="message_id",
        deleted_at="at",
        about=AUDIENCE,
        within=THREAD,
    ),
    MessageReacted: public(
        "message.reacted",
        "thread_id",
        "member_id",
        "emoji",
        id="message_id",
        about=AUDIENCE,
        within=THREAD,
    ),
    MessageReported: public(
        "message.reported",
        *("thread_id", "status", "reason"),
        id="message_id",
        reported_at="at",
        about=AUDIENCE,
        within=THREAD,
    ),
    PartReported: NOT_TOLD,  # the message is told of
    FileHandedOver: NOT_TOLD,  # nothing was said by it yet
    MediaAwaited: public(
        "message.media_awaited",
        *("thread_id", "kind"),
        id="message_id",
        about=AUDIENCE,
        within=THREAD,
    ),
    MediaFetched: public(
        "message.media_fetched",
        *("thread_id", "file_id"),
        id="message_id",
        about=AUDIENCE,
        within=THREAD,
    ),
    MediaFailed: public(
        "message.media_failed",
        *("thread_id", "reason"),
        id="message_id",
        about=AUDIENCE,
        within=THREAD,
    ),
}
