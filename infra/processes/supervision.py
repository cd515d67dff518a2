"""Keeps programs running: whoever dies is started again, after a pause that grows.

Each has a thread that starts it and waits for its end: to the kernel that thread is its parent, so
with this process, however it ends, everything goes.
"""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Final

import msgspec

from infra.processes.health import NotHealthy
from infra.servers.children import ServerUnavailable

SHORTEST: Final = 0.25
LONGEST: Final = 30.0
"""Seconds of pause before it is started again; each time twice as long."""

STEADY: Final = 60.0
"""Seconds after which one that ran is no longer thought of as one that keeps dying."""

FAREWELL: Final = 20.0
"""Seconds that all have to end. Who takes longer ends with this process."""

Running = Callable[[Callable[[], None]], AbstractContextManager[int]]
"""Runs it as long as the block lasts, gives its pid, and calls what it is given if it dies."""


class MemberReport(msgspec.Struct, frozen=True, kw_only=True):
    """How one of them is."""

    name: str
    healthy: bool
    doing: str
    pid: int | None
    port: int
    restarts: int
    seconds: float


@dataclass(eq=False)
class Member:
    """A program that is kept running."""

    name: str
    port: int
    runs: Running
    asks: Callable[[int], str]
    """What it is doing, by its port. Raises NotHealthy."""
    pid: int | None = None
    restarts: int = 0
    _since: float = 0.0
    _problem: ServerUnavailable | None = None
    _tried: threading.Event = field(default_factory=threading.Event)
    _woken: threading.Event = field(default_factory=threading.Event)
    _leaving: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    @property
    def is_leaving(self) -> bool:
        return self._leaving.is_set()

    def begin(self) -> None:
        self._thread = threading.Thread(target=self._keep, name=self.name, daemon=True)
        self._thread.start()

    def wait_until_begun(self) -> None:
        """Raises ServerUnavailable: what does not start the first time is for a person to mend."""
        self._tried.wait()
        if self._problem:
            raise self._problem

    def leave(self) -> None:
        self._leaving.set()
        self._woken.set()

    def join(self, seconds: float) -> None:
        if self._thread:
            self._thread.join(seconds)

    def report(self) -> MemberReport:
        healthy, doing = self._state()
        return MemberReport(
            name=self.name,
            healthy=healthy,
            doing=doing,
            pid=self.pid,
            port=self.port,
            restarts=self.restarts,
            seconds=round(time.monotonic() - self._since, 1) if self.pid else 0.0,
        )

    def _state(self) -> tuple[bool, str]:
        if self.pid is None:
            return False, "starting again" if self.restarts else "starting"
        try:
            return True, self.asks(self.port)
        except NotHealthy:
            return False, "not answering"

    def _keep(self) -> None:
        pause = SHORTEST
        while not self.is_leaving:
            began = time.monotonic()
            self._run()
            if time.monotonic() - began > STEADY:
                pause = SHORTEST
            if not self._leaving.wait(pause):
                pause = min(2 * pause, LONGEST)
                self.restarts += 1

    def _run(self) -> None:
        """Once, to its end."""
        self._woken.clear()
        try:
            with self.runs(self._woken.set) as pid:
                self.pid, self._since, self._problem = pid, time.monotonic(), None
                self._tried.set()
                if not self.is_leaving:
                    self._woken.wait()
                self.pid = None
        except ServerUnavailable as problem:
            self._problem = problem
            self._tried.set()


@contextmanager
def kept(members: Sequence[Member]) -> Iterator[None]:
    """Run these as long as the block lasts; it begins when all of them answer."""
    try:
        for member in members:
            member.begin()
        for member in members:
            member.wait_until_begun()
        yield
    finally:
        _part_from(members)


def _part_from(members: Sequence[Member]) -> None:
    for member in members:
        member.leave()
    until = time.monotonic() + FAREWELL
    for member in members:
        member.join(max(0.0, until - time.monotonic()))
