"""Conversations over HTTP: who takes part, who is to answer, and where they stand."""

from typing import Annotated, Final

import msgspec
from fastapi import Query, Response
from pydantic import Field

from api.operations.history import Steps
from api.problems.reasons import CONVERSING
from api.requests import ids
from api.requests.answers import Listed, Made, Row, answers
from api.requests.caller import JSON, Caller, new_id
from api.requests.forms import After, Body, Channel, Line, Text
from api.requests.including import Includes, Referred, shown_with
from api.requests.listing import Listing
from api.requests.meanings import PERSON
from api.requests.moments import InUtc, instant
from api.requests.parsing import boolean, number, one_of, text
from api.web.gate import may
from api.web.routing import Router
from api.web.turns import heavy
from application.conversations.taking_part import records_of
from application.conversations.threads import named, reading_of
from application.permissions import Permission, PermissionMissing
from application.ports import LAST_VERSION
from domain.conversations import threads
from domain.conversations.messages import IN_APP
from domain.conversations.participants import MemberId
from domain.conversations.threads import (
    MOST_LABELS,
    MOST_MEMBERS,
    ThreadForm,
    ThreadOpened,
    ThreadStatus,
)
from domain.messages import Value
from domain.values import ThreadId
from projections.conversations.inbox import INBOX
from projections.conversations.messages import MESSAGES
from projections.conversations.threads import THREADS
from projections.paging import Op, Where
from projections.people.clients import CLIENTS

Archived = Annotated[bool, Query(description="Those that were put away as well.")]
MayRead = Annotated[Caller, may(Permission.THREADS_READ)]
MayWrite = Annotated[Caller, may(Permission.THREADS_WRITE)]

router: Final = Router(prefix="/v1/threads", tags=["threads"])

INCLUDES: Final[Includes] = {
    "client": Referred("client_id", CLIENTS, stands_for="merged_into"),
    "last_message": Referred("last_message_id", MESSAGES, seen_with="id"),
}
LISTING: Final = Listing(
    model=THREADS,
    filters={
        "status": one_of(ThreadStatus),
        "channel": text,
        "client_id": text,
        "department_id": text,
        "assignee_id": text,
        "is_waiting": boolean,
        "opened_at": instant,
        "last_at": instant,
    },
    spans=("opened_at", "last_at"),
    sorts=("last_at", "opened_at"),
    default_sort="-last_at",
    also=("archived",),
    meanings={"client_id": PERSON},
    includes=INCLUDES,
    changes=True,
)
INBOX_LISTING: Final = Listing(
    model=INBOX,
    filters={"status": one_of(ThreadStatus), "is_archived": boolean, "unread": number},
    spans=("unread",),
    sorts=("last_at", "unread"),
    default_sort="-last_at",
    includes={
        "thread": Referred("thread_id", THREADS, seen_with="thread_id"),
        "last_message": Referred("last_message_id", MESSAGES, seen_with="thread_id"),
    },
)

THERE: Final = Where("archived_at", Op.MISSING)
"""What was not put away."""

Member = Annotated[MemberId, ids.id_of("(client|user)")]
Label = Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[^\x00-\x1f]+$")]


class NewThread(Body):
    """Between whom it is, oneself left out: one other, several, or a department. `text` is said at once."""

    form: ThreadForm = ThreadForm.DIRECT
    member_ids: Annotated[list[Member], Field(default_factory=list, max_length=MOST_MEMBERS)]
    channel: Channel = IN_APP
    title: Line | None = None
    department_id: ids.Department | None = None
    text: Text | None = None


class Title(Body):
    title: Line | None


class Joining(Body):
    member_id: Member


class Answering(Body):
    assignee_id: ids.User | None


class Labels(Body):
    labels: Annotated[list[Label], Field(max_length=MOST_LABELS)]


class Snooze(Body):
    until: InUtc


class Reading(Body):
    """The place of the last message that was read."""

    sequence: Annotated[int, Field(strict=True, ge=0, le=LAST_VERSION)]


class Read(Value, frozen=True, kw_only=True):
    """How far somebody has read, and how many messages they have not."""

    thread_id: ThreadId
    member_id: MemberId
    sequence: int
    unread: int


@router.post("", status_code=201)
@answers(Row(THREADS, also=(200,)), refuses=CONVERSING)
def open_thread(body: NewThread, caller: MayWrite) -> Response:
    """Begin a conversation. Two have one on each channel: it is the same, whoever of them begins it."""
    me = oneself(caller)
    command = threads.OpenThread(
        form=body.form,
        opened_by=me,
        members=(me, *dict.fromkeys(each for each in body.member_ids if each != me)),
        seed=new_id("thread"),
        channel=body.channel,
        title=body.title,
        department_id=body.department_id,
        text=body.text,
    )
    answer = caller.order(command)
    opened = [past.stream for past in answer.recorded if isinstance(past.event, ThreadOpened)]
    there = opened[0] if opened else caller.ask(lambda past: named(command, past))
    response = caller.answered(THREADS, there, answer, 201 if opened else 200)
    response.headers["Location"] = f"/v1/threads/{there}"
    return response


@router.get("")
@answers(Listed(LISTING))
def list_threads(caller: MayRead, *, archived: Archived = False) -> Response:
    """List the conversations of the business, the liveliest first; with `archived`, those that were put away,
    too. One's own, with what one has not read, are in the inbox.
    """
    return LISTING.answer(caller, where=[] if archived else [THERE])


@router.get("/{thread_id}")
@answers(Row(THREADS, INCLUDES))
def get_thread(thread_id: ids.Thread, caller: MayRead) -> Response:
    """Show a conversation: who takes part, who is to answer, and where it stands."""
    return shown_with(caller, lambda: caller.document(THREADS, thread_id), INCLUDES)


@router.get("/{thread_id}/history")
@answers(Made(Steps))
@heavy
def show_thread_history(thread_id: ids.Thread, caller: MayRead, after: After = 0) -> Response:
    """Show what happened to a conversation `after` a version: when, and by whom. With `has_more` it goes on
    after the last. Clients are not shown it: it tells what the business thinks of them.
    """
    caller.refuse_clients()
    steps = caller.steps(THREADS, thread_id, after=after)
    return Response(msgspec.json.encode(steps), media_type=JSON)


# --- Who takes part -----------------------------------------------------------------------


@router.post("/{thread_id}/title")
@answers(Row(THREADS), refuses=CONVERSING)
def rename_thread(thread_id: ids.Thread, body: Title, caller: MayWrite) -> Response:
    """Let a conversation have another title, or with `null` none."""
    command = threads.RenameThread(thread_id=thread_id, title=body.title)
    return caller.changed(THREADS, thread_id, command)


@router.post("/{thread_id}/members")
@answers(Row(THREADS), refuses=CONVERSING)
def add_member_to_thread(thread_id: ids.Thread, body: Joining, caller: MayWrite) -> Response:
    """Let somebody take part. A client sees what is said from now on; a colleague, all that was."""
    command = threads.AddMember(thread_id=thread_id, member_id=body.member_id)
    return caller.changed(THREADS, thread_id, command)


@router.delete("/{thread_id}/members/{member_id}", status_code=204)
@answers(refuses=CONVERSING)
def remove_member_from_thread(
    thread_id: ids.Thread, member_id: Member, caller: MayWrite
) -> Response:
    """Let somebody take part no longer; or leave oneself."""
    command = threads.RemoveMember(thread_id=thread_id, member_id=member_id)
    return caller.done(caller.order(command, on=thread_id))


@router.post("/{thread_id}/assignment")
@answers(Row(THREADS), refuses=CONVERSING)
def assign_thread(thread_id: ids.Thread, body: Answering, caller: MayWrite) -> Response:
    """Say who is to answer, or with `null` nobody. Whoever takes it over names themselves."""
    command = threads.AssignThread(thread_id=thread_id, assignee_id=body.assignee_id)
    return caller.changed(THREADS, thread_id, command)


@router.post("/{thread_id}/labels")
@answers(Row(THREADS), refuses=CONVERSING)
def label_thread(thread_id: ids.Thread, body: Labels, caller: MayWrite) -> Response:
    """Let a conversation have these labels, and no others."""
    command = threads.LabelThread(thread_id=thread_id, labels=tuple(body.labels))
    return caller.changed(THREADS, thread_id, command)


# --- Where it stands ----------------------------------------------------------------------


@router.post("/{thread_id}/snooze")
@answers(Row(THREADS), refuses=CONVERSING)
def snooze_thread(thread_id: ids.Thread, body: Snooze, caller: MayWrite) -> Response:
    """Put a conversation aside until a time, or until somebody answers."""
    command = threads.SnoozeThread(thread_id=thread_id, until=body.until)
    return caller.changed(THREADS, thread_id, command)


@router.post("/{thread_id}/resolution")
@answers(Row(THREADS), refuses=CONVERSING)
def resolve_thread(thread_id: ids.Thread, caller: MayWrite) -> Response:
    """Say that nothing more is to be done. Who answers has it open again."""
    return caller.changed(THREADS, thread_id, threads.ResolveThread(thread_id=thread_id))


@router.post("/{thread_id}/reopening")
@answers(Row(THREADS), refuses=CONVERSING)
def reopen_thread(thread_id: ids.Thread, caller: MayWrite) -> Response:
    """Say that there is something to be done after all."""
    return caller.changed(THREADS, thread_id, threads.ReopenThread(thread_id=thread_id))


@router.post("/{thread_id}/archival")
@answers(Row(THREADS), refuses=CONVERSING)
def archive_thread(thread_id: ids.Thread, caller: MayWrite) -> Response:
    """Put a conversation out of sight. It is back once a client writes in it."""
    return caller.changed(THREADS, thread_id, threads.ArchiveThread(thread_id=thread_id))


@router.post("/{thread_id}/restoration")
@answers(Row(THREADS), refuses=CONVERSING)
def restore_thread(thread_id: ids.Thread, caller: MayWrite) -> Response:
    """Have a conversation back that was put away."""
    return caller.changed(THREADS, thread_id, threads.RestoreThread(thread_id=thread_id))


# --- What was read ------------------------------------------------------------------------


@router.post("/{thread_id}/reading")
@answers(Made(Read, has_location=False), refuses=CONVERSING, any_version=True)
def mark_thread_read(thread_id: ids.Thread, body: Reading, caller: MayWrite) -> Response:
    """Say that one has read all up to a message. What was read stays read; of more than 500 messages that
    others have followed by as many, 500 are read at once.
    """
    me = oneself(caller)
    command = threads.MarkRead(thread_id=thread_id, member_id=me, sequence=body.sequence)
    answer = caller.order(command)
    read = caller.ask(lambda past: reading_of(thread_id, me, past))
    found = Read(
        thread_id=thread_id, member_id=read.member_id, sequence=read.read, unread=read.unread
    )
    return Response(msgspec.json.encode(found), 200, caller.marks(answer), JSON)


# --- One's own ----------------------------------------------------------------------------

inbox: Final = Router(prefix="/v1/inbox", tags=["threads"])


@inbox.get("")
@answers(Listed(INBOX_LISTING))
def list_inbox(caller: MayRead) -> Response:
    """List the conversations that one takes part in, the liveliest first, with how far one has read them."""
    me = caller.principal.member_id
    mine = [] if me is None else [*caller.ask(lambda past: records_of(MemberId(me), past))]
    return INBOX_LISTING.answer(caller, where=[Where("member_id", Op.IS, mine)])


def oneself(caller: Caller) -> MemberId:
    """Return as whom somebody takes part in conversations. Raises PermissionMissing for a client of whom there is
    no record yet.
    """
    me = caller.principal.member_id
    if me is None:
        raise PermissionMissing(permission=Permission.THREADS_WRITE)
    return MemberId(me)
