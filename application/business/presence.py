"""Who is there at this moment. Whoever keeps it is an adapter: this process, or Redis for all."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol


class Presence(Protocol):
    """Kept for a while only. `who` is an id, no name: presence is kept where anybody may look."""

    def seen(self, tenant: str, who: str, until: datetime) -> None:
        """Take somebody for present until then. What is said last counts: the past means gone."""

    def present(self, tenant: str) -> Sequence[str]:
        """Return who is there, in the order of their ids."""
