"""Use cases of what is to be said later."""

from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from typing import Any, Final

from msgspec.structs import replace

from application.business.members import works_here
from application.conversations.calling_off import called_off
from application.conversations.readers import refuse_unreached
from application.conversations.saying import post
from application.conversations.taking_part import as_member, recorded
from application.conversations.wording import Worded, can_be_said, worded
from application.transact import Changes, Past, UseCase, step_by_step
from domain.business.users import USER
from domain.conversations import scheduled, threads
from domain.conversations.channels import CHANNELS
from domain.conversations.messages import PostMessage, message_at
from domain.conversations.participants import user_of
from domain.conversations.reaching import ClientNotReachable
from domain.conversations.scheduled import (
    SCHEDULED,
    CalledOff,
    Scheduled,
    ScheduledSent,
    ScheduledStatus,
    ScheduleMessage,
)
from domain.conversations.threads import THREAD, Thread
from domain.messages import Command, DomainError
from domain.people.clients import CLIENT, HasOptedOut
from domain.values import ThreadId


def schedule(command: scheduled.ScheduleMessage, past: Past) -> Changes:
    thread = past.of(THREAD, command.thread_id)
    threads.refuse_unknown(thread)
    author = as_member(thread, command.author, past)
    worded(_order(command.thread_id, command), past)
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
    if (reason := _unreached(thread, past)) is not None:
        return reason
    found = _made(known, past)
    if found is None:
        return CalledOff.TEMPLATE
    return None if can_be_said(found.order, found.filled, past) else CalledOff.WINDOW_CLOSED


def _unreached(thread: Thread, past: Past) -> CalledOff | None:
    channel = CHANNELS.get(thread.channel)
    if channel is None:
        return None
    try:
        refuse_unreached(thread, channel, past)
    except HasOptedOut:
        return CalledOff.OPTED_OUT
    except ClientNotReachable:
        return CalledOff.NO_ADDRESS
    return None


def _made(known: Scheduled, past: Past) -> Worded | None:
    """Return what can be said by now; None, where its template is not as it was meant any more. What it would fall back
    on matters only where it has to.
    """
    assert known.thread_id is not None, "what waits is of a thread"
    order = _order(known.thread_id, known)
    for each in (order, replace(order, fallback=None)):
        with suppress(DomainError):
            return worded(each, past)
    return None


def _order(thread_id: ThreadId, said: ScheduleMessage | Scheduled) -> PostMessage:
    return PostMessage(
        thread_id=thread_id,
        author=said.author,
        text=said.text,
        template=said.template,
        fallback=said.fallback,
    )


def _no_more(command: scheduled.SendScheduled, thread_id: ThreadId, past: Past) -> Changes:
    thread = past.of(THREAD, thread_id)
    return recorded(
        thread_id, thread, [threads.awaited_no_more(thread_id, command.scheduled_id, thread)]
    )


def _said(
    command: scheduled.SendScheduled, known: Scheduled, thread_id: ThreadId, past: Past
) -> Changes:
    message_id = message_at(thread_id, past.of(THREAD, thread_id).last + 1)
    found = _made(known, past)
    assert found is not None, "it can be said"
    order = found.order
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
