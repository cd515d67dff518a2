"""What becomes of a thread: each decision is a function of what is asked and what is known."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from msgspec.structs import replace

from domain.conversations.messages import Message, MessageKind, MessagePosted
from domain.conversations.participants import PHONE, Audience, Member, MemberId, client_of, is_staff
from domain.conversations.scheduled import ScheduleMessage
from domain.conversations.threads.messages import (
    MOST_MEMBERS,
    AddMember,
    ArchiveThread,
    AssignThread,
    LabelThread,
    MarkRead,
    MemberJoined,
    MemberLeft,
    MessageAwaited,
    MessageAwaitedNoMore,
    MessageCounted,
    MessageDiscounted,
    NotAMember,
    NotEnoughMembers,
    OpenThread,
    ReadingMoved,
    RecipientStopped,
    RemoveMember,
    RenameThread,
    ReopenThread,
    ResolveThread,
    RestoreThread,
    SnoozedIntoThePast,
    SnoozeThread,
    Thread,
    ThreadArchived,
    ThreadAssigned,
    ThreadCarried,
    ThreadEvent,
    ThreadForm,
    ThreadIsArchived,
    ThreadIsDirect,
    ThreadLabelled,
    ThreadNotFound,
    ThreadOpened,
    ThreadRenamed,
    ThreadReopened,
    ThreadResolved,
    ThreadRestored,
    ThreadSnoozed,
    ThreadStatus,
    TooManyMembers,
    WakeThread,
)
from domain.conversations.threads.thread import THREAD
from domain.conversations.windows import Line
from domain.values import ClientId, MessageId, ScheduledId, ThreadId, derived_id

CARRIED_EVERY: Final = 200
"""Events that are read at most to know where a thread stands."""

LONGEST_SNOOZE: Final = timedelta(days=366)
TWO: Final = 2


def thread_of(command: OpenThread) -> ThreadId:
    """Name the thread. Between two there is one on each channel: so there is none twice, whoever of them
    writes first, and were it at the same moment.
    """
    if command.form is ThreadForm.DIRECT:
        return ThreadId(derived_id(THREAD.kind, command.channel, *sorted(command.members)))
    return ThreadId(derived_id(THREAD.kind, command.seed))


def open_(command: OpenThread, thread: Thread, *, now: datetime) -> Sequence[ThreadEvent]:
    """Let there be a thread. One that was put away is had again; one that there is stays as it is."""
    _refuse_impossible(command)
    thread_id = thread_of(command)
    if thread.opened_at is not None:
        return _restored(thread_id, thread)
    clients = [client for each in command.members if (client := client_of(each))]
    opened = ThreadOpened(
        thread_id=thread_id,
        at=now,
        form=command.form,
        channel=command.channel,
        audience=command.members,
        client_id=clients[0] if len(clients) == 1 else None,
        department_id=command.department_id,
        title=command.title,
    )
    events: list[ThreadEvent] = [opened]
    for each in dict.fromkeys(command.members):
        events.append(joined(thread_id, each, THREAD.fold(events), now))
    return events


def _refuse_impossible(command: OpenThread) -> None:
    least = 1 if command.form is ThreadForm.DEPARTMENT else TWO
    if len(set(command.members)) < least:
        raise NotEnoughMembers(least=least)
    if command.form is ThreadForm.DIRECT and len(set(command.members)) != TWO:
        raise NotEnoughMembers(least=TWO)
    if len(command.members) > MOST_MEMBERS:
        raise TooManyMembers(most=MOST_MEMBERS)


def rename(command: RenameThread, thread: Thread) -> Sequence[ThreadEvent]:
    refuse_unknown(thread)
    if command.title == thread.title:
        return []
    return [
        ThreadRenamed(
            thread_id=command.thread_id, audience=thread.audience, title=command.title or None
        )
    ]


def add(command: AddMember, thread: Thread, *, now: datetime) -> Sequence[ThreadEvent]:
    """Let somebody take part. A client sees what is said from now on."""
    refuse_unknown(thread)
    if command.member_id in thread.members:
        return []
    if thread.form is ThreadForm.DIRECT:
        raise ThreadIsDirect
    if len(thread.members) >= MOST_MEMBERS:
        raise TooManyMembers(most=MOST_MEMBERS)
    return [joined(command.thread_id, command.member_id, thread, now)]


def joined(thread_id: ThreadId, member_id: MemberId, thread: Thread, now: datetime) -> MemberJoined:
    """Say that somebody takes part from now on."""
    return MemberJoined(
        thread_id=thread_id,
        member_id=member_id,
        audience=(*thread.audience, member_id),
        at=now,
        since=0 if is_staff(member_id) else thread.last,
        last=thread.last,
        status=thread.status,
        archived=thread.archived,
    )


def leave(command: RemoveMember, thread: Thread) -> Sequence[ThreadEvent]:
    refuse_unknown(thread)
    if command.member_id not in thread.members:
        raise NotAMember
    if thread.form is ThreadForm.DIRECT:
        raise ThreadIsDirect
    return [
        MemberLeft(
            thread_id=command.thread_id, member_id=command.member_id, audience=thread.audience
        )
    ]


def assign(command: AssignThread, thread: Thread) -> Sequence[ThreadEvent]:
    refuse_unknown(thread)
    if command.assignee_id == thread.assignee_id:
        return []
    return [
        ThreadAssigned(
            thread_id=command.thread_id, audience=thread.audience, assignee_id=command.assignee_id
        )
    ]


def label(command: LabelThread, thread: Thread) -> Sequence[ThreadEvent]:
    refuse_unknown(thread)
    labels = tuple(sorted(set(command.labels)))
    if labels == thread.labels:
        return []
    return [ThreadLabelled(thread_id=command.thread_id, audience=thread.audience, labels=labels)]


# --- Where it stands ------------------------------------------------------------------


def snooze(command: SnoozeThread, thread: Thread, *, now: datetime) -> Sequence[ThreadEvent]:
    _refuse_archived(thread)
    if not now < command.until <= now + LONGEST_SNOOZE:
        raise SnoozedIntoThePast
    if thread.snoozed_until == command.until:
        return []
    return [
        ThreadSnoozed(thread_id=command.thread_id, audience=thread.audience, until=command.until)
    ]


def wake(command: WakeThread, thread: Thread, *, now: datetime) -> Sequence[ThreadEvent]:
    """Its time has come, unless it was snoozed until another by now, or somebody has answered."""
    if thread.snoozed_until != command.until:
        return []
    return _reopened(command.thread_id, thread, now)


def resolve(command: ResolveThread, thread: Thread, *, now: datetime) -> Sequence[ThreadEvent]:
    _refuse_archived(thread)
    if thread.status is ThreadStatus.RESOLVED:
        return []
    return [ThreadResolved(thread_id=command.thread_id, audience=thread.audience, at=now)]


def reopen(command: ReopenThread, thread: Thread, *, now: datetime) -> Sequence[ThreadEvent]:
    _refuse_archived(thread)
    return _reopened(command.thread_id, thread, now)


def archive(command: ArchiveThread, thread: Thread, *, now: datetime) -> Sequence[ThreadEvent]:
    refuse_unknown(thread)
    if thread.archived:
        return []
    return [ThreadArchived(thread_id=command.thread_id, audience=thread.audience, at=now)]


def restore(command: RestoreThread, thread: Thread) -> Sequence[ThreadEvent]:
    refuse_unknown(thread)
    return _restored(command.thread_id, thread)


def answered(
    thread_id: ThreadId, author: MemberId, thread: Thread, now: datetime
) -> Sequence[ThreadEvent]:
    """Say what it does to a thread that somebody writes in it: what was put away or aside is back once
    somebody from outside answers, or a colleague where there is nobody else. Whoever wrote at the phone has written, also
    where it was put away.

    Raises ThreadIsArchived, where it is one of the business who writes.
    """
    if author == PHONE:
        return _restored(thread_id, thread)
    if is_staff(author) and not all(map(is_staff, thread.members)):
        _refuse_archived(thread)
        return []
    return [*_restored(thread_id, thread), *_reopened(thread_id, thread, now)]


def _reopened(thread_id: ThreadId, thread: Thread, now: datetime) -> Sequence[ThreadEvent]:
    if thread.status is ThreadStatus.OPEN:
        return []
    return [ThreadReopened(thread_id=thread_id, audience=thread.audience, at=now)]


def _restored(thread_id: ThreadId, thread: Thread) -> Sequence[ThreadEvent]:
    if not thread.archived:
        return []
    return [ThreadRestored(thread_id=thread_id, audience=thread.audience)]


# --- What was said ---------------------------------------------------------------------


def counted(posted: MessagePosted, line: Line | None = None) -> MessageCounted:
    """Count a message, which may have come by a line; what the system says, nobody has to read."""
    return MessageCounted(
        thread_id=posted.thread_id,
        message_id=posted.message_id,
        sequence=posted.sequence,
        author=posted.author,
        audience=posted.audience,
        at=posted.at,
        quiet=posted.kind is MessageKind.SYSTEM,
        line=line,
    )


def discounted(message_id: MessageId, message: Message) -> Sequence[ThreadEvent]:
    """Count a message no longer, which nobody can read any more."""
    if message.thread_id is None or message.kind is MessageKind.SYSTEM:
        return []
    return [
        MessageDiscounted(
            thread_id=message.thread_id,
            message_id=message_id,
            sequence=message.sequence,
            author=message.author,
            audience=message.audience,
        )
    ]


def awaited(command: ScheduleMessage, thread: Thread) -> MessageAwaited:
    """Say that a message is to be said later."""
    return MessageAwaited(
        thread_id=command.thread_id,
        scheduled_id=command.scheduled_id,
        audience=seen_by(thread, among_colleagues=True),
        unless_answered=command.unless_answered,
    )


def awaited_no_more(
    thread_id: ThreadId, scheduled_id: ScheduledId, thread: Thread
) -> MessageAwaitedNoMore:
    """Say that it was said, or is not to be."""
    return MessageAwaitedNoMore(
        thread_id=thread_id,
        scheduled_id=scheduled_id,
        audience=seen_by(thread, among_colleagues=True),
    )


def stopped(thread_id: ThreadId, thread: Thread, until: datetime) -> Sequence[ThreadEvent]:
    """Let nothing be given to the channel until then."""
    if thread.stopped_until is not None and thread.stopped_until >= until:
        return []
    return [RecipientStopped(thread_id=thread_id, audience=thread.audience, until=until)]


# --- What was read --------------------------------------------------------------------


def read(
    command: MarkRead, thread: Thread, member: Member, unread: int, *, now: datetime
) -> Sequence[ThreadEvent]:
    """Say that somebody has read up to a message, and how many are `unread` behind it. What was read stays
    read.
    """
    if command.sequence <= member.read:
        return []
    return [
        ReadingMoved(
            thread_id=command.thread_id,
            member_id=command.member_id,
            audience=thread.audience,
            sequence=command.sequence,
            unread=unread,
            at=now,
            channel=thread.channel,
        )
    ]


def member_of(thread: Thread, member_id: MemberId) -> Member:
    """Return what is known of a member. Raises ThreadNotFound, NotAMember."""
    refuse_unknown(thread)
    if member_id not in thread.members:
        raise NotAMember
    return thread.members[member_id]


# --- What is asked of all -------------------------------------------------------------


def seen_by(thread: Thread, *, among_colleagues: bool) -> Audience:
    """Return who may see what is said now: all who are there, or those of the business only."""
    return tuple(each for each in thread.audience if not among_colleagues or is_staff(each))


def with_client(thread: Thread) -> ClientId | None:
    """Return with which client it is now, if it is with one."""
    return (
        thread.client_id
        if thread.client_id and MemberId(thread.client_id) in thread.members
        else None
    )


def carried(
    thread_id: ThreadId, thread: Thread, events: Sequence[ThreadEvent]
) -> Sequence[ThreadEvent]:
    """Return the events of a decision, and what the thread has come to with them if it is time to say it."""
    after = THREAD.fold(events, thread)
    if after.since_carried < CARRIED_EVERY:
        return events
    return [*events, ThreadCarried(thread_id=thread_id, thread=replace(after, since_carried=0))]


def refuse_unknown(thread: Thread) -> None:
    if thread.opened_at is None:
        raise ThreadNotFound


def _refuse_archived(thread: Thread) -> None:
    refuse_unknown(thread)
    if thread.archived:
        raise ThreadIsArchived
