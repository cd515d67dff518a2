"""Which conversations does somebody take part in, and what of them have they not read?

One row for each member of each thread; what is said of the thread itself, its own row says.
"""

from datetime import datetime
from typing import assert_never

from msgspec.structs import replace

from domain.conversations.participants import MemberId
from domain.conversations.threads import (
    MemberJoined,
    MemberLeft,
    MessageCounted,
    MessageDiscounted,
    ReadingMoved,
    ThreadArchived,
    ThreadReopened,
    ThreadResolved,
    ThreadRestored,
    ThreadSnoozed,
    ThreadStatus,
)
from domain.conversations.threads.thread import is_unread
from domain.values import MessageId, ThreadId
from projections.read_model import ReadModel, Row


class InboxEntry(Row, frozen=True, kw_only=True):
    """All up to `read` they have read, and behind it there are so many `unread`. They see what was said
    behind `since`.
    """

    id: str
    thread_id: ThreadId
    member_id: MemberId
    status: ThreadStatus = ThreadStatus.OPEN
    is_archived: bool = False
    since: int = 0
    read: int = 0
    unread: int = 0
    last: int = 0
    last_at: datetime
    last_message_id: MessageId | None = None


Heard = (
    MemberJoined
    | MemberLeft
    | MessageCounted
    | MessageDiscounted
    | ReadingMoved
    | ThreadSnoozed
    | ThreadResolved
    | ThreadReopened
    | ThreadArchived
    | ThreadRestored
)


def _evolve(row: InboxEntry | None, event: Heard) -> InboxEntry | None:
    match event:
        case MemberJoined():
            return _joined(event)
        case MemberLeft():
            return None
        case _:
            return row and _moved(row, event)


def _joined(event: MemberJoined) -> InboxEntry:
    return InboxEntry(
        id=entry_of(event.thread_id, event.member_id),
        thread_id=event.thread_id,
        member_id=event.member_id,
        status=event.status,
        is_archived=event.archived,
        since=event.since,
        read=event.last,
        last=event.last,
        last_at=event.at,
    )


def _moved(row: InboxEntry, event: Heard) -> InboxEntry:
    match event:
        case MessageCounted():
            return _counted(row, event)
        case MessageDiscounted():
            less = is_unread(event, row.member_id, row.read)
            return replace(row, unread=row.unread - less)
        case ReadingMoved(sequence=read, unread=unread):
            return replace(row, read=read, unread=unread)
        case ThreadSnoozed():
            return replace(row, status=ThreadStatus.SNOOZED)
        case ThreadResolved():
            return replace(row, status=ThreadStatus.RESOLVED)
        case ThreadReopened():
            return replace(row, status=ThreadStatus.OPEN)
        case ThreadArchived():
            return replace(row, is_archived=True)
        case ThreadRestored():
            return replace(row, is_archived=False)
        case MemberJoined() | MemberLeft():
            return row
        case _:
            assert_never(event)


def _counted(row: InboxEntry, event: MessageCounted) -> InboxEntry:
    return replace(
        row,
        last=event.sequence,
        last_at=event.at,
        last_message_id=event.message_id,
        unread=row.unread + (event.author != row.member_id and not event.quiet),
    )


def entry_of(thread_id: str, member_id: str) -> str:
    """Return the key of what somebody has of a thread."""
    return f"{thread_id}/{member_id}"


def _key(event: Heard) -> list[str]:
    match event:
        case MemberJoined(member_id=who) | MemberLeft(member_id=who) | ReadingMoved(member_id=who):
            return [entry_of(event.thread_id, who)]
        case _:
            return [entry_of(event.thread_id, each) for each in event.audience]


INBOX = ReadModel(
    name="inbox",
    version=1,
    row=InboxEntry,
    subscribes_to=(
        MemberJoined,
        MemberLeft,
        MessageCounted,
        MessageDiscounted,
        ReadingMoved,
        ThreadSnoozed,
        ThreadResolved,
        ThreadReopened,
        ThreadArchived,
        ThreadRestored,
    ),
    key=_key,
    evolve=_evolve,
    columns=("member_id", "thread_id", "status", "is_archived", "since", "unread", "last_at"),
    indexes=(
        ("member_id", "last_at"),
        ("member_id", "unread"),
        ("status", "last_at"),
        ("thread_id",),
    ),
)
