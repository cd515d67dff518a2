"""What is said in conversations, over HTTP."""

from typing import Annotated, Any, Final

import msgspec
from fastapi import Response
from pydantic import Field

from api.conversations.falling_back import Fallback, fallback_of, offering
from api.conversations.filling_in import MADE_OF_TEMPLATE, FilledBody, from_template
from api.conversations.threads import MayRead, MayWrite, Member, oneself
from api.operations.history import Steps
from api.problems.reasons import CONVERSING
from api.requests import ids
from api.requests.answers import Listed, Made, Row, answers
from api.requests.caller import JSON, Caller
from api.requests.forms import After, Body, Channel, Line, Sought, Text
from api.requests.including import Includes, Referred, shown_with
from api.requests.listing import Listing
from api.requests.moments import instant
from api.requests.parsing import number, one_of, text
from api.requests.values import form_of
from api.web.gate import may
from api.web.routing import Router
from api.web.turns import heavy
from application.conversations.reach import behind, message_seen
from application.permissions import Permission
from domain.conversations.choices import (
    Button,
    Choices,
    ChoicesUnclear,
    ListOfChoices,
    ListRow,
    Section,
)
from domain.conversations.messages import (
    MOST_FILES,
    MOST_MENTIONS,
    DeleteMessage,
    EditMessage,
    MessageKind,
    MessageNotFound,
    MessagePosted,
    PostMessage,
    React,
    SendAgain,
)
from domain.conversations.reaching import WriteToClient
from domain.conversations.threads import ThreadNotFound
from domain.files import files
from domain.values import MessageId, ThreadId
from projections.conversations.messages import MESSAGES
from projections.conversations.threads import THREADS
from projections.files.files import FILES
from projections.paging import Op, Where
from projections.search import said

MayAudit = Annotated[Caller, may(Permission.HISTORY_READ)]

router: Final = Router(tags=["threads"])

INCLUDES: Final[Includes] = {"files": Referred("files", FILES, seen_with="id")}
LISTING: Final = Listing(
    model=MESSAGES,
    filters={"kind": one_of(MessageKind), "sequence": number, "posted_at": instant},
    spans=("sequence", "posted_at"),
    sorts=("sequence", "said_at"),
    default_sort="sequence",
    includes=INCLUDES,
)
SEARCH: Final = Listing(
    model=MESSAGES,
    filters={"author": text, "posted_at": instant},
    spans=("posted_at",),
    sorts=("posted_at",),
    default_sort="-posted_at",
    also=("q",),
    includes={**INCLUDES, "thread": Referred("thread_id", THREADS, seen_with="thread_id")},
)
FOR_ALL: Final = Where("kind", Op.IS, [MessageKind.TEXT, MessageKind.SYSTEM])
"""What is not among colleagues."""

Emoji = Annotated[str, Field(min_length=1, max_length=16, pattern=r"^[^\x00-\x20]+$")]


CHOICES: Final = (
    Choices(
        buttons=(Button(id="10:00", title="10 h"), Button(id="11:00", title="11 h")),
        footer="Salon Ana",
    ),
    Choices(
        list=ListOfChoices(
            button="Choisir",
            sections=(Section(rows=(ListRow(id="cut", title="Coupe", description="45 min"),)),),
        )
    ),
)

ChoicesBody: Any = form_of(Choices, {}, examples=CHOICES)


def _choices(body: Any) -> Choices | None:
    return None if body is None else msgspec.convert(body.model_dump(), Choices)


class Said(Body):
    """Where the channel has them (WhatsApp), there may be `choices` below the text: up to three buttons, or a list of up
    to ten rows; what somebody chooses comes back as their answer, with the `id` as its `payload`.

    `local_id` is what the sender's own device calls it: it comes back as it is. A `note` is for colleagues
    only. Instead of `text` there may be a `template`. The `fallback` is sent where nothing can be said freely any
    more on the channel as it goes out. `files` are those that one has uploaded as attachments of oneself
    (`/v1/files`), each sent once.
    """

    text: Text | None = None
    template: FilledBody | None = None
    fallback: FilledBody | None = None
    kind: MessageKind = MessageKind.TEXT
    reply_to: ids.Message | None = None
    mentions: Annotated[list[Member], Field(default_factory=list, max_length=MOST_MENTIONS)]
    files: Annotated[list[ids.File], Field(default_factory=list, max_length=MOST_FILES)]
    choices: ChoicesBody | None = None
    local_id: Line | None = None


class Edited(Body):
    text: Text


class Reaction(Body):
    emoji: Emoji | None


POSTING: Final = (
    *CONVERSING,
    ChoicesUnclear,
    *MADE_OF_TEMPLATE,
    files.FileNotFound,
    files.FileHasNotCome,
    files.FileIsGone,
    files.FileIsRefused,
    files.FileIsRemoved,
    files.OwnerCannotHaveIt,
)


@router.post("/v1/threads/{thread_id}/messages", status_code=201)
@answers(Row(MESSAGES), refuses=POSTING)
def post_message(
    thread_id: ids.Thread, body: Said, caller: MayWrite, fallback: Fallback = None
) -> Response:
    """Say something in a conversation. Each message has the next place in it, whoever writes at the same time."""
    command = PostMessage(
        thread_id=thread_id,
        author=oneself(caller),
        text=body.text,
        template=from_template(body.template),
        fallback=fallback_of(body.fallback, fallback, caller),
        kind=body.kind,
        reply_to=body.reply_to,
        mentions=tuple(dict.fromkeys(body.mentions)),
        files=tuple(dict.fromkeys(body.files)),
        choices=_choices(body.choices),
        local_id=body.local_id,
    )
    return _said(command, caller)


def _said(command: PostMessage | WriteToClient, caller: Caller) -> Response:
    """Have something said, and answer with the message."""
    with offering(caller):
        answer = caller.order(command)
    posted = next(past for past in answer.recorded if isinstance(past.event, MessagePosted))
    response = caller.answered(MESSAGES, posted.stream, answer, 201)
    response.headers["Location"] = f"/v1/messages/{posted.stream}"
    return response


class Written(Body):
    """`text`, or a `template`; and which `fallback` is sent where nothing can be said freely any more."""

    channel: Channel
    text: Text | None = None
    template: FilledBody | None = None
    fallback: FilledBody | None = None
    local_id: Line | None = None


@router.post("/v1/clients/{client_id}/messages", status_code=201)
@answers(Row(MESSAGES), refuses=POSTING)
def write_to_client(
    client_id: ids.Client, body: Written, caller: MayWrite, fallback: Fallback = None
) -> Response:
    """Write to a client on a channel, by what they are called there or else by their number, in the conversation that
    they and the business have on it. If they never wrote, a template begins it.
    """
    command = WriteToClient(
        client_id=client_id,
        channel=body.channel,
        author=oneself(caller),
        kind=MessageKind.TEXT,
        text=body.text,
        template=from_template(body.template),
        fallback=fallback_of(body.fallback, fallback, caller),
        local_id=body.local_id,
    )
    return _said(command, caller)


@router.get("/v1/threads/{thread_id}/messages")
@answers(Listed(LISTING), refuses=(ThreadNotFound,))
def list_messages(thread_id: ids.Thread, caller: MayRead) -> Response:
    """List what was said in a conversation, in order. `sort=-sequence` begins with the newest, and `sort=said_at` shows
    what came late from another channel where it was said.
    """
    return listed(LISTING, thread_id, caller)


def listed(listing: Listing, thread_id: ThreadId, caller: Caller, *also: Where) -> Response:
    """Answer with what somebody sees of a conversation, for which this holds `also`. Raises ThreadNotFound."""
    seen = caller.ask(lambda past: behind(thread_id, caller.reach, past))
    caller.sees_also([thread_id])
    place = Where("sequence", Op.ABOVE, seen.since)
    where = [Where("thread_id", Op.IS, [thread_id]), place, *also]
    return listing.answer(caller, where=where if seen.notes else [*where, FOR_ALL])


@router.get("/v1/messages")
@answers(Listed(SEARCH))
def search_messages(caller: MayRead, q: Sought = "") -> Response:
    """Find what was said in conversations that one sees, the newest first, by any part of its words, with
    accents or without. Among very many a page may be short, or empty: go on while there is more.
    """
    where = [] if not caller.principal.is_client else [FOR_ALL]
    words = [("r.words LIKE %s", (pattern,)) for pattern in said(q)]
    return SEARCH.answer(caller, where=where, extra=words)


@router.get("/v1/messages/{message_id}")
@answers(Row(MESSAGES, INCLUDES), refuses=(MessageNotFound,))
def get_message(message_id: ids.Message, caller: MayRead) -> Response:
    """Show a message as it is now. Of one that was deleted it is said that there was one."""
    refuse_unseen(message_id, caller)
    return shown_with(caller, lambda: caller.document(MESSAGES, message_id), INCLUDES)


@router.get("/v1/messages/{message_id}/history")
@answers(Made(Steps))
@heavy
def show_message_history(message_id: ids.Message, caller: MayAudit, after: After = 0) -> Response:
    """Show what happened to a message `after` a version: also what it said before it was changed or deleted."""
    steps = caller.steps(MESSAGES, message_id, after=after)
    return Response(msgspec.json.encode(steps), media_type=JSON)


@router.put("/v1/messages/{message_id}")
@answers(Row(MESSAGES), refuses=CONVERSING)
def edit_message(message_id: ids.Message, body: Edited, caller: MayWrite) -> Response:
    """Let one's own message say something else, within a day. History keeps what it said."""
    command = EditMessage(message_id=message_id, by=oneself(caller), text=body.text)
    return caller.changed(MESSAGES, message_id, command)


@router.delete("/v1/messages/{message_id}", status_code=204)
@answers(refuses=CONVERSING)
def delete_message(message_id: ids.Message, caller: MayWrite) -> Response:
    """Take back one's own message; or another's, for who may write in all conversations."""
    by = None if caller.principal.may(Permission.THREADS_WRITE) else oneself(caller)
    command = DeleteMessage(message_id=message_id, by=by)
    return caller.done(caller.order(command, on=message_id))


@router.post("/v1/messages/{message_id}/reaction")
@answers(Row(MESSAGES), refuses=CONVERSING, any_version=True)
def react_to_message(message_id: ids.Message, body: Reaction, caller: MayWrite) -> Response:
    """React to a message with an emoji, or with `null` no longer. Nobody has to read it."""
    command = React(message_id=message_id, member_id=oneself(caller), emoji=body.emoji)
    return caller.changed(MESSAGES, message_id, command)


@router.post("/v1/messages/{message_id}/send-again")
@answers(Row(MESSAGES), refuses=CONVERSING, any_version=True)
def send_message_again(message_id: ids.Message, caller: MayWrite) -> Response:
    """Have a message sent once more that has failed, or of which nobody knows whether it arrived (`uncertain`): it may
    arrive twice then. Each asking sends it once.
    """
    command = SendAgain(message_id=message_id, by=oneself(caller))
    return caller.changed(MESSAGES, message_id, command)


def refuse_unseen(message_id: MessageId, caller: Caller) -> None:
    """Raise MessageNotFound for who does not see it."""
    caller.ask(lambda past: message_seen(message_id, caller.reach, past))
