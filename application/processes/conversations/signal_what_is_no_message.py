"""On other channels, too, people see how the business reacts to what was said, and that it has read it."""

from typing import Final

from application.ports import Recorded
from application.processes.effects.conversations import CarryReaction, CarryReading
from application.processes.process import Do, Orders, Process
from domain.conversations.channels import CHANNELS
from domain.conversations.messages import MessageReacted
from domain.conversations.participants import PHONE, is_staff
from domain.conversations.threads import ReadingMoved


def _signal_it(past: Recorded) -> Orders:
    match past.event:
        case MessageReacted(message_id=id_, thread_id=thread_id, member_id=who, channel=channel):
            if not _is_told(who, channel):
                return []
            effect = CarryReaction(message_id=id_, thread_id=thread_id, channel=channel)
            return [Do(effect, about=id_)]
        case ReadingMoved(thread_id=thread_id, member_id=who, sequence=place, channel=channel):
            if not _is_told(who, channel):
                return []
            reading = CarryReading(thread_id=thread_id, sequence=place, channel=channel)
            return [Do(reading, about=thread_id)]
        case _:
            return []


def _is_told(who: str, channel: str) -> bool:
    """Whether one of the business did it here, and people there can be told."""
    return is_staff(who) and who != PHONE and channel in CHANNELS and CHANNELS[channel].is_rich


SIGNAL_WHAT_IS_NO_MESSAGE: Final = Process(
    name="signal-what-is-no-message", when=(MessageReacted, ReadingMoved), then=_signal_it
)
