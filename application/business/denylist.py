"""Sessions whose access tokens are good for nothing any more, though their time is not up."""

from datetime import datetime
from typing import Protocol


class Denylist(Protocol):
    """Asked with every request, so it answers from memory."""

    def deny(self, session_id: str, until: datetime) -> None:
        """Refuse this session's tokens, here at once and everywhere soon; by `until` they have all
        expired.
        """

    def is_denied(self, session_id: str) -> bool:
        """Whether this session's tokens are refused."""
