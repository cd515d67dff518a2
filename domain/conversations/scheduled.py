"""Messages that are to be said later: once, at their time, unless there is a reason not to by then.

schedule ─► WAITING ─► SENT        (a message of the thread)
               └─────► CANCELLED   (by a person; or the thread was resolved, put away, or answered, if that was wished)
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, assert_never

from msgspec.structs import replace

from domain.aggregate import Aggregate
from domain.conversations.messages import refuse_unclear
from domain.conversations.participants import Audience, MemberId
from domain.conversations.templates import FromTemplate
from domain.messages import Command, DomainError, Event, Invalid, Missing, Personal, Value
from domain.telling import Telling, Tellings, public
from domain.values import ClientId, MessageId, ScheduledId, ThreadId

FARTHEST: Final = timedelta(days=366)
MOST_SCHEDULED: Final = 20
"""Of one thread at a time."""


class ScheduledStatus(StrEnum):
    """What has become of it."""

    WAITING = "waiting"
    SENT = "sent"
    CANCELLED = "cancelled"


class CalledOff(StrEnum):
    """Why it was never said."""

    BY_PERSON = "by-person"
    ANSWERED = "answered"
    RESOLVED = "resolved"
    ARCHIVED = "archived"
    AUTHOR_LEFT = "author-left"
    ERASED = "erased"
    TEMPLATE = "template"
    WINDOW_CLOSED = "window-closed"
    OPTED_OUT = "opted-out"
    NO_ADDRESS = "no-address"


# --- What may be asked ----------------------------------------------------------------


class ScheduleMessage(Command, frozen=True):
    """`unless_answered`: it is cancelled once somebody from outside writes. Instead of `text` there may be a
    `template`, of which it is made when its time comes. Where nothing can be said freely any more by then, the
    `fallback` is.
    """

    scheduled_id: ScheduledId
    thread_id: ThreadId
    author: MemberId
    send_at: datetime
    text: str | None = None
    template: FromTemplate | None = None
    fallback: FromTemplate | None = None
    unless_answered: bool = False


class SendScheduled(Command, frozen=True):
    """Its time has come."""

    scheduled_id: ScheduledId


class CancelScheduled(Command, frozen=True):
    """A person does not want it said any more."""

    scheduled_id: ScheduledId


# --- What can happen ------------------------------------------------------------------


class MessageScheduled(Event, frozen=True):
    """`audience` is who may see it until it is said: those who work here. `about_client` is with whom the
    conversation is.
    """

    scheduled_id: ScheduledId
    thread_id: ThreadId
    author: MemberId
    audience: Audience
    send_at: datetime
    unless_answered: bool = False
    client_id: ClientId | None = None
    text: Personal[str | None] = None
    template: Personal[FromTemplate | None] = None
    fallback: Personal[FromTemplate | None] = None


class ScheduledSent(Event, frozen=True):
    scheduled_id: ScheduledId
    thread_id: ThreadId
    message_id: MessageId


class ScheduledCancelled(Event, frozen=True):
    scheduled_id: ScheduledId
    thread_id: ThreadId
    reason: CalledOff


ScheduledEvent = MessageScheduled | ScheduledSent | ScheduledCancelled

# --- Why it may be refused ------------------------------------------------------------


class ScheduledNotFound(Missing):
    """There is no scheduled message by this id that you can see."""


class NotScheduledAnyMore(DomainError):
    """The message was sent, or cancelled."""

    current_status: ScheduledStatus


class ScheduledIntoThePast(Invalid):
    """A message can be scheduled for a time to come, within a year."""


class TooManyScheduled(DomainError):
    """So many messages can wait in one conversation, and no more."""

    most: int


# --- What it remembers ----------------------------------------------------------------


class Scheduled(Value, frozen=True, kw_only=True):
    """A message that is to be said; `text` or `template` are there while it waits."""

    thread_id: ThreadId | None = None
    author: MemberId = MemberId("")
    audience: Audience = ()
    text: str | None = None
    template: FromTemplate | None = None
    fallback: FromTemplate | None = None
    unless_answered: bool = False
    status: ScheduledStatus = ScheduledStatus.WAITING


def evolve(scheduled: Scheduled, event: ScheduledEvent) -> Scheduled:
    match event:
        case MessageScheduled():
            return Scheduled(
                thread_id=event.thread_id,
                author=event.author,
                audience=event.audience,
                text=event.text,
                template=event.template,
                fallback=event.fallback,
                unless_answered=event.unless_answered,
            )
        case ScheduledSent():
            return _without_words(scheduled, ScheduledStatus.SENT)
        case ScheduledCancelled():
            return _without_words(scheduled, ScheduledStatus.CANCELLED)
        case _:
            assert_never(event)


def _without_words(scheduled: Scheduled, status: ScheduledStatus) -> Scheduled:
    return replace(scheduled, status=status, text=None, template=None, fallback=None)


SCHEDULED: Final[Aggregate[Scheduled, ScheduledEvent]] = Aggregate(
    kind="scheduled", initial=Scheduled(), evolve=evolve
)

# --- What is decided ------------------------------------------------------------------


def schedule(
    command: ScheduleMessage,
    waiting: int,
    audience: Audience,
    client_id: ClientId | None,
    scheduled: Scheduled,
    *,
    now: datetime,
) -> Sequence[ScheduledEvent]:
    """Let something be said later, where so many are `waiting`. Raises ScheduledIntoThePast, TooManyScheduled,
    SaysNothing, SaidTwice.
    """
    if scheduled.thread_id is not None:
        return []
    refuse_unclear(command.text, command.template)
    if not now < command.send_at <= now + FARTHEST:
        raise ScheduledIntoThePast
    if waiting >= MOST_SCHEDULED:
        raise TooManyScheduled(most=MOST_SCHEDULED)
    return [
        MessageScheduled(
            scheduled_id=command.scheduled_id,
            thread_id=command.thread_id,
            author=command.author,
            audience=audience,
            send_at=command.send_at,
            unless_answered=command.unless_answered,
            client_id=client_id,
            text=command.text,
            template=command.template,
            fallback=command.fallback,
        )
    ]


def cancel(
    scheduled_id: ScheduledId, scheduled: Scheduled, reason: CalledOff
) -> Sequence[ScheduledEvent]:
    """Let it not be said. Raises ScheduledNotFound, NotScheduledAnyMore."""
    if scheduled.thread_id is None:
        raise ScheduledNotFound
    if scheduled.status is ScheduledStatus.CANCELLED:
        return []
    if scheduled.status is ScheduledStatus.SENT:
        raise NotScheduledAnyMore(current_status=scheduled.status)
    return [
        ScheduledCancelled(scheduled_id=scheduled_id, thread_id=scheduled.thread_id, reason=reason)
    ]


STORED_AS: Final[dict[str, type[Event]]] = {
    "scheduled-message-planned.v1": MessageScheduled,
    "scheduled-message-sent.v1": ScheduledSent,
    "scheduled-message-cancelled.v1": ScheduledCancelled,
}


def _to_colleagues(type_: str, *places: str, **renamed: Any) -> Telling:
    about = {"member_id": "audience"}
    return public(type_, "thread_id", *places, id="scheduled_id", about=about, **renamed)


TOLD_AS: Final[Tellings] = {
    MessageScheduled: _to_colleagues(
        "scheduled.made",
        "author",
        "send_at",
        "unless_answered",
        "text",
        "template",
        "fallback",
        audience="audience",
    ),
    ScheduledSent: _to_colleagues("scheduled.sent", "message_id"),
    ScheduledCancelled: _to_colleagues("scheduled.cancelled", "reason"),
}
