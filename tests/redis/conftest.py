"""A Redis to do harm to: it is sound again when the test has ended."""

import os
import signal
from collections.abc import Callable, Iterator

import pytest

from infra.servers.redis import RedisServer


@pytest.fixture
def kill(redis_server: RedisServer) -> Iterator[Callable[[], None]]:
    yield redis_server.kill
    redis_server.restart()


@pytest.fixture
def freeze(redis_server: RedisServer) -> Iterator[Callable[[], None]]:
    """It still accepts connections, and answers nothing."""
    yield lambda: os.kill(redis_server.pid, signal.SIGSTOP)
    os.kill(redis_server.pid, signal.SIGCONT)
