"""What the application needs from outside, in our own words."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec

from domain.messages import Event

Clock = Callable[[], datetime]
"""Gives the present instant, aware and in UTC."""


class Recorded(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An event with its place in the log.

    `position` is dense and commit-ordered over the whole log, `tenant_position` within the tenant,
    `version` within the stream. `event` is None when its type is not known to this release.
    """

    position: int
    tenant: str
    tenant_position: int
    stream: str
    version: int
    type: str
    event: Event | None
    recorded_at: datetime
    metadata_json: bytes = b"{}"

    @property
    def metadata(self) -> dict[str, Any]:
        """Event id, actor, on behalf of, correlation, causation, command id, trace."""
        return dict(msgspec.json.decode(self.metadata_json))
