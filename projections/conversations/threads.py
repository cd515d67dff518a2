"""Which conversations are there, who takes part, and where do they stand?"""

from datetime import datetime
from typing import assert_never

from msgspec.structs import replace

from domain.conversations.participants import OURSELVES, MemberId, is_staff
from domain.conversations.threads import (
    MemberJoined,
    MemberLeft,
    MessageCounted,
    ThreadArchived,
    ThreadAssigned,
    ThreadForm,
    ThreadLabelled,
    ThreadOpened,
    ThreadRenamed,
    ThreadReopened,
    ThreadResolved,
    ThreadRestored,
    ThreadSnoozed,
    ThreadStatus,
)
from domain.people.clients import ClientErased
from domain.values import ClientId, MessageId, ThreadId, UserId, kind_of
from projections.read_model import ReadModel, Row


class ListedThread(Row, frozen=True, kw_only=True):
    """`last` is the place of the newest message, which came at `last_at`. `first_reply_after` is in seconds
    since it was opened: how long whoever is no colleague waited for an answer.
    """

    id: ThreadId
    form: ThreadForm
    channel: str
    title: str | None = None
    member_ids: tuple[MemberId, ...]
    client_id: ClientId | None = None
    department_id: str | None = None
    assignee_id: UserId | None = None
    labels: tuple[str, ...] = ()
    status: ThreadStatus = ThreadStatus.OPEN
    snoozed_until: datetime | None = None
    resolved_at: datetime | None = None
    archived_at: datetime | None = None
    opened_at: datetime
    last: int = 0
    last_at: datetime
    last_message_id: MessageId | None = None
    is_waiting: bool = False
    first_reply_after: int | None = None


Heard = (
    ThreadOpened
    | ThreadRenamed
    | MemberJoined
    | MemberLeft
    | ThreadAssigned
    | ThreadLabelled
    | ThreadSnoozed
    | ThreadResolved
    | ThreadReopened
    | ThreadArchived
    | ThreadRestored
    | MessageCounted
)


def _evolve(row: ListedThread | None, event: Heard | ClientErased) -> ListedThread | None:
    match event:
        case ThreadOpened():
            return _opened(event)
        case ClientErased():
            return row and replace(row, title=None)
        case _:
            return row and _moved(row, event)


def _opened(event: ThreadOpened) -> ListedThread:
    return ListedThread(
        id=event.thread_id,
        form=event.form,
        channel=event.channel,
        title=event.title,
        member_ids=event.audience,
        client_id=event.client_id,
        department_id=event.department_id,
        opened_at=event.at,
        last_at=event.at,
    )


def _moved(row: ListedThread, event: Heard) -> ListedThread:
    match event:
        case MessageCounted():
            return _counted(row, event)
        case MemberJoined(audience=there):
            return replace(row, member_ids=there)
        case MemberLeft(audience=there, member_id=who):
            return replace(row, member_ids=tuple(each for each in there if each != who))
        case ThreadRenamed(title=title):
            return replace(row, title=title)
        case ThreadAssigned(assignee_id=assignee):
            return replace(row, assignee_id=assignee)
        case ThreadLabelled(labels=labels):
            return replace(row, labels=labels)
        case ThreadArchived(at=at):
            return replace(row, archived_at=at)
        case ThreadRestored():
            return replace(row, archived_at=None)
        case ThreadSnoozed() | ThreadResolved() | ThreadReopened():
            return _stands(row, event)
        case ThreadOpened():
            return row
        case _:
            assert_never(event)


def _stands(
    row: ListedThread, event: ThreadSnoozed | ThreadResolved | ThreadReopened
) -> ListedThread:
    match event:
        case ThreadSnoozed(until=until):
            return replace(row, status=ThreadStatus.SNOOZED, snoozed_until=until, resolved_at=None)
        case ThreadResolved(at=at):
            return replace(row, status=ThreadStatus.RESOLVED, snoozed_until=None, resolved_at=at)
        case ThreadReopened():
            return replace(row, status=ThreadStatus.OPEN, snoozed_until=None, resolved_at=None)
        case _:
            assert_never(event)


def _counted(row: ListedThread, event: MessageCounted) -> ListedThread:
    """Say who waits for whom: whoever is no colleague, until one of the business says something to them. What they are
    told by nobody in particular answers nothing.
    """
    newest = replace(row, last=event.sequence, last_at=event.at, last_message_id=event.message_id)
    if not is_staff(event.author):
        return replace(newest, is_waiting=True)
    if event.author == OURSELVES or all(map(is_staff, event.audience)):
        return newest
    waited = int((event.at - row.opened_at).total_seconds())
    first = waited if row.is_waiting and row.first_reply_after is None else row.first_reply_after
    return replace(newest, is_waiting=False, first_reply_after=first)


def _key(event: Heard | ClientErased) -> list[str]:
    match event:
        case ClientErased(streams=streams):
            return [each for each in streams if kind_of(each) == THREADS.owner]
        case _:
            return [event.thread_id]


THREADS = ReadModel(
    name="threads",
    version=2,
    row=ListedThread,
    subscribes_to=(
        ThreadOpened,
        ThreadRenamed,
        MemberJoined,
        MemberLeft,
        ThreadAssigned,
        ThreadLabelled,
        ThreadSnoozed,
        ThreadResolved,
        ThreadReopened,
        ThreadArchived,
        ThreadRestored,
        MessageCounted,
        ClientErased,
    ),
    key=_key,
    evolve=_evolve,
    columns=(
        "id",
        "status",
        "channel",
        "client_id",
        "department_id",
        "assignee_id",
        "is_waiting",
        "opened_at",
        "last_at",
        "archived_at",
    ),
    indexes=(
        ("last_at",),
        ("opened_at",),
        ("status", "last_at"),
        ("assignee_id", "last_at"),
        ("department_id", "last_at"),
        ("client_id", "last_at"),
        ("is_waiting", "last_at"),
    ),
    owner="thread",
)
