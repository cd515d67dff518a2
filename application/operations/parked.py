"""What a consumer of the log has set aside because it failed: seen by operators, and tried again."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

import msgspec

from domain.messages import DomainError, Missing


class NotParked(Missing):
    """Nothing is set aside under this key."""

    consumer: str
    key: str


class FailedAgain(DomainError):
    """It was tried again and failed as before; it stays set aside."""

    consumer: str
    key: str
    error: str


class ParkedKey(msgspec.Struct, frozen=True, kw_only=True):
    """A key that was set aside: where its consumer failed, at what, and since when."""

    consumer: str
    tenant: str
    key: str
    position: int
    type: str | None
    error: str
    parked_at: datetime


class ParkedKeys(Protocol):
    """What is set aside of one tenant; see `adapters/read_models/desk.py`."""

    def find(
        self,
        tenant: str,
        *,
        consumer: str | None = None,
        after: tuple[str, str] | None = None,
        limit: int,
    ) -> Sequence[ParkedKey]:
        """List it by consumer and key, beginning `after` such a place."""

    def retry(self, tenant: str, consumer: str, key: str) -> None:
        """Let a key take part again. Raises NotParked, FailedAgain."""
