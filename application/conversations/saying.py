"""Use cases of what is said in conversations."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final

from msgspec.structs import replace

from application.conversations.calling_off import called_off, waiting
from application.conversations.enclosed.enclosing import (
    contents,
    enclosed,
    refuse_erased,
    taken_back,
)
from application.conversations.readers import refuse_unreached
from application.conversations.taking_part import as_member, joining, one_of, recorded
from application.conversations.wording import worded
from application.sales.leads import replied, written_to
from application.transact import Changes, Past, UseCase, step_by_step
from domain.conversations import messages, threads
from domain.conversations.channels import (
    CHANNELS,
    Channel,
    goes_in_front,
    refuse_choices,
    refuse_uncarried,
)
from domain.conversations.messages import MESSAGE, Message, MessageKind, MessageStatus
from domain.conversations.participants import MemberId, client_of, is_staff
from domain.conversations.scheduled import CalledOff
from domain.conversations.threads import THREAD, Thread, ThreadEvent
from domain.conversations.windows import refuse_closed
from domain.messages import Command


def post(command: messages.PostMessage, past: Past) -> Changes:
    """Let somebody say something, with what follows from it: for what was to be said later, and for a lead."""
    said = partial(_said, command)
    if command.kind is not MessageKind.TEXT:
        return said(past)
    return step_by_step(past, said, partial(_answered, command), partial(_told_of_lead, command))


def _said(command: messages.PostMessage, past: Past) -> Changes:
    """Who works here and has leave for it takes part by saying something."""
    thread_id = command.thread_id
    thread = past.of(THREAD, thread_id)
    threads.refuse_unknown(thread)
    refuse_erased(thread, past)
    command, filled, fallback = worded(command, past)
    author = as_member(thread, command.author, past)
    before = joining(thread_id, author, thread, past)
    there = THREAD.fold(before, thread)
    mentions = tuple(as_member(there, each, past) for each in command.mentions)
    posted = messages.post(
        replace(command, author=author, mentions=mentions),
        there.last + 1,
        threads.seen_by(there, among_colleagues=command.kind is MessageKind.NOTE),
        there.channel,
        threads.with_client(there),
        now=past.now,
        filled_in=filled,
        fallback=fallback,
    )
    _refuse_elsewhere(posted, past)
    refuse_choices(CHANNELS.get(posted.channel), posted.choices)
    sent = enclosed(posted, past)
    if posted.status is MessageStatus.QUEUED and posted.channel in CHANNELS:
        posted = _carried(posted, CHANNELS[posted.channel], there, past)
    past.of(MESSAGE, posted.message_id)
    events = [*before, *_opened_again(posted, there, past), threads.counted(posted, command.line)]
    more = _awaited(command, posted)
    said = {**recorded(thread_id, thread, events), posted.message_id: [posted, *more]}
    return {**said, **sent}


def _carried(
    posted: messages.MessagePosted, channel: Channel, thread: Thread, past: Past
) -> messages.MessagePosted:
    """Return it as it goes out on a channel. Raises what is in the way."""
    if posted.choices is not None and not posted.text:
        raise messages.SaysNothing
    files = contents(posted.files, past)
    refuse_uncarried(channel, posted.text, files, posted.choices)
    if posted.approved is None or files:
        refuse_closed(channel, thread.lines, now=past.now)
    refuse_unreached(thread, channel, past)
    in_front = goes_in_front(channel, posted.text, files, posted.choices)
    return replace(posted, parts=len(files) + in_front)


def _awaited(
    command: messages.PostMessage, posted: messages.MessagePosted
) -> Sequence[messages.MessageEvent]:
    if command.media is None:
        return []
    return [messages.awaited(posted, command.media)]


def _answered(command: messages.PostMessage, past: Past) -> Changes:
    """Let nothing be said any more that was to be unless somebody answered."""
    if is_staff(command.author):
        return {}
    no_more = waiting(past.of(THREAD, command.thread_id), for_an_answer=True)
    return called_off(command.thread_id, no_more, CalledOff.ANSWERED, past)


def _told_of_lead(command: messages.PostMessage, past: Past) -> Changes:
    """Count that a lead wrote, or that they were written to."""
    thread = past.of(THREAD, command.thread_id)
    if (client := client_of(command.author)) is not None:
        return replied(client, messages.message_at(command.thread_id, thread.last), past)
    return written_to(thread.client_id, past) if thread.client_id else {}


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
        if known.thread_id != posted.thread_id or not messages.is_seen_by(posted.author, known):
            raise messages.RepliesElsewhere


def edit(command: messages.EditMessage, past: Past) -> Changes:
    message = past.of(MESSAGE, command.message_id)
    order = replace(command, by=_as_author(message, command.by, past))
    return {command.message_id: messages.edit(order, message, now=past.now)}


def fall_back(command: messages.FallBack, past: Past) -> Changes:
    message = past.of(MESSAGE, command.message_id)
    return {command.message_id: messages.fall_back(command, message, now=past.now)}


def delete(command: messages.DeleteMessage, past: Past) -> Changes:
    message = past.of(MESSAGE, command.message_id)
    by = None if command.by is None else _as_author(message, command.by, past)
    events = messages.delete(replace(command, by=by), message, now=past.now)
    if not events or message.thread_id is None:
        return {}
    thread = past.of(THREAD, message.thread_id)
    less = threads.discounted(command.message_id, message)
    return {
        command.message_id: events,
        **recorded(message.thread_id, thread, less),
        **taken_back(message, past),
    }


def react(command: messages.React, past: Past) -> Changes:
    message = past.of(MESSAGE, command.message_id)
    who = one_of(message.audience, command.member_id, past)
    messages.refuse_unseen(message, who)
    return {command.message_id: messages.react(replace(command, member_id=who), message)}


def send_again(command: messages.SendAgain, past: Past) -> Changes:
    """Have whoever carries it send it once more, if it still may be said."""
    message = past.of(MESSAGE, command.message_id)
    events = messages.send_again(command, message, now=past.now)
    is_free = not (message.is_approved or message.falls_back)
    if is_free and message.thread_id is not None and message.channel in CHANNELS:
        lines = past.of(THREAD, message.thread_id).lines
        refuse_closed(CHANNELS[message.channel], lines, now=past.now)
    return {command.message_id: events}


def report(command: messages.ReportMessage, past: Past) -> Changes:
    message = past.of(MESSAGE, command.message_id)
    return {command.message_id: messages.report(command, message)}


def _as_author(message: Message, member_id: MemberId, past: Past) -> MemberId:
    return one_of((message.author,), member_id, past)


USE_CASES: Final[Mapping[type[Command], UseCase[Any]]] = {
    messages.PostMessage: post,
    messages.EditMessage: edit,
    messages.FallBack: fall_back,
    messages.DeleteMessage: delete,
    messages.React: react,
    messages.SendAgain: send_again,
    messages.ReportMessage: report,
}
