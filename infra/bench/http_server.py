"""An API in a process of its own, started for the measurement and ended with it."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

PATIENCE = 30


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(
    port: int, program: Sequence[str], environment: Mapping[str, str] | None = None
) -> Iterator[int]:
    """Return the number of its process once it listens."""
    with running_beside(program, environment) as process:
        _wait_until_listening(port)
        yield process


@contextmanager
def running_beside(
    program: Sequence[str], environment: Mapping[str, str] | None = None
) -> Iterator[int]:
    """Return the number of the process. What it prints goes where our errors go."""
    with subprocess.Popen(
        [sys.executable, *program], stdout=sys.stderr, env=environment
    ) as process:
        try:
            yield process.pid
        finally:
            process.terminate()


def _wait_until_listening(port: int) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError(f"nothing listens on port {port}")
