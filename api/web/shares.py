"""Memory of a process that all its requests share, and of which nobody may take all."""

from collections import Counter
from typing import Final

from api.problems.refusals import TooManyRequests

PART_OF_ONE: Final = 3 / 4
"""Of one business, or of all strangers together: the rest is left to others."""


class Shares:
    """Counts the bytes that are held for each business, and for strangers."""

    def __init__(self, most: int, policy: str) -> None:
        self._most = most
        self._policy = policy
        self._held: Counter[str] = Counter()

    def refuse(self, party: str, more: int = 0) -> None:
        """Raise TooManyRequests if there is no room for so many bytes more."""
        own = self._held[party] + more
        if own > self._most * PART_OF_ONE or self._held.total() + more > self._most:
            raise TooManyRequests(retry_after=1, policy=self._policy, quota=self._most)

    def hold(self, party: str, size: int) -> None:
        """Count what is there now."""
        self._held[party] += size

    def let_go(self, party: str, size: int) -> None:
        """Count it no more."""
        self._held[party] -= size
        if not self._held[party]:
            del self._held[party]
