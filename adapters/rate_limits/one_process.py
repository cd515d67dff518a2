"""Rate limits of one process: exact, for every key remembers when it was used."""

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from typing import Final

from application.operations.rate_limits import Decision, Limit

MOST_KEYS: Final = 100_000
"""Beyond it the keys unused for longest are forgotten, so that nobody can fill the memory."""


class ProcessRateLimiter:
    """A sliding window. `seconds` is any clock that counts seconds."""

    def __init__(
        self, seconds: Callable[[], float] = time.monotonic, *, most_keys: int = MOST_KEYS
    ) -> None:
        self._seconds = seconds
        self._most_keys = most_keys
        self._uses: OrderedDict[str, deque[float]] = OrderedDict()
        self._gate = threading.Lock()

    def check(self, key: str, limit: Limit) -> Decision:
        """Count one more, if it is allowed. What is refused does not count."""
        now = self._seconds()
        with self._gate:
            uses = self._uses_of(key)
            while uses and uses[0] <= now - limit.window:
                uses.popleft()
            allowed = len(uses) < limit.quota
            if allowed:
                uses.append(now)
            left, oldest = limit.quota - len(uses), uses[0] if uses else now
        return Decision(allowed, limit.quota, max(left, 0), oldest + limit.window - now)

    def give_back(self, key: str) -> None:
        """Forget the last that was counted."""
        with self._gate:
            if uses := self._uses.get(key):
                uses.pop()

    def forgive(self, key: str) -> None:
        """Forget what was counted."""
        with self._gate:
            self._uses.pop(key, None)

    def knows(self, key: str) -> bool:
        """Whether anything is remembered under a key, until it is the longest unused."""
        with self._gate:
            return bool(self._uses.get(key))

    def _uses_of(self, key: str) -> deque[float]:
        uses = self._uses.get(key)
        if uses is None:
            uses = self._uses[key] = deque()
            if len(self._uses) > self._most_keys:
                self._uses.popitem(last=False)
        else:
            self._uses.move_to_end(key)
        return uses
