"""Somebody writes from outside, whom the business may know or not: what they say is in their conversation on
that channel, and who was never known is a lead by it.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from application.conversations.assigning import given
from application.conversations.saying import post
from application.people import clients as client_use_cases
from application.people.guests import known_guest
from application.people.people import known_by, records, survivor
from application.sales.leads import opened as opened_lead
from application.transact import Changes, Past, UseCase, one_by_one, step_by_step
from domain.conversations import heard, threads
from domain.conversations.heard import HEARD, HearMessage
from domain.conversations.messages import PostMessage, message_at
from domain.conversations.participants import MemberId
from domain.conversations.threads import THREAD, OpenThread, ThreadForm
from domain.conversations.windows import Line
from domain.messages import Command
from domain.people.clients import ClientStatus, NameOnChannel
from domain.people.identities import IDENTITY
from domain.sales.leads import OpenLead, Touch
from domain.values import ClientId, HeardId, ThreadId, keyed_id


def hear(command: HearMessage, past: Past) -> Changes:
    """Take in what somebody says, once."""
    if past.of(HEARD, command.heard_id).message_id is not None:
        return {}
    client_id, registered = _person(command, past)
    thread = _conversation(command.channel, client_id, past)
    return step_by_step(
        past,
        lambda _: registered,
        partial(_named, command, client_id),
        partial(_lead, command, client_id, is_new=bool(registered)),
        partial(_opened, thread),
        partial(given, threads.thread_of(thread)),
        partial(_said, command, client_id, threads.thread_of(thread)),
    )


def _person(command: HearMessage, past: Past) -> tuple[ClientId, Changes]:
    """Return who it is: whoever is known by that on the channel, else as guests are."""
    for each in (command.known, *command.also):
        if (owner := known_by(past, each.identity_id)) is not None:
            return owner, {}
    client_id, registered = known_guest(
        command.contact, command.identities, command.seed, past, status=ClientStatus.LEAD
    )
    return survivor(past, client_id) if not registered else client_id, registered


def _named(command: HearMessage, client_id: ClientId, past: Past) -> Changes:
    """Know them by all that they are called there from now on."""
    unnamed = [
        NameOnChannel(client_id=client_id, known=each)
        for each in (command.known, *command.also)
        if past.of(IDENTITY, each.identity_id).owner is None
    ]
    return one_by_one(unnamed, past, client_use_cases.USE_CASES[NameOnChannel])


def _lead(command: HearMessage, client_id: ClientId, past: Past, *, is_new: bool) -> Changes:
    if not is_new:
        return {}
    touch = Touch(source=command.channel)
    order = OpenLead(seed=command.seed, client_id=client_id, touch=touch, message=command.text)
    return opened_lead(order, past)[1]


def _conversation(channel: str, client_id: ClientId, past: Past) -> OpenThread:
    """Return the order that opens what a person and the business have on a channel, under the record under which
    they had it before, if they had.
    """
    theirs = [_between(channel, each) for each in records(past, client_id) or (client_id,)]
    there = (e for e in theirs if past.of(THREAD, threads.thread_of(e)).opened_at is not None)
    return next(there, _between(channel, client_id))


def _between(channel: str, client_id: ClientId) -> OpenThread:
    member = MemberId(client_id)
    return OpenThread(
        form=ThreadForm.DEPARTMENT,
        opened_by=member,
        members=(member,),
        seed=f"{channel}/{client_id}",
        channel=channel,
    )


def _opened(order: OpenThread, past: Past) -> Changes:
    thread_id = threads.thread_of(order)
    thread = past.of(THREAD, thread_id)
    if thread.opened_at is not None:
        return {}
    return {thread_id: threads.open_(order, thread, now=past.now)}


def _said(command: HearMessage, client_id: ClientId, thread_id: ThreadId, past: Past) -> Changes:
    message_id = message_at(thread_id, past.of(THREAD, thread_id).last + 1)
    line = Line(
        number=command.number,
        identity_id=command.known.identity_id,
        at=min(command.at or past.now, past.now),
    )
    order = PostMessage(
        thread_id=thread_id,
        author=MemberId(client_id),
        text=command.text,
        line=line,
        media=command.media,
    )
    named = heard.hear(command.heard_id, message_id, past.of(HEARD, command.heard_id))
    return {**post(order, past), command.heard_id: named}


def name_of(tenant: str, channel: str, id_: str, pepper: bytes) -> HeardId:
    """Name what a provider calls a message."""
    return HeardId(keyed_id(HEARD.kind, f"{tenant}/{channel}/{id_}", pepper))


USE_CASES: Final[Mapping[type[Command], UseCase[Any]]] = {heard.HearMessage: hear}
