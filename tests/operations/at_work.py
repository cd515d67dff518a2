"""A system at work on PostgreSQL, with its API on a real socket, and who orders something of it."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Final

from adapters.clock import SettableClock
from domain.business.users import Role
from infra.composition import running_system
from infra.processes.serving import listen, serve_in_thread
from infra.settings import Mode, Settings
from tests.acceptance.processes import Http
from tests.running import Running

CUT: Final = {"name": "Cut", "duration_minutes": 45}
HASTY: Final = Settings(
    mode=Mode.TEST,
    database_wait_ms=1000,
    database_line_ms=1500,
    database_statement_ms=800,
    database_lock_ms=500,
)
PROMISED: Final = 5.0
"""Seconds within which everybody hears something."""


@contextmanager
def at_work(
    dsn: str, clock: SettableClock, settings: Settings = HASTY
) -> Iterator[tuple[Running, Http]]:
    """Start a system with its API on a real socket; with a client in an owner's name."""
    with ExitStack() as stack:
        system = stack.enter_context(running_system(settings, dsn, clock=clock))
        running = stack.enter_context(Running.of(system, clock))
        yield running, stack.enter_context(served(running, stack))


def served(running: Running, stack: ExitStack) -> Http:
    """Serve the API on a port."""
    listener = listen("127.0.0.1", 0)
    stack.callback(serve_in_thread(running.app, listener))
    token = running.http(Role.OWNER).headers["authorization"].removeprefix("Bearer ")
    return Http(listener.getsockname()[1], token)


@contextmanager
def in_time() -> Iterator[None]:
    """Let what is done meanwhile take no longer than is promised."""
    began = time.monotonic()
    yield
    assert time.monotonic() - began < PROMISED


def order(http: Http, name: str = "Cut", **headers: str) -> int:
    """Order that something be offered; return the status of the answer."""
    return http("POST", "/v1/services", {**CUT, "name": name}, **headers).status
