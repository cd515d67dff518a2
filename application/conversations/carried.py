"""Use cases of what goes out on other channels: whoever carries it says what they call it, and how far it has come."""

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from application.conversations.amending import caught_up
from application.conversations.saying import delete
from application.conversations.taking_part import recorded
from application.people import clients
from application.people.people import survivor
from application.transact import Changes, Past, UseCase, step_by_step
from domain.conversations import heard, messages, threads
from domain.conversations.heard import HEARD, Heard, RecordCarried, ReportCarried
from domain.conversations.messages import MESSAGE, DeleteMessage, ReportMessage
from domain.conversations.participants import PHONE
from domain.conversations.threads import THREAD
from domain.messages import Command
from domain.people.clients import CLIENT, MOST_CHANNELS, NameOnChannel
from domain.people.identities import IDENTITY
from domain.values import MessageId

name_on_channel: Final = clients.USE_CASES[NameOnChannel]


def record(command: RecordCarried, past: Past) -> Changes:
    """Note under which name a message goes, and that it was taken, or is about to be given; with what was said about it
    before, and what whoever is to read it is called there.
    """
    waited = past.of(HEARD, command.heard_id)
    return step_by_step(
        past,
        partial(_said_at_the_phone, waited.message_id),
        partial(_named, command),
        partial(_taken, command),
        lambda here: caught_up(command.message_id, waited, here),
        partial(_reader_named, command),
    )


def _reader_named(command: RecordCarried, past: Past) -> Changes:
    """Know them by it from now on, so that their answer is theirs (K16); what is another's stays so."""
    thread_id = past.of(MESSAGE, command.message_id).thread_id
    client_id = past.of(THREAD, thread_id).client_id if thread_id else None
    if client_id is None or command.known is None:
        return {}
    if past.of(IDENTITY, command.known.identity_id).owner is not None:
        return {}
    who = survivor(past, client_id)
    if past.of(CLIENT, who).erased or len(past.of(CLIENT, who).channels) >= MOST_CHANNELS:
        return {}
    return name_on_channel(NameOnChannel(client_id=who, known=command.known), past)


def _said_at_the_phone(known: MessageId | None, past: Past) -> Changes:
    """Take back what was taken for somebody's message at the phone, and was this one."""
    if known is None or past.of(MESSAGE, known).author != PHONE:
        return {}
    return delete(DeleteMessage(message_id=known), past)


def _named(command: RecordCarried, past: Past) -> Changes:
    known, message = past.of(HEARD, command.heard_id), past.of(MESSAGE, command.message_id)
    again = known.message_id is not None and past.of(MESSAGE, known.message_id).author == PHONE
    named = heard.carry(command.heard_id, command.message_id, Heard() if again else known)
    called = messages.name(command.message_id, command.name, message) if command.name else []
    return {command.heard_id: named, command.message_id: called}


def _taken(command: RecordCarried, past: Past) -> Changes:
    taken = ReportMessage(message_id=command.message_id, status=command.status, at=command.at)
    return {command.message_id: _reported(taken, past)}


def report(command: ReportCarried, past: Past) -> Changes:
    """Take in how far it has come, if it is one of ours; it may be told before we know its name."""
    message_id = past.of(HEARD, command.heard_id).message_id or command.message_id
    if message_id is None or past.of(MESSAGE, message_id).thread_id is None:
        return {}
    told = ReportMessage(
        message_id=message_id, status=command.status, at=command.at, reason=command.reason
    )
    return {message_id: _reported(told, past), **_stopped(message_id, command, past)}


def _stopped(message_id: MessageId, command: ReportCarried, past: Past) -> Changes:
    thread_id = past.of(MESSAGE, message_id).thread_id
    if command.stopped_until is None or thread_id is None:
        return {}
    thread = past.of(THREAD, thread_id)
    return recorded(thread_id, thread, threads.stopped(thread_id, thread, command.stopped_until))


def _reported(order: ReportMessage, past: Past) -> Any:
    return messages.report(order, past.of(MESSAGE, order.message_id))


USE_CASES: Final[Mapping[type[Command], UseCase[Any]]] = {
    RecordCarried: record,
    ReportCarried: report,
}
