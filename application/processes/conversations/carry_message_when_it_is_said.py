"""What is said on another channel that we reach is given to whoever carries it there."""

from datetime import timedelta
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
    return [
        Do(
            CarryMessage(
                message_id=event.message_id,
                thread_id=event.thread_id,
                channel=event.channel,
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
    name="carry-message-when-it-is-said", when=(MessagePosted,), then=_carry_it
)
