"""What became of what was sent, for who owns the endpoint; and having some of it sent again."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, Protocol

import msgspec

from application.feed import Happening
from application.ports import Bookmark
from application.webhooks.deliveries import Said, Whole, message_id
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
    settled_at: datetime | None


class Message(msgspec.Struct, frozen=True):
    """An event as it is sent: its id, and the body. `data` is what endpoints get that are not thin."""

    id: str
    type: str
    timestamp: datetime
    data: Any


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


def message_of(happening: Happening) -> Message:
    """Return an event as who cannot be called fetches it."""
    told = happening.told
    said = Said(told.type, told.occurred_at, Whole(told.subject, told.version, told.data))
    return Message(message_id(happening.bookmark), said.type, said.timestamp, said.data)
