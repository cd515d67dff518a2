"""Messages: what one person said in a thread. Each has a stream of its own, and so a key of its own: whoever is
erased takes along what they said, and nothing that others did.

post ─► QUEUED ─► SENDING ─► UNCERTAIN ─► SENT ─► DELIVERED ─► READ ─► PLAYED
           └─────────┴───────────┴─────────┴─► FAILED ─► DELIVERED …
                                                (where the provider says that it came after all)

Its words may be changed and taken back by who wrote them; history keeps what was there, until it is erased.
"""

from typing import Final

from domain.conversations.messages.decisions import (
    amend,
    delete,
    edit,
    is_seen_by,
    is_unread_by,
    message_at,
    name,
    post,
    react,
    refuse_unclear,
    refuse_unseen,
    reply,
    report,
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
    ForTheBusiness,
    Mark,
    MentionedNotThere,
    MessageDeleted,
    MessageEdited,
    MessageEvent,
    MessageIsDeleted,
    MessageIsOld,
    MessageKind,
    MessageNamed,
    MessageNotFound,
    MessagePosted,
    MessageReacted,
    MessageReplied,
    MessageReported,
    MessageStatus,
    NotYourMessage,
    PostMessage,
    React,
    RepliesElsewhere,
    ReportMessage,
    SaidTwice,
    SaysNothing,
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
    "ForTheBusiness",
    "Mark",
    "MentionedNotThere",
    "Message",
    "MessageDeleted",
    "MessageEdited",
    "MessageEvent",
    "MessageIsDeleted",
    "MessageIsOld",
    "MessageKind",
    "MessageNamed",
    "MessageNotFound",
    "MessagePosted",
    "MessageReacted",
    "MessageReplied",
    "MessageReported",
    "MessageStatus",
    "NotYourMessage",
    "PostMessage",
    "React",
    "RepliesElsewhere",
    "ReportMessage",
    "SaidTwice",
    "SaysNothing",
    "TooManyReactions",
    "amend",
    "delete",
    "edit",
    "is_seen_by",
    "is_unread_by",
    "message_at",
    "name",
    "post",
    "react",
    "refuse_unclear",
    "refuse_unseen",
    "reply",
    "report",
]

STORED_AS: Final[dict[str, type[Event]]] = {
    "message-posted.v1": MessagePosted,
    "message-named.v1": MessageNamed,
    "message-replied.v1": MessageReplied,
    "message-edited.v1": MessageEdited,
    "message-deleted.v1": MessageDeleted,
    "message-reacted.v1": MessageReacted,
    "message-reported.v1": MessageReported,
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
        payload="payload",
        id="message_id",
        local_id="local_id",
        posted_at="at",
        audience="audience",
        about=AUDIENCE,
        within=THREAD,
    ),
    MessageNamed: NOT_TOLD,
    MessageReplied: public(
        "message.replied",
        *("thread_id", "reply_to"),
        id="message_id",
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
}
