"""Use cases of threads: who takes part, where they stand, and what was read."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, Final, NamedTuple

from msgspec.structs import replace

from application.business.members import works_here
from application.conversations.assigning import given
from application.conversations.calling_off import called_off, waiting
from application.conversations.readers import conversation
from application.conversations.saying import post
from application.conversations.taking_part import (
    as_known,
    as_member,
    joining,
    recorded,
    records_of,
    refuse_absent,
)
from application.people.people import records, survivor
from application.transact import Changes, Past, UseCase, step_by_step
from domain.business.departments import DEPARTMENTS
from domain.business.users import USER
from domain.conversations import messages, threads
from domain.conversations.channels import CHANNELS
from domain.conversations.messages import MESSAGE, PostMessage, message_at
from domain.conversations.participants import MemberId, client_of
from domain.conversations.scheduled import CalledOff
from domain.conversations.threads import THREAD, Thread, ThreadEvent, ThreadForm
from domain.messages import Command
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
    return step_by_step(
        past,
        lambda _: recorded(thread_id, thread, events),
        partial(given, thread_id),
        partial(_said_at_once, command, thread_id),
    )


def _said_at_once(command: threads.OpenThread, thread_id: ThreadId, past: Past) -> Changes:
    if command.text is None:
        return {}
    author = command.opened_by
    return post(PostMessage(thread_id=thread_id, author=author, text=command.text), past)


def named(command: threads.OpenThread, past: Past) -> ThreadId:
    """Return which thread it is, or would be."""
    return threads.thread_of(understood(command, past))


def understood(command: threads.OpenThread, past: Past) -> threads.OpenThread:
    """Return the order with each member as they are known: a client by the record that stands for them, or by
    the one under which the two have a thread already. On a channel that we reach, a client has one with the
    business, whoever of it writes. Raises what `refuse_absent` raises.
    """
    for each in command.members:
        if each != command.opened_by:
            refuse_absent(each, past)
    if command.department_id is not None:
        OF_DEPARTMENT.refuse(past.of(DEPARTMENTS.aggregate, command.department_id))
    if command.channel in CHANNELS and (
        clients := list(filter(None, map(client_of, command.members)))
    ):
        theirs = conversation(command.channel, survivor(past, clients[0]), past)
        return replace(theirs, opened_by=command.opened_by, text=command.text)
    named = replace(
        command, members=tuple(dict.fromkeys(as_known(each, past) for each in command.members))
    )
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


def add(command: threads.AddMember, past: Past) -> Changes:
    """A client who takes part under another of their records does already."""
    refuse_absent(command.member_id, past)
    thread = past.of(THREAD, command.thread_id)
    who = as_member(thread, as_known(command.member_id, past), past)
    return _of_thread(threads.add, replace(command, member_id=who), past, timed=True)


def leave(command: threads.RemoveMember, past: Past) -> Changes:
    who = as_member(past.of(THREAD, command.thread_id), command.member_id, past)
    return _of_thread(threads.leave, replace(command, member_id=who), past)


def assign(command: threads.AssignThread, past: Past) -> Changes:
    """Who is to answer takes part from then on."""
    if command.assignee_id is None:
        return _of_thread(threads.assign, command, past)
    if not works_here(past.of(USER, command.assignee_id)):
        raise threads.AssigneeNotFound
    thread = past.of(THREAD, command.thread_id)
    events = threads.assign(command, thread)
    joined = joining(command.thread_id, MemberId(command.assignee_id), thread, past)
    return recorded(command.thread_id, thread, [*joined, *events] if events else [])


def over(
    decide: Callable[..., Sequence[ThreadEvent]], reason: CalledOff, command: Any, past: Past
) -> Changes:
    """Let nothing more be done about a conversation, nor said that was to be said later."""
    return step_by_step(
        past,
        lambda here: _of_thread(decide, command, here, timed=True),
        lambda here: _nothing_more(command.thread_id, reason, here),
    )


def _nothing_more(thread_id: ThreadId, reason: CalledOff, past: Past) -> Changes:
    return called_off(thread_id, waiting(past.of(THREAD, thread_id)), reason, past)


def mark_read(command: threads.MarkRead, past: Past) -> Changes:
    """Whoever takes part under several of their records has read it as each of them."""
    thread = past.of(THREAD, command.thread_id)
    who = as_member(thread, command.member_id, past)
    others = [e for e in records_of(who, past) if e in thread.members and e != who]
    events = [
        event
        for each in (who, *others)
        for event in _read(replace(command, member_id=each), thread, past)
    ]
    return recorded(command.thread_id, thread, events)


def _read(command: threads.MarkRead, thread: Thread, past: Past) -> Sequence[ThreadEvent]:
    """Count what is left. Of very much that was read at once, only so much is, as can be counted."""
    who = command.member_id
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
    return threads.read(replace(command, sequence=upto), thread, member, unread, now=past.now)


class Position(NamedTuple):
    """How far somebody has read."""

    member_id: MemberId
    read: int
    unread: int


def reading_of(thread_id: ThreadId, member_id: MemberId, past: Past) -> Position:
    """Return how far somebody has read. Raises ThreadNotFound, NotAMember."""
    thread = past.of(THREAD, thread_id)
    who = as_member(thread, member_id, past)
    member = threads.member_of(thread, who)
    return Position(who, member.read, member.unread)


def _unread(member_id: MemberId, thread_id: ThreadId, places: range, past: Past) -> int:
    """Count what somebody has to read at these places."""
    named = [message_at(thread_id, place) for place in places]
    past.foresee(MESSAGE, named)
    return sum(messages.is_unread_by(member_id, past.of(MESSAGE, each)) for each in named)


# --- How it is recorded ---------------------------------------------------------------


def _of_thread(
    decide: Callable[..., Sequence[ThreadEvent]], command: Any, past: Past, *, timed: bool = False
) -> Changes:
    thread = past.of(THREAD, command.thread_id)
    events = decide(command, thread, now=past.now) if timed else decide(command, thread)
    return recorded(command.thread_id, thread, events)


def _use_case(decide: Callable[..., Sequence[ThreadEvent]], *, timed: bool) -> UseCase[Any]:
    return lambda command, past: _of_thread(decide, command, past, timed=timed)


USE_CASES: Final[Mapping[type[Command], UseCase[Any]]] = {
    threads.OpenThread: open_,
    threads.RenameThread: _use_case(threads.rename, timed=False),
    threads.AddMember: add,
    threads.RemoveMember: leave,
    threads.AssignThread: assign,
    threads.LabelThread: _use_case(threads.label, timed=False),
    threads.SnoozeThread: _use_case(threads.snooze, timed=True),
    threads.WakeThread: _use_case(threads.wake, timed=True),
    threads.ResolveThread: partial(over, threads.resolve, CalledOff.RESOLVED),
    threads.ReopenThread: _use_case(threads.reopen, timed=True),
    threads.ArchiveThread: partial(over, threads.archive, CalledOff.ARCHIVED),
    threads.RestoreThread: _use_case(threads.restore, timed=False),
    threads.MarkRead: mark_read,
}
