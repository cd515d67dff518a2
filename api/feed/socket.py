"""The feed over a WebSocket, at `/v1/feed/ws`.

    {"subscribe": {"types": […], …}, "after": "17.5ca1…"}  ─►  {"replaying": …}, {"event": …} …, {"live": …}
    {"reauth": "<access token>"}                           ◄─  {"reauth": …}: then the old one may end

What is said besides: `typing`, `heartbeat`, and `resync`, after which one reads anew. A close says why: its code, and
in its reason a word and the position that was told last.
"""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar, Final, Protocol
from urllib.parse import parse_qs

import msgspec
from fastapi import APIRouter
from starlette.requests import ClientDisconnect
from starlette.routing import WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from api.backend import Backend
from api.feed.asked import Named, place_of, wanted
from api.feed.channel import said_of
from api.feed.ending import Ended, code_of, named, writing_to
from api.feed.hub import Hub, Word, hub_of, reading
from api.feed.listener import Listener, NotUnderstood, Stopping, TooSlow
from api.feed.routes import TICKET
from api.problems.statuses import number_of
from api.web.gate import bearer
from api.web.origins import refuse_unlisted
from api.web.sockets import AT_ONCE, FEED, frame_of
from application.business.accounts import InvalidToken
from application.feed import EVERYTHING, SNAPSHOT, Admission, Happening
from application.ports import Bookmark
from domain.messages import DomainError

PATIENCE: Final = 10.0
"""Seconds for whoever connects to say what they would hear of."""

MOST_SAID: Final = 1_000
"""Messages that one may send over one connection."""

CLOSES: Final = {401: 4401, 403: 4403, 404: 4403, 429: 4429, 503: 1013}
"""How a connection is closed, by how HTTP would refuse: 4400 for all else that is refused."""

OTHERS: Final[dict[type[Exception], int]] = {TooSlow: 4408, Stopping: 1012, NotUnderstood: 4400}


class Said(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What somebody says who listens."""

    subscribe: Named | None = None
    after: str | None = None
    reauth: str | None = None


_said: Final = msgspec.json.Decoder(Said).decode


class Socket:
    """One connection."""

    __slots__ = ("_backend", "_hub", "_left", "_receive", "_scope", "_send", "_told")

    says_the_same: ClassVar = True
    """Whether it says of what happened what all others of its kind say: then that is written once for all."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._scope = scope
        self._receive = receive
        self._send = send
        self._backend: Backend = scope["app"].state.backend
        self._hub: Hub = hub_of(scope["app"])
        self._left = MOST_SAID
        self._told = Bookmark()

    async def serve(self) -> None:
        """Speak with whoever has connected, until one of both has enough."""
        await self._receive()
        await self._send({"type": "websocket.accept"})
        try:
            await self._listen()
        except ClientDisconnect:
            pass
        except Ended as why:
            await self._close(why)

    async def _listen(self) -> None:
        admission = await self._admitted()
        listener = await self._subscribed(admission, await self._asked())
        self._told = listener.told
        hearing = asyncio.ensure_future(self._hear(listener))
        try:
            await self._tell(listener)
        finally:
            self._told = listener.told
            hearing.cancel()
            self._hub.go(listener)

    async def _asked(self) -> Said:
        """Return what they would hear of. Raises ClientDisconnect, NotUnderstood."""
        try:
            async with asyncio.timeout(PATIENCE):
                return await self._next()
        except TimeoutError:
            raise NotUnderstood from None

    # --- Who, and what ------------------------------------------------------------------------

    async def _admitted(self) -> Admission:
        """Return by what right they listen. Raises TooManyRequests, TokenMissing, TicketInvalid,
        OriginNotListed, and what a token deserves.
        """
        self._backend.limits.count_stranger(self._scope)
        tickets = parse_qs(self._scope["query_string"].decode("latin-1")).get(TICKET)
        if tickets:
            admission: Admission = await reading(self._backend.tickets.admission, ticket=tickets[0])
            if self._backend.is_denied(admission.principal.session_id):
                raise InvalidToken
        else:
            token = bearer(self._scope)
            principal = self._backend.authenticate(token)
            ends_at = self._backend.ends(token)
            admission = Admission(principal=principal, ends_at=ends_at, wanted=EVERYTHING)
        self._backend.limits.count_known(admission.principal)
        refuse_unlisted(self._scope, self._backend.origins, admission.principal.tenant_id)
        return admission

    async def _subscribed(self, admission: Admission, said: Said) -> Listener:
        """Return whoever listens from now on. Raises QueryInvalid, TooManyListeners."""
        if said.subscribe is None:
            raise NotUnderstood
        tenant = admission.principal.tenant_id
        if said.subscribe != Named():
            if admission.wanted != EVERYTHING:
                raise NotUnderstood  # the ticket says what it is for
            question = partial(wanted, said.subscribe, admission.principal)
            found = await reading(self._backend.ask, tenant=tenant, question=question)
            admission = msgspec.structs.replace(admission, wanted=found)
        after = place_of(said.after)
        if after is None:
            after = await reading(self._backend.feed.latest, tenant=tenant)
        return self._hub.come(admission, after)

    async def _next(self) -> Said:
        """Return what they say next. Raises ClientDisconnect, NotUnderstood."""
        message = await self._receive()
        if message["type"] == "websocket.disconnect":
            raise ClientDisconnect
        self._left -= 1
        try:
            return _said(message.get("text") or b"")
        except msgspec.MsgspecError:
            raise NotUnderstood from None

    async def _hear(self, listener: Listener) -> None:
        """Take what they say while they listen: only that they are still who they were."""
        try:
            while self._left:
                self._renew(listener, await self._next())
        except (ClientDisconnect, NotUnderstood, DomainError) as why:
            listener.end(why)
        else:
            listener.end(NotUnderstood())

    def _renew(self, listener: Listener, said: Said) -> None:
        """Go on by another token. Raises NotUnderstood, and what the token deserves."""
        if said.reauth is None:
            raise NotUnderstood
        principal = self._backend.authenticate(said.reauth)
        self._hub.renew(listener, principal, self._backend.ends(said.reauth))

    # --- Telling ------------------------------------------------------------------------------

    async def _tell(self, listener: Listener) -> None:
        if self.says_the_same:
            listener.at_once = self._scope.get("extensions", {}).get(AT_ONCE)
        with writing_to(listener):
            async for word in self._hub.words(listener):
                if word.kind == "events":
                    for each in word.happenings:
                        await self._pass_on(each, listener)
                        listener.told = each.bookmark
                else:
                    await listener.takes(self._say(_written(word, listener)))
                listener.told = word.position

    async def _pass_on(self, each: Happening, listener: Listener) -> None:
        """Write it down, and wait until it is taken only where it is not at once."""
        if listener.at_once is None or not listener.at_once(frame_of(said_of(each))):
            await listener.takes(self._say(await self._shown(each, listener)))

    async def _shown(self, each: Happening, _: Listener) -> bytes:
        """Return how something that happened is told."""
        return said_of(each)

    async def _say(self, text: bytes) -> None:
        await self._send({"type": "websocket.send", "text": text.decode()})

    async def _close(self, why: Exception) -> None:
        said = {"code": code_of(why), "after": named(self._told)}
        reason = msgspec.json.encode(said).decode()
        await self._send({"type": "websocket.close", "code": _close(why), "reason": reason})


def _close(why: Exception) -> int:
    if isinstance(why, DomainError):
        return CLOSES.get(number_of(type(why)), 4400)
    return OTHERS[type(why)]


def _written(word: Word, listener: Listener) -> bytes:
    said: dict[str, Any] = {"position": named(word.position)}
    if word.kind == "reauth":
        said["ends_at"] = listener.admission.ends_at
    if word.typing is not None:
        said |= msgspec.to_builtins(word.typing)
    if word.refusal is not None:
        said |= {"code": word.refusal.code, "snapshot": SNAPSHOT}
    return msgspec.json.encode({word.kind: said})


class Speaks(Protocol):
    """One connection, of whatever kind."""

    async def serve(self) -> None:
        """Speak, until one of both has enough."""


class _App:
    """An ASGI application, and no function: the framework would wrap that."""

    def __init__(self, kind: Callable[[Scope, Receive, Send], Speaks]) -> None:
        self._kind = kind

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._kind(scope, receive, send).serve()


def spoken_by(kind: Callable[[Scope, Receive, Send], Speaks]) -> ASGIApp:
    """Return what speaks over connections of a kind."""
    return _App(kind)


router: Final = APIRouter(routes=[WebSocketRoute(FEED, spoken_by(Socket))])
