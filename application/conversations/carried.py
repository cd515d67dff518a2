"""Use cases of what goes out on other channels: whoever carries it says what they call it, and how far it has come."""

from collections.abc import Mapping
from typing import Any, Final

from application.transact import Changes, Past, UseCase
from domain.conversations import heard, messages
from domain.conversations.heard import HEARD, RecordCarried, ReportCarried
from domain.conversations.messages import MESSAGE, ReportMessage
from domain.messages import Command


def record(command: RecordCarried, past: Past) -> Changes:
    """Note under which name a message goes, and that it was taken, or is about to be given."""
    named = heard.carry(command.heard_id, command.message_id, past.of(HEARD, command.heard_id))
    taken = ReportMessage(message_id=command.message_id, status=command.status, at=command.at)
    return {command.heard_id: named, command.message_id: _reported(taken, past)}


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
