"""Routers whose plain functions run in threads of ours.

Handing a request to a thread and back costs 110 µs in all this way, where the framework's own way
costs 165: there is no limiter, no context to copy and no cancellation to watch for.
"""

import asyncio
import functools
import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final, NamedTuple, TypeVar

from fastapi import APIRouter
from fastapi.routing import APIRoute
from starlette.routing import Match
from starlette.types import Scope

from api.problems.refusals import TooManyRequests, Unavailable
from api.web.turns import Place, Turns, is_heavy, place_of
from application.patience import IN_LINE, asked_at

THREADS: Final = 16
"""Threads of one process share one interpreter lock: with forty, a request costs a quarter more."""


class _Call(NamedTuple):
    loop: asyncio.AbstractEventLoop
    answer: "asyncio.Future[Any]"
    function: Callable[..., Any]
    arguments: dict[str, Any]
    place: Place
    came: float
    claim: threading.Lock
    """Is taken once: by the thread that begins it, or by whoever gives it up. Nothing is both refused
    and done.
    """

    def give_up(self) -> None:
        """Answer that it was not begun, unless it was."""
        if self.claim.acquire(blocking=False):
            _answer(self.answer, None, Unavailable())


class Threads:
    """Threads that wait for calls; started when the first one comes.

    What would be begun too late is not begun at all: whoever waits so long is told to come again.
    """

    def __init__(
        self,
        size: int = THREADS,
        *,
        most_waiting: int | None = None,
        apart: bool = False,
        patience: float = IN_LINE,
    ) -> None:
        self._most_waiting = most_waiting
        self._calls: Turns[_Call] = Turns(size, apart=apart)
        self._size = size
        self._patience = patience
        self._start = threading.Lock()
        self._started = False

    async def run(self, function: Callable[..., Any], arguments: dict[str, Any]) -> Any:
        """Run a function in a thread. Raises TooManyRequests where too many wait already, and
        Unavailable where none of the threads was free in time.
        """
        if self._most_waiting is not None and self._calls.waiting() >= self._most_waiting:
            raise TooManyRequests(retry_after=1, policy="waiting", quota=self._most_waiting)
        if not self._started:
            self._begin()
        loop = asyncio.get_running_loop()
        place, came = place_of(arguments, heavy=is_heavy(function)), time.monotonic()
        call = _Call(loop, loop.create_future(), function, arguments, place, came, threading.Lock())
        if self._calls.put(call, place):
            return await call.answer
        late = loop.call_later(self._patience, call.give_up)
        try:
            return await call.answer
        finally:
            late.cancel()

    def _begin(self) -> None:
        with self._start:
            if not self._started:
                for number in range(self._size):
                    name = f"request {number}"
                    threading.Thread(target=self._work, name=name, daemon=True).start()
                self._started = True

    def _work(self) -> None:
        while True:
            call = self._calls.take()
            if call.claim.acquire(blocking=False):
                self._carry_out(call)
            else:
                self._calls.done(call.place)
            del call

    def _carry_out(self, call: _Call) -> None:
        asked_at(call.came)
        try:
            result, problem = call.function(**call.arguments), None
        except BaseException as error:  # noqa: BLE001 - whatever it is, the request answers it
            result, problem = None, error
        self._calls.done(call.place)
        with suppress(RuntimeError):  # the loop was closed: nobody waits any more
            call.loop.call_soon_threadsafe(_answer, call.answer, result, problem)


def _answer(answer: "asyncio.Future[Any]", result: Any, problem: BaseException | None) -> None:
    if answer.cancelled():
        return
    if problem is not None:
        answer.set_exception(problem)
    else:
        answer.set_result(result)


ORDERS: Final = Threads()
QUESTIONS: Final = Threads()
"""Apart, so that one can ask while everybody who orders something waits for the log."""

SESSIONS: Final = Threads(2, apart=True)
"""For whoever goes on with a session, or ends it. Strangers can ask for that, too: nobody who orders
something waits for them.
"""

PASSWORDS: Final = Threads(len(os.sched_getaffinity(0)), most_waiting=64, apart=True)
"""For whatever hashes a password: each is busy with one as long as it takes. More at once than there
are cores would only wait for each other; who has to wait for seconds is told to come again.
"""

CALLS: Final = Threads(4, apart=True)
"""For providers who call: they are answered while everybody waits for the log, and nobody waits for them."""

STORAGE: Final = Threads(8)
"""For whatever reads or writes bytes of files: where they lie may be slow, or hang. As many files are in
memory at once, and nobody who orders or asks anything else waits for them.
"""

THEIRS: Final = "threads"
Function = TypeVar("Function", bound=Callable[..., Any])

SAFE: Final = frozenset({"GET", "HEAD"})


def in_thread(function: Callable[..., Any], threads: Threads = ORDERS) -> Callable[..., Any]:
    """Make a plain function one that the event loop can wait for."""

    @functools.wraps(function)
    async def wait(**arguments: Any) -> Any:
        return await threads.run(function, arguments)

    return wait


def hashing(function: Function) -> Function:
    """Mark the function of a route as one that may hash a password."""
    setattr(function, THEIRS, PASSWORDS)
    return function


def renewing(function: Function) -> Function:
    """Mark the function of a route by which sessions go on, or end."""
    setattr(function, THEIRS, SESSIONS)
    return function


def called(function: Function) -> Function:
    """Mark the function of a route by which providers call."""
    setattr(function, THEIRS, CALLS)
    return function


def reaching_storage(function: Function) -> Function:
    """Mark the function of a route that reads or writes bytes of files."""
    setattr(function, THEIRS, STORAGE)
    return function


class ThreadedRoute(APIRoute):
    """A route whose plain function runs in one of our threads. That it is not the one that is asked for is
    found at once: hundreds of others are.
    """

    def __init__(self, path: str, endpoint: Callable[..., Any], **more: Any) -> None:
        if not asyncio.iscoroutinefunction(endpoint):
            asks = SAFE.issuperset(more.get("methods") or SAFE)
            usual = QUESTIONS if asks else ORDERS
            endpoint = in_thread(endpoint, getattr(endpoint, THEIRS, usual))
        super().__init__(path, endpoint, **more)
        self._beginning = path.partition("{")[0]

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Whether it is asked for."""
        if self._beginning not in scope["path"]:
            return Match.NONE, {}
        return super().matches(scope)


class Router(APIRouter):
    """The router of an area."""

    def __init__(self, **more: Any) -> None:
        super().__init__(route_class=ThreadedRoute, **more)
