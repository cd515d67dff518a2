"""Somebody writes from outside, whom the business may know or not: what they say is in their conversation on
that channel, and who was never known is a lead by it.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from application.conversations.assigning import given
from application.conversations.on_channels import conversation_on
from application.conversations.saying import post
from application.people import clients as client_use_cases
from application.people import consents
from application.people.guests import known_guest
from application.people.people import known_by, survivor
from application.sales.leads import opened as opened_lead
from application.transact import Changes, Past, UseCase, one_by_one, step_by_step
from domain.conversations import heard, threads
from domain.conversations.channels import CHANNELS
from domain.conversations.heard import HEARD, HearMessage
from domain.conversations.messages import PostMessage, message_at
from domain.conversations.participants import MemberId
from domain.conversations.threads import THREAD, OpenThread
from domain.conversations.windows import Line
from domain.messages import Command
from domain.people.clients import ClientStatus, NameOnChannel, OptInAgain, OptOut
from domain.people.consents import How, Proof
from domain.people.identities import IDENTITY
from domain.people.stopping import Word, meant
from domain.sales.leads import OpenLead, Touch
from domain.values import ClientId, HeardId, ThreadId, keyed_id

MOST_WORDS: Final = 200
"""Characters of what somebody wrote that are kept as proof of what they want."""


def hear(command: HearMessage, past: Past) -> Changes:
    """Take in what somebody says, once."""
    if past.of(HEARD, command.heard_id).message_id is not None:
        return {}
    client_id, registered = _person(command, past)
    thread = conversation_on(command.channel, client_id, past)
    return step_by_step(
        past,
        lambda _: registered,
        partial(_named, command, client_id),
        partial(_lead, command, client_id, is_new=bool(registered)),
        partial(_opened, thread),
        partial(given, threads.thread_of(thread)),
        partial(_said, command, client_id, threads.thread_of(thread)),
        partial(_word, command, client_id),
    )


def _person(command: HearMessage, past: Past) -> tuple[ClientId, Changes]:
    """Return who it is: whoever is known by that on the channel, or by their number where that is what it is for, since
    who is answered there is whoever has it; else as guests are.
    """
    named = [each.identity_id for each in (command.known, *command.also)]
    by_number = command.channel in CHANNELS and CHANNELS[command.channel].by_number
    for each in (*named, *(command.identities if by_number else ())):
        if (owner := known_by(past, each)) is not None:
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
        thread_id=thread_id, author=MemberId(client_id), text=command.text, line=line
    )
    named = heard.hear(command.heard_id, message_id, past.of(HEARD, command.heard_id))
    return {**post(order, past), command.heard_id: named}


def _word(command: HearMessage, client_id: ClientId, past: Past) -> Changes:
    """Do what somebody asks for by one word: to be told nothing more on this channel, or something again."""
    channel = CHANNELS.get(command.channel)
    word = meant(command.text, command.known.id)
    if channel is None or channel.told_by is None or word is None:
        return {}
    order = OptOut if word is Word.STOP else OptInAgain
    proof = Proof(where=command.number or None, words=command.text[:MOST_WORDS])
    said = order(client_id=client_id, channel=channel.told_by, how=How.WORD, proof=proof)
    return consents.USE_CASES[order](said, past)


def name_of(tenant: str, channel: str, id_: str, pepper: bytes) -> HeardId:
    """Name what a provider calls a message."""
    return HeardId(keyed_id(HEARD.kind, f"{tenant}/{channel}/{id_}", pepper))


USE_CASES: Final[Mapping[type[Command], UseCase[Any]]] = {heard.HearMessage: hear}
