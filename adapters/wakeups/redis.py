"""Wake-ups by way of Redis: what is sent while somebody is not connected they never hear."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from redis import Redis, RedisError

from adapters.redis import PREFIX
from adapters.wakeups.between_processes import LOOK_UP, WireBroken

CHANNEL: Final = f"{PREFIX}wakeups"

PATIENCE: Final = 2.0
"""Seconds for an answer: nobody waits for these threads."""

SILENCE: Final = 25
"""After so many waits for nothing Redis is asked whether it is there."""

DEAF: Final = 30
"""After so many it is not."""


class RedisWire:
    """`adapters.wakeups.between_processes.Wire` by publishing and subscribing."""

    def __init__(self, redis: "Redis") -> None:
        self._redis: Any = redis

    @contextmanager
    def speaking(self) -> Iterator[Callable[[str], None]]:
        """Return what sends a message."""
        with _by_redis():
            yield self._publish

    @contextmanager
    def hearing(self) -> Iterator[Callable[[], Iterable[str]]]:
        """Return what waits for messages."""
        with _by_redis(), self._redis.pubsub() as line:
            line.subscribe(CHANNEL)
            yield Ear(line).heard

    def _publish(self, text: str) -> None:
        self._redis.publish(CHANNEL, text)


class Ear:
    """Hears what is said on the line, and whether it is dead."""

    def __init__(self, line: Any) -> None:
        self._line = line
        self._silent = 0
        if line.get_message(timeout=LOOK_UP) is None:
            raise WireBroken("Redis does not say that it has subscribed us.")

    def heard(self) -> Iterable[str]:
        """Wait for a message."""
        message = self._line.get_message(timeout=LOOK_UP)
        self._silent = 0 if message else self._silent + 1
        if self._silent == SILENCE:
            self._line.ping()
        if self._silent > DEAF:
            raise WireBroken("Redis does not answer.")
        return [message["data"]] if message and message["type"] == "message" else []


@contextmanager
def _by_redis() -> Iterator[None]:
    try:
        yield
    except RedisError as error:
        raise WireBroken(str(error)) from error
