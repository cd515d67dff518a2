"""Wake-ups between processes: a bell that rings in one rings in all.

    bell rings ─► Announcer ─► NOTIFY ─► Listener ─► the same bell elsewhere

A wake-up is only a hint, so it may cost next to nothing: many rings become one NOTIFY, sent by a
thread of its own over a connection of its own, never within the transaction it tells of.
"""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any, Final
from uuid import uuid4

import structlog
from psycopg import Connection, Error

from adapters.bell import Bell
from adapters.postgres import Database, DatabaseUnavailableError

CHANNEL: Final = "frontdesk_wakeups"
LEAST_PAUSE: Final = 0.01
"""Seconds between two NOTIFYs at least: what rings meanwhile goes with the next."""

LOOK_UP: Final = 0.2
"""Seconds after which a thread sees whether it shall stop."""

AGAIN: Final = 1.0
"""Seconds after which a lost connection is sought again."""

log = structlog.get_logger()

Bells = Mapping[str, Bell]
"""Bells by names that mean the same in every process."""


class Announcer:
    """Tells other processes when one of these bells rings."""

    def __init__(self, database: Database, bells: Bells) -> None:
        self.origin = uuid4().hex[:12]
        self._database = database
        self._gate = threading.Lock()
        self._rung = threading.Event()
        self._names = frozenset(bells)
        self._pending: set[str] = set()
        for name, bell in bells.items():
            bell.carry = partial(self._carry, name)

    def run(self, stop: threading.Event) -> None:
        """Announce until told to stop. What rings while PostgreSQL is away is told afterwards."""
        while not stop.is_set():
            with _patiently(stop), self._database.connect(None, "frontdesk announcer") as line:
                self._announce(line, self._names)
                while not stop.is_set():
                    if self._rung.wait(LOOK_UP):
                        self._announce(line, self._taken())
                        stop.wait(LEAST_PAUSE)

    def _carry(self, name: str) -> None:
        with self._gate:
            self._pending.add(name)
            self._rung.set()

    def _taken(self) -> Iterable[str]:
        with self._gate:
            self._rung.clear()
            taken, self._pending = self._pending, set()
        return taken

    def _announce(self, line: Connection[Any], names: Iterable[str]) -> None:
        message = " ".join([self.origin, *names])
        line.execute("SELECT pg_notify(%s, %s)", (CHANNEL, message))


class Listener:
    """Rings these bells when they rang in another process. `lost` is called when that may have been
    missed: whoever believes to hear of everything must look for himself.
    """

    def __init__(
        self,
        database: Database,
        bells: Bells,
        *,
        origin: str,
        lost: Callable[[], None] = lambda: None,
    ) -> None:
        self._database = database
        self._bells = bells
        self._origin = origin
        self._lost = lost

    def run(self, stop: threading.Event) -> None:
        """Listen until told to stop."""
        while not stop.is_set():
            with _patiently(stop), self._database.connect(None, "frontdesk listener") as line:
                line.execute(f"LISTEN {CHANNEL}")
                self._lost()
                self._echo(self._bells)
                while not stop.is_set():
                    for heard in line.notifies(timeout=LOOK_UP, stop_after=1):
                        origin, *names = heard.payload.split()
                        if origin != self._origin:
                            self._echo(names)

    def _echo(self, names: Iterable[str]) -> None:
        for name in names:
            if name in self._bells:
                self._bells[name].echo()


@contextmanager
def _patiently(stop: threading.Event) -> Iterator[None]:
    """Wait a while when the connection is lost."""
    try:
        yield
    except (Error, DatabaseUnavailableError) as error:
        log.warning("wake-ups are interrupted", error=str(error))
        stop.wait(AGAIN)
