"""Clients of Kafka that leave nothing behind where the broker cannot be reached."""

from collections.abc import Callable
from typing import Any, TypeVar

from kafka.net.compat import KafkaNetClient

T = TypeVar("T")


def connected(make: Callable[..., T], *topics: str, **settings: Any) -> T:
    """Make a client of the library's. Raises KafkaError; the library would leave a thread and its
    connections then, each time that one tries again, for as long as the broker is away.
    """
    lines: list[Any] = []

    def line(**how: Any) -> Any:
        lines.append(KafkaNetClient(**how))
        return lines[-1]

    try:
        return make(*topics, kafka_client=line, **settings)
    except BaseException:
        for each in lines:
            each.close()
        raise
