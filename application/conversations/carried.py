"""Use cases of what goes out on other channels: whoever carries it says what they call it, and how far it has come."""

from collections.abc import Mapping
from typing import Any, Final

from application.transact import Changes, Past, UseCase
from domain.conversations import heard, messages
from domain.conversations.heard import HEARD, RecordCarried, ReportCarried
from domain.conversations.messages import MESSAGE, MessageStatus, ReportMessage
from domain.messages import Command


def record(command: RecordCarried, past: Past) -> Changes:
    """Note that a message was taken, and under which name."""
    named = heard.carry(command, past.of(HEARD, command.heard_id))
    taken = ReportMessage(
        message_id=command.message_id,
        status=MessageStatus.SENT,
        at=command.at,
        part=command.part,
    )
    return {command.heard_id: named, command.message_id: _reported(taken, past)}


def report(command: ReportCarried, past: Past) -> Changes:
    """Take in how far it has come, if it is one of ours; it may be told before we know its name."""
    known = past.of(HEARD, command.heard_id)
    message_id, part = known.message_id, known.part
    if message_id is None:
        message_id, part = command.message_id, command.part
    if message_id is None or past.of(MESSAGE, message_id).thread_id is None:
        return {}
    told = ReportMessage(
        message_id=message_id,
        status=command.status,
        at=command.at,
        reason=command.reason,
        part=part,
    )
    return {message_id: _reported(told, past)}


def _reported(order: ReportMessage, past: Past) -> Any:
    return messages.report(order, past.of(MESSAGE, order.message_id))


USE_CASES: Final[Mapping[type[Command], UseCase[Any]]] = {
    RecordCarried: record,
    ReportCarried: report,
}
