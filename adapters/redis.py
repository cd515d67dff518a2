"""Redis while it answers soon; nobody waits for it otherwise.

All that processes share by way of it may be lost at any time, and nobody is told anything wrong when
it is away (decision 0012).
"""

import time
from collections.abc import Callable
from typing import Final, TypeVar

from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

from adapters.trouble import Trouble

PREFIX: Final = "frontdesk:"
"""In front of all keys and channels of ours."""

PATIENCE: Final = 0.05
"""Seconds for one answer. There are no second attempts: whoever asks can do without."""

SOON: Final = 10
"""In the middle answers come so many times sooner than that, or else Redis is too slow: a whole
process may be waiting."""

PAUSE: Final = 1.0
"""Seconds for which a Redis that is away or slow is left alone at least."""

RATHER: Final = 20
"""It is left alone so many times longer than it was waited for: finding its address, which nothing
limits, may take seconds."""

WEIGHT: Final = 0.1
"""What one answer counts in the middle of all."""

T = TypeVar("T")


def connect(url: str, *, patience: float = PATIENCE) -> "Redis":
    """Return connections to this server; the first is opened when it is needed."""
    return Redis.from_url(
        url,
        decode_responses=True,
        socket_timeout=patience,
        socket_connect_timeout=patience,
        retry=Retry(NoBackoff(), retries=0),
    )


class RedisAway(Exception):
    """Redis does not answer, or too late: do without."""


class Breaker:
    """Asks while it is answered well; else raises RedisAway for a while, without asking.

    `what` says for the log what is done meanwhile.
    """

    def __init__(
        self,
        what: str,
        *,
        patience: float = PATIENCE,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._trouble = Trouble("Redis is away", "Redis is back", without_it=what)
        self._slow = patience / SOON
        self._seconds = seconds
        self._again_at = 0.0
        self._middle = 0.0

    def ask(self, question: Callable[[], T]) -> T:
        """Return the answer. Raises RedisAway."""
        began = self._seconds()
        if began < self._again_at:
            raise RedisAway
        try:
            answer = question()
        except RedisError as error:
            self._rest(error, self._seconds() - began)
            raise RedisAway from error
        self._weigh(self._seconds() - began)
        return answer

    def _weigh(self, took: float) -> None:
        self._middle += WEIGHT * (took - self._middle)
        if self._middle > self._slow:
            self._rest("too slow", took)
        else:
            self._trouble.end()

    def _rest(self, why: object, took: float) -> None:
        self._trouble.begin(why)
        self._middle = 0.0
        self._again_at = self._seconds() + max(PAUSE, took * RATHER)
