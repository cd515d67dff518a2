"""The salon's and the chat desk's paths of conversations, and of what is said in them."""

from dataclasses import replace
from typing import Annotated, Final

from fastapi import APIRouter, Query, Response
from pydantic import AliasChoices, Field

from api.compat import OldRouter, Product
from api.conversations import messages, threads
from api.conversations.threads import MayRead, MayWrite, Member
from api.problems.reasons import CONVERSING
from api.requests import ids
from api.requests.answers import Listed, Made, Row, answers
from api.requests.caller import Caller
from api.requests.forms import Body, Line, Text
from application.ports import LAST_VERSION
from domain.conversations import threads as domain
from domain.conversations.messages import MESSAGE, MessageNotFound
from domain.conversations.threads import MOST_MEMBERS, ThreadForm, ThreadNotFound
from domain.values import MessageId, ThreadId
from projections.conversations.messages import MESSAGES
from projections.conversations.threads import THREADS
from projections.paging import Op, Where

old_conversations: Final = OldRouter(
    Product.BEAUTY, prefix="/conversations", successor="/v1/threads"
)
old_messages: Final = OldRouter(Product.BEAUTY, prefix="/messages", successor="/v1/messages")
old_threads: Final = OldRouter(Product.DESK, prefix="/chat/threads", successor="/v1/threads")
old_chat: Final = OldRouter(Product.DESK, prefix="/chat/messages", successor="/v1/messages")

LISTING: Final = replace(messages.LISTING, also=("before", "thread_id"))

Before = Annotated[
    int | None, Query(ge=1, le=LAST_VERSION, description="Only what was said before this place.")
]


class OldThread(Body):
    """Who takes part besides oneself."""

    participant_ids: Annotated[
        list[Member],
        Field(
            min_length=1,
            max_length=MOST_MEMBERS,
            validation_alias=AliasChoices("participant_ids", "participants", "participantIds"),
        ),
    ]
    title: Line | None = None
    message: Text | None = None

    def new(self) -> threads.NewThread:
        """Return it as it is said today."""
        form = ThreadForm.DIRECT if len(self.participant_ids) == 1 else ThreadForm.GROUP
        return threads.NewThread(
            form=form, member_ids=self.participant_ids, title=self.title, text=self.message
        )


class OldWords(Body):
    """What is said, with the ids of files that one has uploaded."""

    text: Text | None = Field(None, validation_alias=AliasChoices("content", "text", "message"))
    attachments: Annotated[
        list[ids.File],
        Field(
            default_factory=list,
            max_length=messages.MOST_FILES,
            validation_alias=AliasChoices("attachments", "attachmentIds", "attachment_ids"),
        ),
    ]
    local_id: Line | None = Field(None, validation_alias=AliasChoices("localId", "local_id"))

    def said(self) -> messages.Said:
        """Return it as it is said today."""
        return messages.Said(
            text=self.text, mentions=[], files=self.attachments, local_id=self.local_id
        )


class OldMessage(OldWords):
    thread_id: ids.Thread = Field(validation_alias=AliasChoices("threadId", "thread_id"))


# --- The salon's --------------------------------------------------------------------------


@old_conversations.post("", status_code=201)
@answers(Row(THREADS, also=(200,)), refuses=CONVERSING)
def open_old_conversation(body: OldThread, caller: MayWrite) -> Response:
    """Begin a conversation, or have the one that there is."""
    return threads.open_thread(body.new(), caller)


@old_conversations.get("/{thread_id}/messages")
@answers(Listed(LISTING), refuses=(ThreadNotFound,))
def list_old_messages(thread_id: ids.Thread, caller: MayRead, before: Before = None) -> Response:
    """List what was said in a conversation, in order."""
    return _messages_of(thread_id, caller, before)


@old_conversations.post("/{thread_id}/messages", status_code=201)
@answers(Row(MESSAGES), refuses=messages.POSTING)
def post_old_message(thread_id: ids.Thread, body: OldWords, caller: MayWrite) -> Response:
    """Say something in a conversation."""
    return messages.post_message(thread_id, body.said(), caller)


@old_messages.put("/{message_id}/read")
@answers(Made(threads.Read, has_location=False), refuses=CONVERSING, any_version=True)
def mark_old_message_read(message_id: ids.Message, caller: MayWrite) -> Response:
    """Say that one has read all up to this message."""
    return _read(message_id, caller)


old_conversations.get("")(threads.list_inbox)
old_messages.get("/search")(messages.search_messages)

# --- The chat desk's ----------------------------------------------------------------------


class Renamed(Body):
    title: Line | None


class Assigned(Body):
    assignee_id: ids.User | None = Field(
        validation_alias=AliasChoices("assigneeId", "assignee_id", "userId")
    )


class Changed(Body):
    text: Text = Field(validation_alias=AliasChoices("content", "text"))


@old_threads.post("", status_code=201)
@answers(Row(THREADS, also=(200,)), refuses=CONVERSING)
def open_old_thread(body: OldThread, caller: MayWrite) -> Response:
    """Begin a conversation, or have the one that there is."""
    return threads.open_thread(body.new(), caller)


@old_threads.put("/{thread_id}")
@answers(Row(THREADS), refuses=CONVERSING)
def rename_old_thread(thread_id: ids.Thread, body: Renamed, caller: MayWrite) -> Response:
    """Let a conversation have another title."""
    return threads.rename_thread(thread_id, threads.Title(title=body.title), caller)


@old_threads.post("/{thread_id}/assign")
@answers(Row(THREADS), refuses=CONVERSING)
def assign_old_thread(thread_id: ids.Thread, body: Assigned, caller: MayWrite) -> Response:
    """Say who is to answer."""
    return threads.assign_thread(thread_id, threads.Answering(assignee_id=body.assignee_id), caller)


@old_threads.delete("/{thread_id}", status_code=204)
@answers(refuses=CONVERSING)
def archive_old_thread(thread_id: ids.Thread, caller: MayWrite) -> Response:
    """Put a conversation out of sight."""
    return caller.done(caller.order(domain.ArchiveThread(thread_id=thread_id), on=thread_id))


old_threads.get("")(threads.list_inbox)
old_threads.get("/{thread_id}")(threads.get_thread)
old_threads.post("/{thread_id}/close")(threads.resolve_thread)
old_threads.post("/{thread_id}/reopen")(threads.reopen_thread)


@old_chat.get("")
@answers(Listed(LISTING), refuses=(ThreadNotFound,))
def list_old_chat(thread_id: ids.Thread, caller: MayRead, before: Before = None) -> Response:
    """List what was said in a conversation, in order."""
    return _messages_of(thread_id, caller, before)


@old_chat.post("", status_code=201)
@answers(Row(MESSAGES), refuses=messages.POSTING)
def post_old_chat(body: OldMessage, caller: MayWrite) -> Response:
    """Say something in a conversation."""
    return messages.post_message(body.thread_id, body.said(), caller)


@old_chat.put("/{message_id}")
@answers(Row(MESSAGES), refuses=CONVERSING)
def edit_old_chat(message_id: ids.Message, body: Changed, caller: MayWrite) -> Response:
    """Let one's own message say something else."""
    return messages.edit_message(message_id, messages.Edited(text=body.text), caller)


@old_chat.post("/{message_id}/delivered", status_code=204)
@answers(refuses=(MessageNotFound,), records=False)
def mark_old_chat_delivered(message_id: ids.Message, caller: MayRead) -> Response:
    """Say that it has come: here it has, as soon as it is said."""
    caller.refuse_outdated()
    messages.refuse_unseen(message_id, caller)
    return Response(status_code=204)


@old_chat.post("/{message_id}/read", status_code=204)
@answers(refuses=CONVERSING, any_version=True)
def mark_old_chat_read(message_id: ids.Message, caller: MayWrite) -> Response:
    """Say that one has read all up to this message."""
    read = _read(message_id, caller)
    return Response(status_code=204, headers={k: v for k, v in read.headers.items() if k in KEPT})


old_chat.delete("/{message_id}", status_code=204)(messages.delete_message)

KEPT: Final = ("consistency-token", "idempotent-replayed")
"""Of another answer: what says what was recorded."""


def _messages_of(thread_id: ThreadId, caller: Caller, before: int | None) -> Response:
    where = [] if before is None else [Where("sequence", Op.BELOW, before)]
    return messages.listed(LISTING, thread_id, caller, *where)


def _read(message_id: MessageId, caller: Caller) -> Response:
    """Have all read up to a message that they see. Raises MessageNotFound."""
    caller.refuse_outdated()
    messages.refuse_unseen(message_id, caller)
    message = caller.ask(lambda past: past.of(MESSAGE, message_id))
    assert message.thread_id is not None, "what somebody sees is in a thread"
    reading = threads.Reading(sequence=message.sequence)
    return threads.mark_thread_read(message.thread_id, reading, caller)


ROUTERS: Final[tuple[APIRouter, ...]] = (old_conversations, old_messages, old_threads, old_chat)
