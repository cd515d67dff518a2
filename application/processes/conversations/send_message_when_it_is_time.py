"""What is to be said later is said at its time, unless it was cancelled by then."""

from typing import Final

from application.ports import Recorded
from application.processes.process import Do, Orders, Process, Withdraw
from domain.conversations.scheduled import MessageScheduled, ScheduledCancelled, SendScheduled


def _send_it_in_time(past: Recorded) -> Orders:
    match past.event:
        case MessageScheduled(scheduled_id=id_, send_at=at):
            return [Do(SendScheduled(scheduled_id=id_), about=id_, at=at)]
        case ScheduledCancelled(scheduled_id=id_):
            return [Withdraw(SendScheduled, about=id_)]
        case _:
            return []


SEND_MESSAGE_WHEN_IT_IS_TIME: Final = Process(
    name="send-message-when-it-is-time",
    when=(MessageScheduled, ScheduledCancelled),
    then=_send_it_in_time,
)
