"""How each event moves a thread on."""

from collections.abc import Mapping
from datetime import datetime
from typing import assert_never

from msgspec.structs import replace

from domain.aggregate import Aggregate
from domain.conversations.participants import Member, MemberId
from domain.conversations.threads.messages import (
    MemberJoined,
    MemberLeft,
    MessageAwaited,
    MessageAwaitedNoMore,
    MessageCounted,
    MessageDiscounted,
    ReadingMoved,
    RecipientStopped,
    Thread,
    ThreadArchived,
    ThreadAssigned,
    ThreadCarried,
    ThreadEvent,
    ThreadLabelled,
    ThreadOpened,
    ThreadRenamed,
    ThreadReopened,
    ThreadResolved,
    ThreadRestored,
    ThreadSnoozed,
    ThreadStatus,
    Told,
)
from domain.conversations.windows import heard_by
from domain.values import ScheduledId

Members = Mapping[MemberId, Member]


def evolve(thread: Thread, event: ThreadEvent) -> Thread:
    if isinstance(event, ThreadCarried):
        return event.thread
    return replace(_evolve(thread, event), since_carried=thread.since_carried + 1)


def _evolve(thread: Thread, event: Told) -> Thread:
    match event:
        case MessageCounted():
            members = thread.members if event.quiet else _counted(thread.members, event)
            lines = heard_by(thread.lines, event.line) if event.line else thread.lines
            return replace(thread, members=members, last=event.sequence, lines=lines)
        case MessageDiscounted():
            return replace(thread, members=_discounted(thread.members, event))
        case ReadingMoved():
            return replace(thread, members=_read(thread.members, event))
        case ThreadOpened():
            return _opened(event)
        case MemberJoined() | MemberLeft():
            return replace(thread, members=_joined(thread.members, event))
        case MessageAwaited() | MessageAwaitedNoMore():
            return replace(thread, scheduled=_awaited(thread.scheduled, event))
        case RecipientStopped(until=until):
            return replace(thread, stopped_until=until)
        case ThreadRenamed(title=title):
            return replace(thread, title=title)
        case ThreadAssigned(assignee_id=assignee):
            return replace(thread, assignee_id=assignee)
        case ThreadLabelled(labels=labels):
            return replace(thread, labels=labels)
        case ThreadArchived():
            return replace(thread, archived=True)
        case ThreadRestored():
            return replace(thread, archived=False)
        case ThreadSnoozed(until=until):
            return _stands(thread, ThreadStatus.SNOOZED, until)
        case ThreadResolved():
            return _stands(thread, ThreadStatus.RESOLVED)
        case ThreadReopened():
            return _stands(thread, ThreadStatus.OPEN)
        case _:
            assert_never(event)


def _stands(thread: Thread, status: ThreadStatus, until: datetime | None = None) -> Thread:
    return replace(thread, status=status, snoozed_until=until)


def _opened(event: ThreadOpened) -> Thread:
    return Thread(
        opened_at=event.at,
        form=event.form,
        channel=event.channel,
        department_id=event.department_id,
        client_id=event.client_id,
        title=event.title,
    )


def _counted(members: Members, event: MessageCounted) -> Members:
    more = {
        each: replace(members[each], unread=members[each].unread + 1)
        for each in event.audience
        if each != event.author and each in members
    }
    return {**members, **more}


def _discounted(members: Members, event: MessageDiscounted) -> Members:
    less = {
        each: replace(members[each], unread=members[each].unread - 1)
        for each in event.audience
        if each in members and is_unread(event, each, members[each].read)
    }
    return {**members, **less}


def is_unread(message: MessageDiscounted, member_id: MemberId, read: int) -> bool:
    """Whether it is one that somebody would have had to read, and has not. Of what was said before they came,
    nobody has to read anything.
    """
    return message.author != member_id and message.sequence > read


def _read(members: Members, event: ReadingMoved) -> Members:
    known = members.get(event.member_id)
    if known is None:
        return members
    return {**members, event.member_id: replace(known, read=event.sequence, unread=event.unread)}


def _awaited(
    scheduled: Mapping[ScheduledId, bool], event: MessageAwaited | MessageAwaitedNoMore
) -> Mapping[ScheduledId, bool]:
    others = {each: unless for each, unless in scheduled.items() if each != event.scheduled_id}
    if isinstance(event, MessageAwaitedNoMore):
        return others
    return {**others, event.scheduled_id: event.unless_answered}


def _joined(members: Members, event: MemberJoined | MemberLeft) -> Members:
    match event:
        case MemberJoined(member_id=who, since=since, last=last):
            return {**members, who: Member(since=since, read=last)}
        case MemberLeft(member_id=who):
            return {each: known for each, known in members.items() if each != who}
        case _:
            assert_never(event)


THREAD = Aggregate(
    kind="thread", initial=Thread(), evolve=evolve, contended=True, carried_by=ThreadCarried
)
"""Contended: all who write in a thread at once want the next place."""
