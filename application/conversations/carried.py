"""Use cases of what goes out on other channels: whoever carries it says what they call it, and how far it has come."""

from collections.abc import Mapping
from typing import Any, Final

from application.people import clients
from application.people.people import survivor
from application.transact import Changes, Past, UseCase
from domain.conversations import heard, messages
from domain.conversations.heard import HEARD, RecordCarried, ReportCarried
from domain.conversations.messages import MESSAGE, MessageStatus, ReportMessage
from domain.conversations.threads import THREAD
from domain.messages import Command
from domain.people.clients import CLIENT, MOST_CHANNELS, NameOnChannel
from domain.people.identities import IDENTITY

name_on_channel: Final = clients.USE_CASES[NameOnChannel]


def record(command: RecordCarried, past: Past) -> Changes:
    """Note that a message was taken, under which name, and what whoever is to read it is called there."""
    named = heard.carry(command.heard_id, command.message_id, past.of(HEARD, command.heard_id))
    taken = ReportMessage(message_id=command.message_id, status=MessageStatus.SENT, at=command.at)
    reported = _reported(taken, past)
    return {command.heard_id: named, command.message_id: reported, **_reader_named(command, past)}


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


def report(command: ReportCarried, past: Past) -> Changes:
    """Take in how far it has come, if it is one of ours; it may be told before we know its name."""
    message_id = past.of(HEARD, command.heard_id).message_id or command.message_id
    if message_id is None or past.of(MESSAGE, message_id).thread_id is None:
        return {}
    told = ReportMessage(
        message_id=message_id, status=command.status, at=command.at, reason=command.reason
    )
    return {message_id: _reported(told, past)}


def _reported(order: ReportMessage, past: Past) -> Any:
    return messages.report(order, past.of(MESSAGE, order.message_id))


USE_CASES: Final[Mapping[type[Command], UseCase[Any]]] = {
    RecordCarried: record,
    ReportCarried: report,
}
