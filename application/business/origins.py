"""From the pages of which origins the API may be asked, and for which businesses."""

from collections.abc import Collection
from typing import Protocol


class Origins(Protocol):
    """Asked with every request of a page, so it answers from memory."""

    def listed_by(self, origin: str) -> Collection[str]:
        """Return the tenants that have listed this origin."""
