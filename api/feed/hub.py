"""Tells all who listen in this process: what is new is read once for all of a tenant.

    something was appended ─► whose logs? ─► read behind what was passed on ─► each listener who hears it

Whoever comes reads for themselves, page by page, until they have what was passed on, and goes with the
others from there: nobody is told anything twice, nor out of order, and nothing is left out.
"""

import asyncio
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Final, NamedTuple

import structlog

from api.backend import Backend
from api.feed.listener import AHEAD, HEARTBEAT, Listener, Stopping, TooSlow
from api.problems.refusals import Unavailable
from api.web.routing import Threads
from application.business.accounts import InvalidToken, TokenExpired
from application.feed import (
    Admission,
    Happening,
    Heard,
    PositionExpired,
    TooManyListeners,
)
from application.permissions import Principal
from application.ports import (
    Bookmark,
    NotReadableHere,
    PositionUnknown,
    StoreUnavailableError,
)
from application.reach import refuse_outdated
from domain.messages import DomainError

log = structlog.get_logger()

READERS: Final = Threads(4, patience=20.0)
"""Who reads the log for listeners: nobody who asks or orders anything waits for them."""

MOST_OF_PERSON: Final = 50
"""Listeners of one person in one process."""

SWEEP: Final = 0.25
"""Seconds after which is looked whose session has ended, and who is to be told how far it is."""

TAIL: Final = 64
"""Times that something was passed on, of which it is kept for those who have read nearly up to there."""

MOST_KEPT: Final = 262_144
"""Bytes of that, for each tenant."""

AGAIN: Final = 1.0
"""Seconds after which the log is read again, where it could not be."""

GOODBYE: Final = 1.0
"""Seconds for telling everybody that the process stops."""

PAGE: Final = 200
"""Events that somebody is told at once who catches up."""


class Word(NamedTuple):
    """What is said to a listener: `replaying`, `live`, `events`, `heartbeat`, `reauth` or `resync`."""

    kind: str
    position: Bookmark
    happenings: Sequence[Happening] = ()
    refusal: DomainError | None = None


class Page(NamedTuple):
    """What a listener hears at once, up to where that goes, and whether there is more already."""

    happenings: Sequence[Happening]
    reached: Bookmark
    more: bool


class Channel:
    """All who listen to one tenant's log, and up to where that was passed on to them."""

    heavy: Final = False
    thing: Final = None

    def __init__(self, tenant: str, position: Bookmark) -> None:
        self.tenant = tenant
        self.position = position
        self.listeners: set[Listener] = set()
        self.news = False
        self.reading: asyncio.Task[None] | None = None
        self._tail: deque[Heard] = deque()
        self._tail_after = position.position
        self._kept = 0

    def pass_on(self, heard: Heard) -> None:
        """Tell everybody."""
        if heard.reached.position <= self.position.position:
            return
        self.position = heard.reached
        self._keep(heard)
        for listener in [*self.listeners]:
            listener.hear(heard)
            if not listener.is_live:
                self.listeners.discard(listener)

    def take_in(self, listener: Listener) -> bool:
        """Let somebody go with the others, if it is known here what they have not heard."""
        if listener.reached.position < self._tail_after:
            return False
        listener.is_live = True
        for heard in self._tail:
            listener.hear(heard)
        if listener.is_live:
            self.listeners.add(listener)
        return listener.is_live

    def _keep(self, heard: Heard) -> None:
        self._tail.append(heard)
        self._kept += heard.size
        while self._kept > MOST_KEPT or len(self._tail) > TAIL:
            gone = self._tail.popleft()
            self._tail_after = gone.reached.position
            self._kept -= gone.size


class Hub:
    """Runs on the event loop that serves. Its threads only read."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._channels: dict[str, Channel] = {}
        self.watched: frozenset[str] = frozenset()
        self.listeners: set[Listener] = set()
        self._of: Counter[tuple[str, str]] = Counter()
        self._loop: asyncio.AbstractEventLoop | None = None

    # --- Listening ----------------------------------------------------------------------------

    def come(self, admission: Admission, after: Bookmark) -> Listener:
        """Begin to listen behind a position. Raises TooManyListeners."""
        whose = (admission.principal.tenant_id, admission.principal.user_id)
        if self._of[whose] >= MOST_OF_PERSON:
            raise TooManyListeners(most=MOST_OF_PERSON)
        listener = Listener(admission, after)
        loop = asyncio.get_running_loop()
        listener.beat_at = loop.time() + HEARTBEAT
        if not self.listeners:
            self._loop = loop
            loop.call_later(SWEEP, self._sweep)
        self._of[whose] += 1
        self.listeners.add(listener)
        return listener

    def go(self, listener: Listener) -> None:
        """Listen no more."""
        if listener not in self.listeners:
            return
        self.listeners.discard(listener)
        whose = (listener.tenant, listener.principal.user_id)
        self._of[whose] -= 1
        if not self._of[whose]:
            del self._of[whose]
        channel = self._channels.get(listener.tenant)
        if channel is not None:
            channel.listeners.discard(listener)
            if not channel.listeners:
                self._drop(channel)

    async def words(self, listener: Listener) -> AsyncIterator[Word]:
        """Return all that is said to a listener, to whoever writes it to them. What ends them is raised."""
        yield Word("replaying", listener.reached)
        is_told = False
        while True:
            try:
                async for word in self._caught_up(listener):
                    yield word
            except (PositionUnknown, PositionExpired) as lost:
                listener.reached = await self.latest(listener)
                is_told = False
                yield Word("resync", listener.reached, refusal=lost)
                continue
            if not is_told:
                is_told = True
                yield Word("live", listener.reached)
            while listener.has_more:
                async for word in self._next(listener):
                    yield word

    async def page(self, listener: Listener, most: int, until: float) -> Page:
        """Return what a listener hears next: as soon as there is anything, and by a time of the loop. Raises
        PositionUnknown, PositionExpired, and what `read` raises.
        """
        while True:
            heard = await self.read(listener, most)
            listener.reached = heard.reached
            found = heard.by(listener.principal, listener.admission.wanted)
            if found or heard.more or asyncio.get_running_loop().time() >= until:
                return Page(found, heard.reached, heard.more)
            self._take_in(listener)
            while listener.has_more:
                try:
                    async with asyncio.timeout_at(until):
                        found = await listener.next()
                except TimeoutError:
                    return Page((), listener.reached, more=False)
                if len(found) > most:
                    return Page(found[:most], found[most - 1].bookmark, more=True)
                if found:
                    return Page(found, listener.reached, more=False)

    async def read(self, listener: Listener, most: int = PAGE) -> Heard:
        """Return what is behind what a listener has heard, once it is known who they are at this moment.
        Raises StandingChanged, TokenExpired, InvalidToken, NotReadableHere, PositionUnknown, PositionExpired.
        """
        self._refuse_over(listener.admission)
        found: Heard = await reading(self._read, caller=listener, most=most)
        listener.refuse_ended()
        return found

    async def latest(self, listener: Listener) -> Bookmark:
        """Return where their log ends."""
        found: Bookmark = await reading(self._latest, caller=listener)
        return found

    async def _caught_up(self, listener: Listener) -> AsyncIterator[Word]:
        """Return what there is behind what a listener has heard, until they are live."""
        while not listener.is_live:
            heard = await self.read(listener)
            found = heard.by(listener.principal, listener.admission.wanted)
            listener.reached = heard.reached
            if found:
                yield Word("events", heard.reached, found)
            if not heard.more:
                self._take_in(listener)

    async def _next(self, listener: Listener) -> AsyncIterator[Word]:
        """Return what is to be said to whoever is live, once there is anything."""
        found = await listener.next()
        now = asyncio.get_running_loop().time()
        is_due = now >= listener.beat_at
        if found or is_due:
            listener.beat_at = now + HEARTBEAT
        if found:
            yield Word("events", found[-1].bookmark, found)
        elif is_due and listener.is_live:
            yield Word("heartbeat", listener.reached)
        if not listener.asked_again and self._ends_soon(listener, self._backend.clock()):
            listener.asked_again = True
            yield Word("reauth", listener.told)

    def _read(self, caller: Listener, most: int) -> Heard:
        principal = caller.principal
        self._backend.ask(caller.tenant, partial(refuse_outdated, principal))
        return self._backend.feed.read(
            caller.tenant, caller.reached, caller.admission.wanted, most=most
        )

    def _latest(self, caller: Listener) -> Bookmark:
        return self._backend.feed.latest(caller.tenant)

    def _refuse_over(self, admission: Admission) -> None:
        """Refuse whose session or proof has ended. Raises InvalidToken, TokenExpired."""
        if self._backend.is_denied(admission.principal.session_id):
            raise InvalidToken
        if self._backend.clock() >= admission.ends_at:
            raise TokenExpired

    # --- Passing on ---------------------------------------------------------------------------

    def _take_in(self, listener: Listener) -> None:
        """Let somebody go with the others. Whoever is the first looks once more: it was not watched
        meanwhile.
        """
        channel = self._channels.get(listener.tenant)
        if channel is not None:
            channel.take_in(listener)
            return
        channel = self._channels[listener.tenant] = Channel(listener.tenant, listener.reached)
        channel.take_in(listener)
        self.watched = frozenset(self._channels)
        self._backend.feed.watch(self._tell, lambda: self.watched)
        self._look(channel)

    def _drop(self, channel: Channel) -> None:
        self._channels.pop(channel.tenant, None)
        self.watched = frozenset(self._channels)

    def _tell(self, tenant: str) -> None:
        """Hear, in another thread, that there may be something new."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._hear, tenant)

    def _hear(self, tenant: str) -> None:
        channel = self._channels.get(tenant)
        if channel is not None:
            self._look(channel)

    def _look(self, channel: Channel) -> None:
        channel.news = True
        if channel.reading is None:
            channel.reading = asyncio.get_running_loop().create_task(self._carry_on(channel))

    async def _carry_on(self, channel: Channel) -> None:
        """Pass on what is new, until there is nothing more."""
        try:
            while channel.news:
                channel.news = False
                heard = await reading(self._behind, caller=channel)
                channel.pass_on(heard)
                channel.news = channel.news or heard.more
        except (PositionUnknown, PositionExpired):
            self._let_all_look(channel)
        except NotReadableHere as refusal:
            for listener in [*channel.listeners]:
                listener.end(refusal)
        except Exception as error:  # noqa: BLE001 - whatever it is, there is another look, and nothing is lost
            log.warning("listeners wait for the log", error=str(error))
            asyncio.get_running_loop().call_later(AGAIN, self._hear, channel.tenant)
        finally:
            channel.reading = None
            if not channel.listeners and self._channels.get(channel.tenant) is channel:
                self._drop(channel)

    def _behind(self, caller: Channel) -> Heard:
        return self._backend.feed.read(caller.tenant, caller.position)

    def _let_all_look(self, channel: Channel) -> None:
        """Let everybody find out for themselves what became of their log."""
        self._drop(channel)
        for listener in [*channel.listeners]:
            listener.doubt()
        channel.listeners.clear()

    # --- Looking after them -------------------------------------------------------------------

    def _sweep(self) -> None:
        """End those whose session or proof has ended, or who take nothing; wake those who are to be told
        something.
        """
        now, clock = asyncio.get_running_loop().time(), self._backend.clock()
        for listener in [*self.listeners]:
            if self._backend.is_denied(listener.principal.session_id):
                listener.end(InvalidToken())
            elif clock >= listener.admission.ends_at:
                listener.end(TokenExpired())
            elif listener.is_stuck(now):
                listener.end(TooSlow())
            elif now >= listener.beat_at or (
                not listener.asked_again and self._ends_soon(listener, clock)
            ):
                listener.wake()
        if self.listeners:
            asyncio.get_running_loop().call_later(SWEEP, self._sweep)

    @staticmethod
    def _ends_soon(listener: Listener, now: datetime) -> bool:
        return now >= listener.admission.ends_at - AHEAD

    def renew(self, listener: Listener, principal: Principal, ends_at: datetime) -> None:
        """Go on by another proof of the same person. Raises InvalidToken."""
        known = listener.principal
        if (principal.tenant_id, principal.user_id) != (known.tenant_id, known.user_id):
            raise InvalidToken
        wanted = listener.admission.wanted
        listener.admission = Admission(principal=principal, ends_at=ends_at, wanted=wanted)
        listener.asked_again = False

    async def end_all(self, why: Exception) -> None:
        """End everybody, and wait until they know: the process stops."""
        writers = [each.writer for each in self.listeners if each.writer is not None]
        for listener in [*self.listeners]:
            listener.end(why)
        if writers:
            await asyncio.wait(writers, timeout=GOODBYE)


async def reading(function: Callable[..., Any], **arguments: Any) -> Any:
    """Return what a function reads, in a thread. Raises Unavailable where PostgreSQL is away."""
    try:
        return await READERS.run(function, arguments)
    except StoreUnavailableError as error:
        raise Unavailable from error


async def end_listening(app: Any) -> None:
    """End whoever listens to an application, if any can."""
    hub = getattr(getattr(app, "state", None), "hub", None)
    if hub is not None:
        await hub.end_all(Stopping())


def hub_of(app: Any) -> Hub:
    """Return the hub of an application."""
    hub: Hub = app.state.hub
    return hub
