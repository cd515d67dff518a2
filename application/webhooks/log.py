"""What became of what was sent, for who owns the endpoint; and having some of it sent again."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, Protocol

import msgspec

from application.feed import Happening
from application.ports import Bookmark
from application.webhooks.deliveries import message_id, said_of
from domain.messages import Missing

MOST_REPLAYED: Final = 1_000
"""Deliveries that are sent again by one order."""


class DeliveryState(StrEnum):
    """How far it is; of what is `untold` there was nothing to be said any more."""

    PENDING = "pending"
    SUCCEEDED = "succeeded"
    EXHAUSTED = "exhausted"
    UNTOLD = "untold"


class DeliveryNotFound(Missing):
    """There is no such delivery, or it was settled more than thirty days ago."""


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """What was answered, or why nothing was, and how long that took."""

    at: datetime
    status: int | None
    failure: str | None
    seconds: float


class DeliveryLogged(msgspec.Struct, frozen=True, kw_only=True):
    """An event that was, or is to be, sent: `id` is its `webhook-id`. `status` is what was answered the last
    time, `failure` why nothing was; bodies of answers are not kept.
    """

    id: str
    type: str
    subject: str
    sequence: int
    state: DeliveryState
    attempts: int
    next_at: datetime | None
    attempted_at: datetime | None
    status: int | None
    failure: str | None
    seconds: float | None
    tried: list[Attempt]
    settled_at: datetime | None


class Message(msgspec.Struct, frozen=True):
    """An event as it is sent: its `webhook-id`, and the body."""

    id: str
    type: str
    timestamp: datetime
    data: Any


class DeliveryShown(msgspec.Struct, frozen=True):
    """One of them, and what is said of it when it is sent: nothing where there is nothing to be said any more."""

    delivery: DeliveryLogged
    request: Message | None


class DeliveryLog(Protocol):
    """The deliveries of one business; see `adapters/webhooks`."""

    def find(
        self,
        tenant: str,
        endpoint_id: str,
        *,
        state: DeliveryState | None = None,
        before: int | None = None,
        limit: int = 100,
    ) -> Sequence[DeliveryLogged]:
        """Return the newest first."""

    def get(self, tenant: str, endpoint_id: str, bookmark: Bookmark) -> DeliveryLogged:
        """Return one. Raises DeliveryNotFound."""

    def made_at(self, tenant: str, endpoint_id: str) -> datetime | None:
        """Return since when somebody is told there; None where nobody was planned to be yet."""

    def replay(
        self,
        tenant: str,
        endpoint_id: str,
        *,
        state: DeliveryState | None = None,
        first: int | None = None,
        last: int | None = None,
    ) -> int:
        """Have those between two positions, both included, sent again; return how many these are. There may
        be more where it is MOST_REPLAYED.
        """


def message_of(
    happening: Happening, *, thin: bool = False, as_of: datetime | None = None
) -> Message:
    """Return an event as it is sent, or fetched."""
    said = said_of(happening, thin=thin, as_of=as_of)
    return Message(message_id(happening.bookmark), said.type, said.timestamp, said.data)
