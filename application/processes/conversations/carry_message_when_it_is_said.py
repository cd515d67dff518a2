"""What is said on another channel that we reach is given to whoever carries it there; once more, if somebody wants that."""

from typing import Final

from application.ports import Recorded
from application.processes.effects import CarryMessage
from application.processes.process import Do, Orders, Process, Withdraw
from domain.conversations.channels import CHANNELS
from domain.conversations.messages import MessagePosted, MessageSentAgain, MessageStatus


def _carry_it(past: Recorded) -> Orders:
    match past.event:
        case MessagePosted(status=MessageStatus.QUEUED, channel=channel) as event:
            return _carried(event, channel)
        case MessageSentAgain(channel=channel) as event:
            before = Withdraw(CarryMessage, about=event.message_id)
            return [before, *_carried(event, channel)]
        case _:
            return []


def _carried(event: MessagePosted | MessageSentAgain, channel: str) -> Orders:
    if channel not in CHANNELS:
        return []
    effect = CarryMessage(message_id=event.message_id, thread_id=event.thread_id, channel=channel)
    return [Do(effect, about=event.message_id)]


CARRY_MESSAGE_WHEN_IT_IS_SAID: Final = Process(
    name="carry-message-when-it-is-said", when=(MessagePosted, MessageSentAgain), then=_carry_it
)
