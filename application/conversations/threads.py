"""Use cases of threads, and of what is said in them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, Final, NamedTuple

from msgspec.structs import replace

from application.people.people import records, refuse_unknown_client, survivor
from application.sales.members import works_here
from application.transact import Changes, Past, UseCase, one_by_one
from domain.business.departments import DEPARTMENTS
from domain.business.users import USER
from domain.conversations import messages, threads
from domain.conversations.messages import MESSAGE, Message, MessageKind, message_at
from domain.conversations.participants import MemberId, client_of, is_staff, user_of
from domain.conversations.threads import THREAD, Thread, ThreadEvent, ThreadForm
from domain.messages import Command, Event
from domain.people.clients import CLIENT
from domain.records import to
from domain.values import ThreadId

OF_DEPARTMENT: Final = to(DEPARTMENTS)

MOST_READ: Final = 500
"""Messages that are looked at to find how many somebody has not read."""


def open_(command: threads.OpenThread, past: Past) -> Changes:
    """Let there be a conversation, with what is said at once."""
    command = understood(command, past)
    thread_id = threads.thread_of(command)
    thread = past.of(THREAD, thread_id)
    events = threads.open_(command, thread, now=past.now)
    opened: Changes = _recorded(thread_id, thread, events)
    if command.text is None:
        return opened
    said = messages.PostMessage(thread_id=thread_id, author=command.opened_by, text=command.text)
    steps: tuple[Callable[[Past], Changes], ...] = (lambda _: opened, partial(post, said))
    return one_by_one(steps, past, lambda step, here: step(here))


def named(command: threads.OpenThread, past: Past) -> ThreadId:
    """Return which thread it is, or would be."""
    return threads.thread_of(understood(command, past))


def understood(command: threads.OpenThread, past: Past) -> threads.OpenThread:
    """Return the order with each member as they are known: a client by the record that stands for them, or by
    the one under which the two have a thread already. Raises what `refuse_absent` raises.
    """
    for each in command.members:
        if each != command.opened_by:
            refuse_absent(each, past)
    if command.department_id is not None:
        OF_DEPARTMENT.refuse(past.of(DEPARTMENTS.aggregate, command.department_id))
    named = replace(command, members=tuple(_as_known(each, past) for each in command.members))
    if command.form is not ThreadForm.DIRECT:
        return named
    return next((each for each in _between(named, past) if _is_there(each, past)), named)


def _between(command: threads.OpenThread, past: Past) -> Iterable[threads.OpenThread]:
    """Return the order for each record under which the two may have met."""
    for each in command.members:
        if (client := client_of(each)) is not None:
            for record in records(past, client):
                members = tuple(MemberId(record) if m == each else m for m in command.members)
                yield replace(command, members=members)


def _is_there(command: threads.OpenThread, past: Past) -> bool:
    return past.of(THREAD, threads.thread_of(command)).opened_at is not None


def refuse_absent(member_id: MemberId, past: Past) -> None:
    """Refuse whoever is not here. Raises MembersNotFound, ClientNotFound, PersonalDataErased."""
    if (client := client_of(member_id)) is not None:
        refuse_unknown_client(past, survivor(past, client))
        if past.of(CLIENT, survivor(past, client)).erased:
            raise threads.MembersNotFound(member_id=member_id)
    elif not works_here(past.of(USER, user_of(member_id) or "")):
        raise threads.MembersNotFound(member_id=member_id)


def _as_known(member_id: MemberId, past: Past) -> MemberId:
    client = client_of(member_id)
    return member_id if client is None else MemberId(survivor(past, client))


def add(command: threads.AddMember, past: Past) -> Changes:
    refuse_absent(command.member_id, past)
    order = replace(command, member_id=_as_known(command.member_id, past))
    return _of_thread(threads.add, order, past, timed=True)


def assign(command: threads.AssignThread, past: Past) -> Changes:
    """Who is to answer takes part from then on."""
    if command.assignee_id is None:
        return _of_thread(threads.assign, command, past)
    if not works_here(past.of(USER, command.assignee_id)):
        raise threads.AssigneeNotFound
    thread = past.of(THREAD, command.thread_id)
    events = threads.assign(command, thread)
    joined = _joined(command.thread_id, MemberId(command.assignee_id), thread, past)
    return _recorded(command.thread_id, thread, [*joined, *events] if events else [])


def mark_read(command: threads.MarkRead, past: Past) -> Changes:
    """Count what is left. Of very much that was read at once, only so much is, as can be counted."""
    thread = past.of(THREAD, command.thread_id)
    who = _as_member(thread, command.member_id, past)
    member = threads.member_of(thread, who)
    upto = min(command.sequence, thread.last)
    unread = 0
    if member.read < upto < thread.last:
        behind = range(member.read + 1, upto + 1)[:MOST_READ]
        ahead = range(upto + 1, thread.last + 1)
        if len(ahead) <= len(behind):
            unread = _unread(who, command.thread_id, ahead, past)
        else:
            upto = behind[-1]
            unread = member.unread - _unread(who, command.thread_id, behind, past)
    order = replace(command, member_id=who, sequence=upto)
    events = threads.read(order, thread, member, unread, now=past.now)
    return _recorded(command.thread_id, thread, events)


class Position(NamedTuple):
    """How far somebody has read."""

    member_id: MemberId
    read: int
    unread: int


def reading_of(thread_id: ThreadId, member_id: MemberId, past: Past) -> Position:
    """Return how far somebody has read. Raises ThreadNotFound, NotAMember."""
    thread = past.of(THREAD, thread_id)
    who = _as_member(thread, member_id, past)
    member = threads.member_of(thread, who)
    return Position(who, member.read, member.unread)


def _unread(member_id: MemberId, thread_id: ThreadId, places: range, past: Past) -> int:
    """Count what somebody has to read at these places."""
    named = [message_at(thread_id, place) for place in places]
    past.foresee(MESSAGE, named)
    return sum(messages.is_unread_by(member_id, past.of(MESSAGE, each)) for each in named)


# --- What is said ---------------------------------------------------------------------


def post(command: messages.PostMessage, past: Past) -> Changes:
    """Let somebody say something. Who works here and has leave for it takes part by it."""
    thread_id = command.thread_id
    thread = past.of(THREAD, thread_id)
    threads.refuse_unknown(thread)
    author = _as_member(thread, command.author, past)
    before = _joined(thread_id, author, thread, past)
    there = THREAD.fold(before, thread)
    posted = messages.post(
        replace(command, author=author),
        there.last + 1,
        threads.seen_by(there, among_colleagues=command.kind is MessageKind.NOTE),
        there.client_id,
        now=past.now,
    )
    _refuse_elsewhere(posted, past)
    past.of(MESSAGE, posted.message_id)
    events = [*before, *_opened_again(posted, there, past), threads.counted(posted)]
    return {**_recorded(thread_id, thread, events), posted.message_id: [posted]}


def _opened_again(
    posted: messages.MessagePosted, thread: Thread, past: Past
) -> Sequence[ThreadEvent]:
    if posted.kind is not MessageKind.TEXT:
        return []
    return threads.answered(posted.thread_id, posted.author, thread, past.now)


def _refuse_elsewhere(posted: messages.MessagePosted, past: Past) -> None:
    """Refuse a reply to what is not in this thread, or what they do not see. Raises RepliesElsewhere."""
    if posted.reply_to is not None:
        known = past.of(MESSAGE, posted.reply_to)
        if known.thread_id != posted.thread_id or posted.author not in known.audience:
            raise messages.RepliesElsewhere


def edit(command: messages.EditMessage, past: Past) -> Changes:
    message = past.of(MESSAGE, command.message_id)
    order = replace(command, by=_as_author(message, command.by, past))
    return {command.message_id: messages.edit(order, message, now=past.now)}


def delete(command: messages.DeleteMessage, past: Past) -> Changes:
    message = past.of(MESSAGE, command.message_id)
    by = None if command.by is None else _as_author(message, command.by, past)
    events = messages.delete(replace(command, by=by), message, now=past.now)
    if not events or message.thread_id is None:
        return {}
    thread = past.of(THREAD, message.thread_id)
    less = threads.discounted(command.message_id, message)
    return {command.message_id: events, **_recorded(message.thread_id, thread, less)}


def react(command: messages.React, past: Past) -> Changes:
    message = past.of(MESSAGE, command.message_id)
    who = _one_of(message.audience, command.member_id, past)
    messages.refuse_unseen(message, who)
    return {command.message_id: messages.react(replace(command, member_id=who), message)}


def report(command: messages.ReportMessage, past: Past) -> Changes:
    message = past.of(MESSAGE, command.message_id)
    return {command.message_id: messages.report(command, message)}


# --- Who somebody is in a thread --------------------------------------------------------


def _as_member(thread: Thread, member_id: MemberId, past: Past) -> MemberId:
    return _one_of(thread.members, member_id, past)


def _as_author(message: Message, member_id: MemberId, past: Past) -> MemberId:
    return _one_of((message.author,), member_id, past)


def records_of(member_id: MemberId, past: Past) -> tuple[MemberId, ...]:
    """Return all by which somebody may take part."""
    client = client_of(member_id)
    if client is None:
        return (member_id,)
    return tuple(MemberId(each) for each in records(past, client))


def _one_of(known: Iterable[MemberId], member_id: MemberId, past: Past) -> MemberId:
    """Return as whom somebody is known there: a client may have taken part under another of their records."""
    client = client_of(member_id)
    if client is None or member_id in known:
        return member_id
    theirs = (MemberId(each) for each in records(past, client))
    return next((each for each in theirs if each in known), member_id)


def _joined(
    thread_id: ThreadId, member_id: MemberId, thread: Thread, past: Past
) -> Sequence[ThreadEvent]:
    if member_id in thread.members or not is_staff(member_id):
        return []
    return [threads.joined(thread_id, member_id, thread, past.now)]


# --- How it is recorded ---------------------------------------------------------------


def _of_thread(
    decide: Callable[..., Sequence[ThreadEvent]], command: Any, past: Past, *, timed: bool = False
) -> Changes:
    thread = past.of(THREAD, command.thread_id)
    events = decide(command, thread, now=past.now) if timed else decide(command, thread)
    return _recorded(command.thread_id, thread, events)


def _recorded(thread_id: ThreadId, thread: Thread, events: Sequence[ThreadEvent]) -> Changes:
    found: Sequence[Event] = threads.carried(thread_id, thread, events) if events else events
    return {thread_id: found}


def _use_case(decide: Callable[..., Sequence[ThreadEvent]], *, timed: bool) -> UseCase[Any]:
    return lambda command, past: _of_thread(decide, command, past, timed=timed)


USE_CASES: Final[Mapping[type[Command], UseCase[Any]]] = {
    threads.OpenThread: open_,
    threads.RenameThread: _use_case(threads.rename, timed=False),
    threads.AddMember: add,
    threads.RemoveMember: _use_case(threads.leave, timed=False),
    threads.AssignThread: assign,
    threads.LabelThread: _use_case(threads.label, timed=False),
    threads.SnoozeThread: _use_case(threads.snooze, timed=True),
    threads.WakeThread: _use_case(threads.wake, timed=True),
    threads.ResolveThread: _use_case(threads.resolve, timed=True),
    threads.ReopenThread: _use_case(threads.reopen, timed=True),
    threads.ArchiveThread: _use_case(threads.archive, timed=True),
    threads.RestoreThread: _use_case(threads.restore, timed=False),
    threads.MarkRead: mark_read,
    messages.PostMessage: post,
    messages.EditMessage: edit,
    messages.DeleteMessage: delete,
    messages.React: react,
    messages.ReportMessage: report,
}
