"""Somebody writes from outside, whom the business may know or not: what they say is in their conversation on
that channel, and who was never known is a lead by it.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any, Final

from application.conversations.amending import caught_up, replying
from application.conversations.assigning import given
from application.conversations.reaching import opened
from application.conversations.readers import conversation
from application.conversations.saying import post
from application.people import clients as client_use_cases
from application.people import consents
from application.people.guests import known_guest
from application.people.people import survivor
from application.sales.leads import opened as opened_lead
from application.transact import Changes, Past, UseCase, one_by_one, step_by_step
from domain.conversations import heard, threads
from domain.conversations.channels import CHANNELS
from domain.conversations.heard import HEARD, HearMessage, MoveKnown
from domain.conversations.messages import MESSAGE, MessageKind, PostMessage, message_at
from domain.conversations.participants import PHONE, MemberId
from domain.conversations.threads import THREAD
from domain.conversations.windows import Line
from domain.messages import Command
from domain.people.clients import CLIENT, ClientStatus, NameOnChannel, OptInAgain, OptOut
from domain.people.consents import How, Proof
from domain.people.identities import IDENTITY
from domain.people.stopping import Word, meant
from domain.sales.leads import OpenLead, Touch
from domain.values import ClientId, HeardId, IdentityId, MessageId, ThreadId, keyed_id

LONGEST_TEXT: Final = 10_000
MOST_WORDS: Final = 200
"""Characters of what somebody wrote that are kept as proof of what they want."""


def hear(command: HearMessage, past: Past) -> Changes:
    """Take in what somebody says, once, with what was said about it before."""
    waited = past.of(HEARD, command.heard_id)
    if waited.message_id is not None:
        return {}
    client_id, registered = _person(command, past)
    thread = conversation(command.channel, client_id, past)
    thread_id = threads.thread_of(thread)
    return step_by_step(
        past,
        lambda _: registered,
        partial(_named, command, client_id),
        partial(_lead, command, client_id, is_new=bool(registered)),
        partial(opened, thread),
        partial(given, thread_id),
        partial(_said, command, client_id, thread_id),
        lambda here: replying(_last(thread_id, here), command.reply_to, here),
        lambda here: caught_up(_last(thread_id, here), waited, here),
        partial(_word, command, client_id),
    )


def _person(command: HearMessage, past: Past) -> tuple[ClientId, Changes]:
    """Return who it is: whoever is known by that on the channel, or was when they wrote; or by their number where that is
    what it is for, since who is answered there is whoever has it; else as guests are.
    """
    named = [each.identity_id for each in (command.known, *command.also)]
    for each in (*named, *_numbers(command)):
        if (owner := _owner(each, command.at, past)) is not None:
            return owner, {}
    client_id, registered = known_guest(
        command.contact, command.identities, command.seed, past, status=ClientStatus.LEAD
    )
    return survivor(past, client_id) if not registered else client_id, registered


def _numbers(command: HearMessage) -> tuple[IdentityId, ...]:
    """Return by which numbers they are known, where that is enough; an address that is said of them is not."""
    by_number = command.channel in CHANNELS and CHANNELS[command.channel].by_number
    return command.identities if by_number and command.contact.email is None else ()


def _owner(identity_id: IdentityId, at: datetime | None, past: Past) -> ClientId | None:
    """Return who is known by an identity on a channel; else who was until after that, by the provider's clock."""
    identity = past.of(IDENTITY, identity_id)
    if identity.owner is not None:
        return survivor(past, identity.owner)
    until = past.of(CLIENT, identity.former).left.get(identity_id) if identity.former else None
    was_theirs = at is not None and until is not None and at <= until
    return survivor(past, identity.former) if identity.former and was_theirs else None


def _named(command: HearMessage, client_id: ClientId, past: Past) -> Changes:
    """Know them by all that they are called there from now on."""
    unnamed = [
        NameOnChannel(client_id=client_id, known=each)
        for each in (command.known, *command.also)
        if past.of(IDENTITY, each.identity_id).owner is None
        and each.identity_id not in past.of(CLIENT, client_id).left
    ]
    return one_by_one(unnamed, past, client_use_cases.USE_CASES[NameOnChannel])


def _lead(command: HearMessage, client_id: ClientId, past: Past, *, is_new: bool) -> Changes:
    if not is_new:
        return {}
    touch = Touch(source=command.channel)
    order = OpenLead(seed=command.seed, client_id=client_id, touch=touch, message=command.text)
    return opened_lead(order, past)[1]


def _said(command: HearMessage, client_id: ClientId, thread_id: ThreadId, past: Past) -> Changes:
    order = PostMessage(
        thread_id=thread_id,
        author=PHONE if command.from_phone else MemberId(client_id),
        text=command.text,
        line=None if command.from_phone else _line(command, past),
        media=command.media,
        name=command.name,
        payload=command.payload,
        reply_to=_replies_to(command.reply_to, thread_id, past),
    )
    return _posted(order, command.heard_id, past)


def said_of(command: MoveKnown, client_id: ClientId, thread_id: ThreadId, past: Past) -> Changes:
    """Let it stand in their conversation what a provider says about somebody; nobody has to read it."""
    order = PostMessage(
        thread_id=thread_id,
        author=MemberId(client_id),
        text=command.text,
        kind=MessageKind.SYSTEM,
        name=command.heard_id,
    )
    return _posted(order, command.heard_id, past)


def _posted(order: PostMessage, heard_id: HeardId, past: Past) -> Changes:
    message_id = message_at(order.thread_id, past.of(THREAD, order.thread_id).last + 1)
    named = heard.hear(heard_id, message_id, past.of(HEARD, heard_id))
    return {**post(order, past), heard_id: named}


def _line(command: HearMessage, past: Past) -> Line:
    at = min(command.at or past.now, past.now)
    return Line(number=command.number, identity_id=command.known.identity_id, at=at)


def _replies_to(name: HeardId | None, thread_id: ThreadId, past: Past) -> MessageId | None:
    """Return to which message of their conversation somebody replies, where that is known."""
    replied = past.of(HEARD, name).message_id if name is not None else None
    if replied is None or past.of(MESSAGE, replied).thread_id != thread_id:
        return None
    return replied


def _last(thread_id: ThreadId, past: Past) -> MessageId:
    return message_at(thread_id, past.of(THREAD, thread_id).last)


def _word(command: HearMessage, client_id: ClientId, past: Past) -> Changes:
    """Do what somebody asks for by one word: to be told nothing more on this channel, or something again."""
    channel = CHANNELS.get(command.channel)
    text = command.text or ""
    word = meant(text, command.known.id)
    if channel is None or channel.told_by is None or word is None or command.from_phone:
        return {}
    order = OptOut if word is Word.STOP else OptInAgain
    proof = Proof(where=command.number or None, words=text[:MOST_WORDS])
    said = order(
        client_id=client_id, channel=channel.told_by, how=How.WORD, proof=proof, at=command.at
    )
    return consents.USE_CASES[order](said, past)


def words_of(said: str) -> str | None:
    """Return what somebody wrote as it can be kept; None, where nothing is left."""
    kept = said.replace("\x00", "")[:LONGEST_TEXT]
    return kept if kept.strip() else None


def name_of(tenant: str, channel: str, id_: str, pepper: bytes) -> HeardId:
    """Name what a provider calls a message."""
    return HeardId(keyed_id(HEARD.kind, f"{tenant}/{channel}/{id_}", pepper))


USE_CASES: Final[Mapping[type[Command], UseCase[Any]]] = {heard.HearMessage: hear}
