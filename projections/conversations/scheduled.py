"""What is to be said later, and what has become of it?"""

from datetime import datetime
from typing import assert_never

from msgspec.structs import replace

from domain.conversations.participants import MemberId
from domain.conversations.scheduled import (
    CalledOff,
    MessageScheduled,
    ScheduledCancelled,
    ScheduledEvent,
    ScheduledSent,
    ScheduledStatus,
)
from domain.conversations.templates import FromTemplate
from domain.people.clients import ClientErased
from domain.values import MessageId, ScheduledId, ThreadId, kind_of
from projections.read_model import ReadModel, Row


class ListedScheduled(Row, frozen=True, kw_only=True):
    """A message for later; once it was said, `message_id` is the message."""

    id: ScheduledId
    thread_id: ThreadId
    author: MemberId
    text: str | None = None
    template: FromTemplate | None = None
    fallback: FromTemplate | None = None
    send_at: datetime
    unless_answered: bool = False
    status: ScheduledStatus = ScheduledStatus.WAITING
    reason: CalledOff | None = None
    message_id: MessageId | None = None


def _evolve(
    row: ListedScheduled | None, event: ScheduledEvent | ClientErased
) -> ListedScheduled | None:
    match event:
        case MessageScheduled():
            return ListedScheduled(
                id=event.scheduled_id,
                thread_id=event.thread_id,
                author=event.author,
                text=event.text,
                template=event.template,
                fallback=event.fallback,
                send_at=event.send_at,
                unless_answered=event.unless_answered,
            )
        case ScheduledSent(message_id=message):
            return row and replace(row, status=ScheduledStatus.SENT, message_id=message)
        case ScheduledCancelled(reason=reason):
            return row and replace(row, status=ScheduledStatus.CANCELLED, reason=reason)
        case ClientErased():
            return row and replace(row, text=None, template=None, fallback=None)
        case _:
            assert_never(event)


def _key(event: ScheduledEvent | ClientErased) -> list[str]:
    match event:
        case ClientErased(streams=streams):
            return [each for each in streams if kind_of(each) == SCHEDULED_ROWS.owner]
        case _:
            return [event.scheduled_id]


SCHEDULED_ROWS = ReadModel(
    name="scheduled_messages",
    version=3,
    row=ListedScheduled,
    subscribes_to=(MessageScheduled, ScheduledSent, ScheduledCancelled, ClientErased),
    key=_key,
    evolve=_evolve,
    columns=("thread_id", "status", "send_at"),
    indexes=(("thread_id", "send_at"), ("send_at",)),
    owner="scheduled",
)
