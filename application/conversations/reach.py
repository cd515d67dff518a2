"""Whose a conversation is: whoever takes part in it sees what is said there, and who has leave for all of them
sees every one. For everybody else there is none.
"""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from application.permissions import Permission, PermissionMissing, Principal, Reach
from application.transact import Past
from domain.conversations import heard, messages, reaching, scheduled, threads
from domain.conversations.messages import MESSAGE, MessageNotFound
from domain.conversations.participants import is_staff
from domain.conversations.scheduled import SCHEDULED, ScheduledNotFound
from domain.conversations.threads import THREAD, MembersNotFound, Thread, ThreadNotFound
from domain.messages import Command
from domain.values import MessageId, ScheduledId, ThreadId

BY_CLIENTS: Final = (
    threads.OpenThread,
    threads.RemoveMember,
    threads.MarkRead,
    messages.PostMessage,
    messages.EditMessage,
    messages.DeleteMessage,
    messages.React,
)
"""What clients order of conversations; all else does the business."""

ORDERS: Final = (
    *BY_CLIENTS,
    threads.RenameThread,
    threads.AddMember,
    threads.AssignThread,
    threads.LabelThread,
    threads.SnoozeThread,
    threads.ResolveThread,
    threads.ReopenThread,
    threads.ArchiveThread,
    threads.RestoreThread,
    scheduled.ScheduleMessage,
    scheduled.CancelScheduled,
    heard.HearMessage,
    messages.SendAgain,
    messages.ReportMessage,
    reaching.WriteToClient,
)
"""What people order of conversations."""

OF_MESSAGES: Final = (
    messages.EditMessage,
    messages.DeleteMessage,
    messages.React,
    messages.SendAgain,
)

ONESELF: Final[Mapping[type[Command], str]] = {
    threads.OpenThread: "opened_by",
    threads.RemoveMember: "member_id",
    threads.MarkRead: "member_id",
    messages.PostMessage: "author",
    scheduled.ScheduleMessage: "author",
    messages.EditMessage: "by",
    messages.DeleteMessage: "by",
    messages.React: "member_id",
    messages.SendAgain: "by",
    reaching.WriteToClient: "author",
}
"""Where an order names who it is for: nobody speaks, reads or leaves for another."""


def refuse_beyond_members(order: Any, reach: Reach, principal: Principal, past: Past) -> None:
    """Refuse what is about a conversation that they neither take part in nor have leave for. Raises
    ThreadNotFound, MessageNotFound, MembersNotFound, PermissionMissing.
    """
    if principal.member_id is None or (principal.is_client and not isinstance(order, BY_CLIENTS)):
        raise PermissionMissing(permission=Permission.THREADS_WRITE)
    _refuse_as_another(order, reach, principal)
    if isinstance(order, heard.HearMessage | messages.ReportMessage | reaching.WriteToClient):
        _refuse_unless_all(reach)
    elif isinstance(order, threads.OpenThread):
        _refuse_strangers(order, principal)
    elif isinstance(order, scheduled.CancelScheduled):
        scheduled_seen(order.scheduled_id, reach, past)
    elif isinstance(order, OF_MESSAGES):
        message_seen(order.message_id, reach, past)
    else:
        thread_seen(order.thread_id, reach, past)


def thread_seen(thread_id: ThreadId, reach: Reach, past: Past) -> Thread:
    """Return a thread within reach. Raises ThreadNotFound."""
    thread = past.of(THREAD, thread_id)
    if thread.opened_at is None or not reach.includes(member_id=thread.audience):
        raise ThreadNotFound
    return thread


def is_seen(thread_id: str, principal: Principal, past: Past) -> bool:
    """Whether there is such a thread, and they see it."""
    try:
        thread_seen(ThreadId(thread_id), principal.reach(Permission.THREADS_READ), past)
    except (ThreadNotFound, PermissionMissing):
        return False
    return True


def is_message_seen(message_id: str, principal: Principal, past: Past) -> bool:
    """Whether there is such a message, which was not deleted, and they see it."""
    try:
        reach = principal.reach(Permission.THREADS_READ)
        message_seen(MessageId(message_id), reach, past)
    except (MessageNotFound, PermissionMissing):
        return False
    return not past.of(MESSAGE, message_id).deleted


def scheduled_seen(scheduled_id: ScheduledId, reach: Reach, past: Past) -> None:
    """Refuse what is to be said in a thread that is not within reach. Raises ScheduledNotFound."""
    known = past.of(SCHEDULED, scheduled_id)
    if known.thread_id is None:
        raise ScheduledNotFound
    try:
        thread_seen(known.thread_id, reach, past)
    except ThreadNotFound:
        raise ScheduledNotFound from None


def message_seen(message_id: MessageId, reach: Reach, past: Past) -> None:
    """Refuse a message that they do not see: it was for others, or said before they came. Raises
    MessageNotFound.
    """
    message = past.of(MESSAGE, message_id)
    if message.thread_id is None:
        raise MessageNotFound
    try:
        thread = thread_seen(message.thread_id, reach, past)
    except ThreadNotFound:
        raise MessageNotFound from None
    if not reach.everything and not _is_seen(message, thread, reach):
        raise MessageNotFound


class Behind(NamedTuple):
    """What somebody sees of a thread: all behind a message, and notes among colleagues or not."""

    since: int
    notes: bool


def behind(thread_id: ThreadId, reach: Reach, past: Past) -> Behind:
    """Return what somebody sees of a thread. Raises ThreadNotFound."""
    thread = thread_seen(thread_id, reach, past)
    if reach.everything:
        return Behind(0, notes=True)
    mine = [each for each in thread.audience if each in reach.ids]
    since = min(thread.members[each].since for each in mine)
    return Behind(since, notes=any(map(is_staff, mine)))


def _is_seen(message: messages.Message, thread: Thread, reach: Reach) -> bool:
    """Whether it was for them; or they work here, and see all that was said."""
    return reach.includes(member_id=message.audience) or any(
        each in thread.members and is_staff(each) for each in reach.ids
    )


def _refuse_as_another(order: Any, reach: Reach, principal: Principal) -> None:
    named = getattr(order, ONESELF.get(type(order), ""), None)
    others = named is not None and named not in _ids(principal)
    may = isinstance(order, threads.RemoveMember | messages.DeleteMessage) and (
        reach.everything or not principal.is_client
    )
    if (others and not may) or (named is None and type(order) in ONESELF and not reach.everything):
        raise PermissionMissing(permission=Permission.THREADS_WRITE)


def _refuse_unless_all(reach: Reach) -> None:
    """What comes in from other channels, and is carried there, is for who has leave for all. Raises
    PermissionMissing.
    """
    if not reach.everything:
        raise PermissionMissing(permission=Permission.THREADS_WRITE)


def _refuse_strangers(order: threads.OpenThread, principal: Principal) -> None:
    """A client turns to the business, and to no other client: whether there is one, they do not know."""
    if not principal.is_client:
        return
    for each in order.members:
        if not is_staff(each) and each not in _ids(principal):
            raise MembersNotFound(member_id=each)


def _ids(principal: Principal) -> set[str]:
    """Return all by which somebody may take part."""
    named = (principal.member_id, *principal.earlier_clients)
    return {each for each in named if each is not None}
