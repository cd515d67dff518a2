"""What somebody sends with a message on another channel is fetched at once: there it is not kept for long."""

from typing import Final

from application.ports import Recorded
from application.processes.effects.conversations import FetchMedia
from application.processes.process import Do, Orders, Process
from domain.conversations.messages import MediaAwaited


def _fetch_it(past: Recorded) -> Orders:
    event = past.event
    assert isinstance(event, MediaAwaited)
    effect = FetchMedia(message_id=event.message_id, channel=event.channel)
    return [Do(effect, about=event.message_id)]


FETCH_MEDIA_WHEN_IT_WAS_SENT: Final = Process(
    name="fetch-media-when-it-was-sent", when=(MediaAwaited,), then=_fetch_it
)
