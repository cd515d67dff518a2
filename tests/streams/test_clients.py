"""Who cannot reach the broker tries again for as long as it is away, and leaves nothing behind each time."""

import gc
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer
from kafka.errors import KafkaError

from adapters.streams.clients import connected

pytestmark = pytest.mark.slow


@pytest.fixture
def deaf() -> Iterator[str]:
    """A broker that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:
        yield f"127.0.0.1:{listener.getsockname()[1]}"


@pytest.fixture
def away() -> str:
    """A broker that is not there."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"127.0.0.1:{listener.getsockname()[1]}"


@pytest.mark.parametrize("make", [KafkaAdminClient, KafkaConsumer, KafkaProducer])
@pytest.mark.parametrize("broker", ["deaf", "away"])
def test_who_cannot_reach_the_broker_leaves_no_thread_and_no_connection(
    broker: str, make: Callable[..., Any], request: pytest.FixtureRequest
) -> None:
    where = request.getfixturevalue(broker)
    threads, files = held()
    for _ in range(3):
        with pytest.raises(KafkaError):
            connected(make, bootstrap_servers=where, bootstrap_timeout_ms=200)
    threads_now, files_now = held()
    assert threads_now <= threads  # some of what was there before may have ended meanwhile
    assert files_now <= files


def held() -> tuple[int, int]:
    """Return how many threads and files there are, but for garbage: a socket that was refused is left to
    its collection by the library.
    """
    gc.collect()
    return threading.active_count(), len([*Path("/proc/self/fd").iterdir()])
