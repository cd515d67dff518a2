"""What is to be sent, when it is tried again, and what is said of it in headers."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final, Protocol
from uuid import UUID, uuid5

import msgspec

from application.feed import Happening
from application.outgoing import Answered, Outcome
from application.ports import Bookmark
from application.webhooks.signing import sign
from domain.messages import Value
from domain.values import FRONTDESK

SCHEDULE: Final = (0, 5, 300, 1_800, 7_200, 18_000, 36_000, 36_000)
"""Seconds before each attempt; after the last it is not tried again, unless somebody says so."""

JITTER: Final = 0.2
"""Up to so much more of it, so that what failed together does not come back together."""

FAILING: Final = timedelta(hours=120)
"""Where nothing arrives for so long, nothing more is sent."""

GONE: Final = 410
SUCCESS: Final = range(200, 300)


class Delivery(Value, frozen=True, kw_only=True):
    """One event, to be told to one endpoint. `sequence` grows from event to event of an `entity`."""

    endpoint_id: str
    bookmark: Bookmark
    entity: str
    sequence: int
    attempts: int

    @property
    def id(self) -> str:
        """What the receiver knows it by, however often it is sent: the event's own id."""
        return message_id(self.bookmark)


class Taken(Value, frozen=True, kw_only=True):
    """An endpoint in the hands of whoever made this claim. It is `slow` if it let others wait the last time, and
    nothing that was sent has arrived `failing_since`.
    """

    endpoint_id: str
    tenant: str
    claim: UUID
    slow: bool = False
    made_at: datetime
    failing_since: datetime | None = None


class Deliveries(Protocol):
    """All of them; see `adapters/webhooks`. Of an endpoint that is in other hands by now, there are none."""

    def next(self, taken: Taken, now: datetime) -> Delivery | None:
        """Return what is due longest and waits for nothing before it. From now on there is time for an attempt."""

    def arrived(
        self, taken: Taken, delivery: Delivery, outcome: Outcome, *, slow: bool, at: datetime
    ) -> None:
        """Note that it has arrived."""

    def failed(
        self,
        taken: Taken,
        delivery: Delivery,
        outcome: Outcome,
        *,
        slow: bool,
        at: datetime,
        again: datetime | None,
    ) -> datetime | None:
        """Note that it has not, and when it is tried again, if it is; what comes after it waits as long. Return
        since when nothing arrives.
        """

    def untold(self, taken: Taken, delivery: Delivery, at: datetime) -> None:
        """Note that there is nothing any more to be told."""

    def put_back(self, taken: Taken, *, rests: bool = False, again: datetime | None = None) -> None:
        """Let others look when something is due, or has failed for too long, or `again`; when something new happens
        where it `rests`.
        """


class Happenings(Protocol):
    """What stands in the log, as others are told of it."""

    def at(self, tenant: str, bookmark: Bookmark) -> Happening | None:
        """Return what is told of the event at a position; None where another is, or nothing is told."""


class Said(msgspec.Struct, frozen=True):
    """The body, in the shape of Standard Webhooks."""

    type: str
    timestamp: datetime
    data: Any


class Which(msgspec.Struct, frozen=True):
    """What of it is said to thin endpoints: what it happened to."""

    subject: str
    version: int


class Whole(Which, frozen=True):
    """What is said to the others: `event` has the fields of its type and version."""

    event: msgspec.Struct


def message_id(bookmark: Bookmark) -> str:
    """Name an event to those who receive it: there may be no dot in what they know it by."""
    return str(bookmark).replace(".", "-")


def has_arrived(outcome: Outcome) -> bool:
    """Whether the receiver says that they have it."""
    return isinstance(outcome, Answered) and outcome.status in SUCCESS


def is_gone(outcome: Outcome) -> bool:
    """Whether the receiver wants nothing any more."""
    return isinstance(outcome, Answered) and outcome.status == GONE


def is_failing(since: datetime | None, now: datetime) -> bool:
    """Whether nothing has arrived for so long that nothing more is sent, be there anything to be sent or not."""
    return since is not None and now - since >= FAILING


def again_at(delivery: Delivery, outcome: Outcome, now: datetime) -> datetime | None:
    """Return when it is tried again, no sooner than the receiver asked for; None after the last attempt."""
    attempt = delivery.attempts + 1
    if attempt >= len(SCHEDULE):
        return None
    share = uuid5(FRONTDESK, f"{delivery.endpoint_id}/{delivery.id}/{attempt}").int % 1000 / 1000
    pause = SCHEDULE[attempt] * (1 + JITTER * share)
    asked = outcome.retry_after if isinstance(outcome, Answered) else None
    return now + timedelta(seconds=max(pause, asked or 0))


def said_of(happening: Happening, *, thin: bool, as_of: datetime | None = None) -> Said:
    """Return what is said of an event, in the shape of a moment: the newest where none is said."""
    told = happening.told if as_of is None else happening.told.as_of(as_of)
    data = Which(told.subject, told.version)
    if not thin:
        data = Whole(told.subject, told.version, told.data)
    return Said(told.type, told.occurred_at, data)


def body_of(happening: Happening, *, thin: bool, as_of: datetime) -> bytes:
    """Return what is sent of it."""
    return msgspec.json.encode(said_of(happening, thin=thin, as_of=as_of))


def headers_of(
    delivery: Delivery, keys: Sequence[str], body: bytes, now: datetime
) -> list[tuple[str, str]]:
    """Return what is said beside it, in the words of Standard Webhooks, and two of ours."""
    timestamp = int(now.timestamp())
    return [
        ("content-type", "application/json"),
        ("webhook-id", delivery.id),
        ("webhook-timestamp", str(timestamp)),
        ("webhook-signature", sign(keys, delivery.id, timestamp, body)),
        ("webhook-attempt", str(delivery.attempts + 1)),
        ("webhook-sequence", str(delivery.sequence)),
    ]
