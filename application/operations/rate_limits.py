"""How often something may be done. Who enforces it is an adapter: this process, or Redis for all."""

from typing import Protocol

from domain.messages import Value


class Limit(Value, frozen=True):
    """At most `quota` times in any `window` of seconds."""

    quota: int
    window: float


class Decision(Value, frozen=True):
    """Whether this once more is allowed, how often it still is, and in how many seconds the quota
    grows again.
    """

    allowed: bool
    limit: int
    remaining: int
    reset_after: float


class RateLimiter(Protocol):
    """Counts by key. A key holds no personal data: limits are kept where anybody may look."""

    def check(self, key: str, limit: Limit) -> Decision:
        """Count one more, if it is allowed. What is refused does not count."""

    def give_back(self, key: str) -> None:
        """Forget the last that was counted: it was not what is to be limited."""

    def forgive(self, key: str) -> None:
        """Forget what was counted."""

    def knows(self, key: str) -> bool:
        """Whether anything is remembered under a key, and count nothing."""
