"""Use cases of what is to be said later."""

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from application.business.members import works_here
from application.conversations.calling_off import called_off
from application.conversations.on_channels import refuse_unreached
from application.conversations.saying import made_of, post
from application.conversations.taking_part import as_member, recorded
from application.transact import Changes, Past, UseCase, step_by_step
from domain.business.users import USER
from domain.conversations import scheduled, threads
from domain.conversations.channels import CHANNELS, NoNumber
from domain.conversations.messages import PostMessage, message_at
from domain.conversations.participants import user_of
from domain.conversations.scheduled import (
    SCHEDULED,
    CalledOff,
    Scheduled,
    ScheduledSent,
    ScheduledStatus,
)
from domain.conversations.threads import THREAD, Thread
from domain.conversations.windows import WindowClosed
from domain.messages import Command, DomainError
from domain.people.clients import CLIENT, HasOptedOut
from domain.values import ThreadId

UNREACHED: Final[Mapping[type[DomainError], CalledOff]] = {
    WindowClosed: CalledOff.WINDOW_CLOSED,
    HasOptedOut: CalledOff.OPTED_OUT,
    NoNumber: CalledOff.NO_NUMBER,
}
"""What is in the way of whoever cannot be reached."""


def schedule(command: scheduled.ScheduleMessage, past: Past) -> Changes:
    thread = past.of(THREAD, command.thread_id)
    threads.refuse_unknown(thread)
    author = as_member(thread, command.author, past)
    made_of(command.template, command.thread_id, past)
    events = scheduled.schedule(
        command,
        len(thread.scheduled),
        threads.seen_by(thread, among_colleagues=True) or (author,),
        thread.client_id,
        past.of(SCHEDULED, command.scheduled_id),
        now=past.now,
    )
    awaited = [threads.awaited(command, thread)] if events else []
    return {command.scheduled_id: events, **recorded(command.thread_id, thread, awaited)}


def send(command: scheduled.SendScheduled, past: Past) -> Changes:
    """Say it, if it still is to be said, and nothing speaks against it."""
    known = past.of(SCHEDULED, command.scheduled_id)
    if known.thread_id is None or known.status is not ScheduledStatus.WAITING:
        return {}
    thread = past.of(THREAD, known.thread_id)
    if (reason := _why_not(known, thread, past)) is not None:
        return called_off(known.thread_id, [command.scheduled_id], reason, past)
    return step_by_step(
        past,
        partial(_no_more, command, known.thread_id),
        partial(_said, command, known, known.thread_id),
    )


def _why_not(known: Scheduled, thread: Thread, past: Past) -> CalledOff | None:
    if not (known.text or known.template) or (
        thread.client_id and past.of(CLIENT, thread.client_id).erased
    ):
        return CalledOff.ERASED
    if not works_here(past.of(USER, user_of(known.author) or "")):
        return CalledOff.AUTHOR_LEFT
    if thread.archived:
        return CalledOff.ARCHIVED
    if (reason := _why_not_there(thread, past)) is not None:
        return reason
    return None if _can_be_made(known, past) else CalledOff.TEMPLATE


def _why_not_there(thread: Thread, past: Past) -> CalledOff | None:
    channel = CHANNELS.get(thread.channel)
    if channel is None:
        return None
    try:
        refuse_unreached(thread, channel, past)
    except DomainError as refusal:
        return UNREACHED[type(refusal)]
    return None


def _can_be_made(known: Scheduled, past: Past) -> bool:
    """Whether its template, if it is of one, still is as it was meant."""
    assert known.thread_id is not None, "what waits is of a thread"
    try:
        made_of(known.template, known.thread_id, past)
    except DomainError:
        return False
    return True


def _no_more(command: scheduled.SendScheduled, thread_id: ThreadId, past: Past) -> Changes:
    thread = past.of(THREAD, thread_id)
    return recorded(
        thread_id, thread, [threads.awaited_no_more(thread_id, command.scheduled_id, thread)]
    )


def _said(
    command: scheduled.SendScheduled, known: Scheduled, thread_id: ThreadId, past: Past
) -> Changes:
    message_id = message_at(thread_id, past.of(THREAD, thread_id).last + 1)
    order = PostMessage(
        thread_id=thread_id, author=known.author, text=known.text, template=known.template
    )
    sent = ScheduledSent(
        scheduled_id=command.scheduled_id, thread_id=thread_id, message_id=message_id
    )
    return {**post(order, past), command.scheduled_id: [sent]}


def cancel(command: scheduled.CancelScheduled, past: Past) -> Changes:
    known = past.of(SCHEDULED, command.scheduled_id)
    events = scheduled.cancel(command.scheduled_id, known, CalledOff.BY_PERSON)
    if not events or known.thread_id is None:
        return {}
    return called_off(known.thread_id, [command.scheduled_id], CalledOff.BY_PERSON, past)


USE_CASES: Final[Mapping[type[Command], UseCase[Any]]] = {
    scheduled.ScheduleMessage: schedule,
    scheduled.SendScheduled: send,
    scheduled.CancelScheduled: cancel,
}
