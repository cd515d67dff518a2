"""Tells those who listen who is writing in a conversation that they see, and keeps that they are there."""

import asyncio
from collections.abc import Callable, Collection, Iterable
from functools import partial
from typing import Final

import structlog

from api.backend import Backend
from api.feed.listener import Listener
from api.problems.refusals import Unavailable
from api.web.routing import Threads
from application.conversations.company import Typing, audience_of, is_told
from application.ports import StoreUnavailableError
from application.realtime import member_of

log = structlog.get_logger()

MARK: Final = 15.0
"""Seconds after which it is said again who listens."""

MARKERS: Final = Threads(1, patience=20.0)
"""Who says and asks it: nobody who reads the log waits for them."""


class Attendance:
    """Runs on the event loop that serves. What cannot be told now is not told later: it would be untrue."""

    def __init__(
        self,
        backend: Backend,
        listeners_of: Callable[[str], Iterable[Listener]],
        watched: Callable[[], Collection[str]],
    ) -> None:
        self._backend = backend
        self._listeners_of = listeners_of
        self._watched = watched
        self._marked_at = -MARK
        self._new: set[tuple[str, str]] = set()
        self._doing: set[asyncio.Task[None]] = set()

    def watch(self) -> None:
        """Hear, in another thread, who writes."""
        loop = asyncio.get_running_loop()

        def tell(tenant: str, typing: Typing) -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(self._heard, tenant, typing)

        self._backend.following.watch(tell, self._watched)

    def came(self, listener: Listener) -> None:
        """Say soon that somebody listens."""
        self._new.add(_person(listener))

    def mark(self, now: float, listeners: Iterable[Listener]) -> None:
        """Say who has come, and now and then who listens: whoever is not said so for a while is gone."""
        there, self._new = self._new, set()
        if now >= self._marked_at + MARK:
            self._marked_at = now
            there = {*map(_person, listeners)}
        if there:
            self._begin(self._mark(there))

    def _begin(self, doing: "asyncio._CoroutineLike[None]") -> None:
        task = asyncio.get_running_loop().create_task(doing)
        self._doing.add(task)
        task.add_done_callback(self._doing.discard)

    async def _mark(self, there: Collection[tuple[str, str]]) -> None:
        for tenant, member_id in there:
            asked = {"tenant": tenant, "member_id": member_id}
            try:
                await MARKERS.run(self._backend.company.is_there, asked)
            except Unavailable:
                return

    def _heard(self, tenant: str, typing: Typing) -> None:
        self._begin(self._tell(tenant, typing))

    async def _tell(self, tenant: str, typing: Typing) -> None:
        """Pass it on to whoever may see what is said there, and would hear of it."""
        question = partial(audience_of, typing.thread_id)
        try:
            audience = await MARKERS.run(
                self._backend.ask, {"tenant": tenant, "question": question}
            )
        except (StoreUnavailableError, Unavailable) as error:
            log.warning("nobody is told who writes", error=str(error))
            return
        for listener in self._listeners_of(tenant):
            if is_told(typing, audience, listener.principal, listener.admission.wanted):
                listener.hear_of(typing)


def _person(listener: Listener) -> tuple[str, str]:
    return listener.tenant, member_of(listener.principal)
