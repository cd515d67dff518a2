"""What is said on another channel that we reach is given to whoever carries it there; once more, if somebody wants that."""

from datetime import timedelta
from typing import Final

from application.ports import Recorded
from application.processes.effects.conversations import CarryMessage
from application.processes.process import Do, Orders, Process, Withdraw
from domain.conversations.channels import CHANNELS
from domain.conversations.messages import MessagePosted, MessageSentAgain, MessageStatus


def _carry_it(past: Recorded) -> Orders:
    match past.event:
        case MessagePosted(status=MessageStatus.QUEUED, channel=channel) as event:
            return _carried(event, channel, past)
        case MessageSentAgain(channel=channel) as event:
            before = Withdraw(CarryMessage, about=event.message_id)
            return [before, *_carried(event, channel, past)]
        case _:
            return []


def _carried(event: MessagePosted | MessageSentAgain, channel: str, past: Recorded) -> Orders:
    if channel not in CHANNELS:
        return []
    return [
        Do(
            CarryMessage(
                message_id=event.message_id,
                thread_id=event.thread_id,
                channel=channel,
                part=part,
            ),
            about=event.message_id,
            at=past.recorded_at - (event.parts - 1 - part) * IN_FRONT,
        )
        for part in range(event.parts)
    ]


IN_FRONT: Final = timedelta(microseconds=1)
"""What is due earlier of what one event caused is carried out earlier."""

CARRY_MESSAGE_WHEN_IT_IS_SAID: Final = Process(
    name="carry-message-when-it-is-said", when=(MessagePosted, MessageSentAgain), then=_carry_it
)
