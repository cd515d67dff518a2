"""What is said on another channel that we reach is given to whoever carries it there."""

from typing import Final

from application.ports import Recorded
from application.processes.effects import CarryMessage
from application.processes.process import Do, Orders, Process
from domain.conversations.channels import CHANNELS
from domain.conversations.messages import MessagePosted, MessageStatus


def _carry_it(past: Recorded) -> Orders:
    event = past.event
    assert isinstance(event, MessagePosted)
    if event.status is not MessageStatus.QUEUED or event.channel not in CHANNELS:
        return []
    effect = CarryMessage(
        message_id=event.message_id, thread_id=event.thread_id, channel=event.channel
    )
    return [Do(effect, about=event.message_id)]


CARRY_MESSAGE_WHEN_IT_IS_SAID: Final = Process(
    name="carry-message-when-it-is-said", when=(MessagePosted,), then=_carry_it
)
