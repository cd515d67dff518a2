"""Wake-ups between processes: a bell that rings in one rings in all.

    bell rings ─► Announcer ─► NOTIFY, or Redis ─► Listener ─► the same bell elsewhere

A wake-up is only a hint, so it may cost next to nothing: many rings become one message, sent by a
thread of its own over a connection of its own, never within the transaction it tells of. It says
which bells rang and where, nothing else.
"""

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from typing import Final, Protocol
from uuid import uuid4

from psycopg import Error

from adapters.postgres import WORKER, Database, DatabaseUnavailableError, Session
from adapters.trouble import Trouble
from adapters.wakeups.bell import Bell

CHANNEL: Final = "frontdesk_wakeups"
LEAST_PAUSE: Final = 0.01
"""Seconds between two messages at least: what rings meanwhile goes with the next."""

LOOK_UP: Final = 0.2
"""Seconds after which a thread sees whether it shall stop."""

STILL_THERE: Final = 5.0
"""Seconds after which a connection that only hears is asked whether it still does: a line that
hangs, or a server that is stopped, says nothing, and never that it is so."""

AGAIN: Final = 1.0
"""Seconds after which a lost connection is sought again."""

Bells = Mapping[str, Bell]
"""Bells by names that mean the same in every process."""


class WireBroken(Exception):
    """Messages are not carried, or may not have been."""


class Wire(Protocol):
    """Carries messages from each process to all, while its connection lasts."""

    def speaking(self) -> AbstractContextManager[Callable[[str], None]]:
        """Open a connection; return what sends a message. Both raise WireBroken."""

    def hearing(self) -> AbstractContextManager[Callable[[], Iterable[str]]]:
        """Open a connection; return what waits for messages, `LOOK_UP` seconds at most. Nothing
        that is sent from now on is missed, or WireBroken is raised.
        """


class NotifyWire:
    """By way of PostgreSQL."""

    def __init__(self, database: Database, still_there: float = STILL_THERE) -> None:
        self._database = database
        self._still_there = still_there

    @contextmanager
    def speaking(self) -> Iterator[Callable[[str], None]]:
        """Return what sends a message."""
        with _by_notify(), self._connected("frontdesk announcer") as line:
            yield lambda text: line.execute("SELECT pg_notify(%s, %s)", (CHANNEL, text)).close()

    @contextmanager
    def hearing(self) -> Iterator[Callable[[], Iterable[str]]]:
        """Return what waits for messages."""
        with _by_notify(), self._connected("frontdesk listener") as line:
            line.execute(f"LISTEN {CHANNEL}")
            yield partial(_heard, line, Rhythm(self._still_there))

    def _connected(self, name: str) -> Session:
        return self._database.connect(WORKER, name, self._database.limits.requests)


class Rhythm:
    """Tells when so many seconds have passed again."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._last = time.monotonic()

    def is_due(self) -> bool:
        """Whether they have passed since it was last so."""
        due = time.monotonic() - self._last >= self._seconds
        if due:
            self._last = time.monotonic()
        return due


def _heard(line: Session, pulse: Rhythm) -> list[str]:
    if pulse.is_due():
        line.execute("SELECT 1").close()
    return [found.payload for found in line.notifies(timeout=LOOK_UP, stop_after=1)]


class Announcer:
    """Tells other processes when one of these bells rings."""

    def __init__(self, wire: Wire, bells: Bells) -> None:
        self.origin = uuid4().hex[:12]
        self._wire = wire
        self._trouble = _trouble("announced")
        self._gate = threading.Lock()
        self._rung = threading.Event()
        self._names = frozenset(bells)
        self._pending: set[str] = set()
        for name, bell in bells.items():
            bell.carry = partial(self._carry, name)

    def run(self, stop: threading.Event) -> None:
        """Announce until told to stop. What rings while the wire is broken is told afterwards."""
        while not stop.is_set():
            with _patiently(self._trouble, stop), self._wire.speaking() as say:
                say(self._message(self._names))
                self._trouble.end()
                while not stop.is_set():
                    if self._rung.wait(LOOK_UP):
                        say(self._message(self._taken()))
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

    def _message(self, names: Iterable[str]) -> str:
        return " ".join([self.origin, *names])


class Listener:
    """Rings these bells when they rang in another process. `lost` is called when that may have been
    missed: whoever believes to hear of everything must look for themselves.
    """

    def __init__(
        self,
        wire: Wire,
        bells: Bells,
        *,
        origin: str,
        lost: Callable[[], None] = lambda: None,
    ) -> None:
        self._wire = wire
        self._bells = bells
        self._origin = origin
        self._lost = lost
        self._trouble = _trouble("heard")

    def run(self, stop: threading.Event) -> None:
        """Listen until told to stop."""
        while not stop.is_set():
            with _patiently(self._trouble, stop), self._wire.hearing() as heard:
                self._trouble.end()
                self._lost()
                self._echo(self._bells)
                while not stop.is_set():
                    for message in heard():
                        origin, *names = message.split()
                        if origin != self._origin:
                            self._echo(names)

    def _echo(self, names: Iterable[str]) -> None:
        for name in names:
            if name in self._bells:
                self._bells[name].echo()


def _trouble(what: str) -> Trouble:
    return Trouble(f"wake-ups are not {what}", f"wake-ups are {what} again")


@contextmanager
def _patiently(trouble: Trouble, stop: threading.Event) -> Iterator[None]:
    """Wait a while when the connection is lost."""
    try:
        yield
    except WireBroken as error:
        trouble.begin(error)
        stop.wait(AGAIN)


@contextmanager
def _by_notify() -> Iterator[None]:
    try:
        yield
    except (Error, DatabaseUnavailableError) as error:
        raise WireBroken(str(error)) from error
