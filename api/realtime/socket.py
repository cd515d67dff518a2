"""An endpoint of Pusher's protocol 7, to which pusher-js connects (pusher.com/docs/channels/library_auth_reference/
pusher-websockets-protocol). What is told here is what the feed tells; each event has its position as `id`.

Nothing of before is told again: who was away reads the feed from the last `id` that they have.
"""

import asyncio
import secrets
from collections.abc import Coroutine
from functools import partial
from typing import Any, Final
from urllib.parse import parse_qs
from uuid import UUID

import msgspec
from fastapi import APIRouter
from starlette.requests import ClientDisconnect
from starlette.routing import WebSocketRoute
from starlette.types import Receive, Scope, Send

from api.backend import Backend
from api.feed.ending import writing_to
from api.feed.hub import Hub, hub_of, reading
from api.feed.listener import Listener, Stopping, TooSlow
from api.feed.socket import spoken_by
from api.problems.refusals import Unavailable
from api.realtime.rooms import Member, Rooms
from api.realtime.said import Said, SigningIn, Subscribing, decode
from api.web.origins import refuse_unlisted
from api.web.sockets import REALTIME
from application.business.accounts import InvalidToken, TokenExpired
from application.conversations.company import Typing
from application.feed import Admission, TicketInvalid
from application.ports import NotReadableHere
from application.reach import StandingChanged
from application.realtime import (
    App,
    Channel,
    ChannelData,
    ChannelNotAllowed,
    UserData,
    channel_of,
    own_app,
    refuse_unseen,
    written,
)
from application.refusals import TooOften
from domain.messages import DomainError

PROTOCOL: Final = "7"
SUCCEEDED: Final = "pusher_internal:subscription_succeeded"
TO_USER: Final = "#server-to-user-"
"""To what clients subscribe by themselves when they have signed in; there is nothing to tell."""

ACTIVITY: Final = 120
"""Seconds without a word after which a client asks whether we are there."""

MOST_CHANNELS: Final = 100
MOST_WAITING: Final = 200
"""Messages that wait for one connection."""

MOST_A_SECOND: Final = 20
"""Messages that one may send."""

LONGEST_EVENT: Final = 10_000
"""Characters of what a client tells others."""

LOOK: Final = 20.0
"""Seconds after which it is looked whether somebody may still listen to what they listen to."""

UNAUTHORISED, AGAIN_LATER, AGAIN = 4009, 4100, 4200
"""Not to come again; to come again after a while; to come again at once, and show anew who they are."""

CLOSES: Final[dict[type[Exception], int]] = {
    TooSlow: AGAIN_LATER,
    TooOften: AGAIN_LATER,
    Unavailable: AGAIN_LATER,
    NotReadableHere: AGAIN_LATER,
    Stopping: AGAIN,
    StandingChanged: AGAIN,
    TokenExpired: AGAIN,
}
RATE: Final = 4301
"""What is said to whoever tells others too much."""


class Lost(Exception):
    """The thread of what happened is lost: who comes again reads anew."""


class PusherSocket:
    """One connection."""

    __slots__ = (
        "__weakref__",
        "_app",
        "_backend",
        "_channels",
        "_hub",
        "_id",
        "_listener",
        "_live",
        "_member",
        "_over",
        "_receive",
        "_rooms",
        "_said",
        "_scope",
        "_send",
        "_since",
        "_tasks",
        "_user",
        "_waiting",
    )

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._scope = scope
        self._receive = receive
        self._send = send
        self._backend: Backend = scope["app"].state.backend
        self._hub: Hub = hub_of(scope["app"])
        self._rooms: Rooms = scope["app"].state.rooms
        self._app: App = own_app(scope["path_params"]["key"], self._backend.pepper)
        self._id = f"{secrets.randbelow(10**10)}.{secrets.randbelow(10**10)}"
        self._channels: dict[str, Channel] = {}
        self._listener: Listener | None = None
        self._member: Member | None = None
        self._user: str | None = None
        self._live = asyncio.Event()
        self._waiting: asyncio.Queue[str] = asyncio.Queue(MOST_WAITING)
        self._tasks: list[asyncio.Task[None]] = []
        self._over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._since, self._said = 0.0, 0

    async def serve(self) -> None:
        """Speak with whoever has connected, until one of both has enough."""
        await self._receive()
        await self._send({"type": "websocket.accept"})
        try:
            self._refuse_others()
            established = {"socket_id": self._id, "activity_timeout": ACTIVITY}
            self._put("pusher:connection_established", data=established)
            self._begin(self._write())
            self._begin(self._hear())
            await self._over
        except ClientDisconnect:
            pass
        except (DomainError, TooSlow, Stopping, Lost) as why:
            await self._send({"type": "websocket.close", "code": _close(why)})
        finally:
            self._leave()

    def say(self, event: str, channel: str, data: object, user_id: str | None = None) -> None:
        """Say something to them, without waiting for them; who takes nothing is ended."""
        try:
            self._put(event, channel, data, user_id)
        except TooSlow as why:
            self._end(why)

    # --- Ends ---------------------------------------------------------------------------------

    def _begin(self, doing: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(doing)
        task.add_done_callback(self._done)
        self._tasks.append(task)

    def _done(self, task: "asyncio.Task[None]") -> None:
        if not task.cancelled() and (why := task.exception()) is not None:
            self._end(why)

    def _end(self, why: BaseException) -> None:
        if not self._over.done():
            self._over.set_exception(why)

    def _leave(self) -> None:
        for task in self._tasks:
            task.cancel()
        for channel in self._channels.values():
            self._rooms.leave(self._app.key, channel, self)
        if self._listener is not None:
            self._hub.go(self._listener)

    def _refuse_others(self) -> None:
        """Refuse what is not spoken here. Raises ChannelNotAllowed, TooManyRequests, OriginNotListed."""
        self._backend.limits.count_stranger(self._scope)
        asked = parse_qs(self._scope["query_string"].decode("latin-1"))
        if asked.get("protocol") != [PROTOCOL] or not _is_tenant(self._app.key):
            raise ChannelNotAllowed
        refuse_unlisted(self._scope, self._backend.origins, self._app.key)

    # --- What they say ------------------------------------------------------------------------

    async def _hear(self) -> None:
        while True:
            message = await self._receive()
            if message["type"] == "websocket.disconnect":
                raise ClientDisconnect
            is_fast = self._is_fast()
            try:
                await self._answer(decode(message.get("text") or b""), is_fast=is_fast)
            except msgspec.MsgspecError:
                if is_fast:
                    raise TooOften from None
                self._put("pusher:error", data={"code": None, "message": "not understood"})

    async def _answer(self, said: Said, *, is_fast: bool) -> None:
        """Do what is said. Raises ValidationError, TooOften."""
        if said.event.startswith("client-"):
            if is_fast:
                self._put("pusher:error", data={"code": RATE, "message": "too many"})
            else:
                self._pass_on(said)
            return
        if is_fast:
            raise TooOften
        if said.event == "pusher:ping":
            self._put("pusher:pong", data={})
        elif said.event == "pusher:subscribe":
            await self._subscribe(msgspec.convert(said.data, Subscribing))
        elif said.event == "pusher:unsubscribe":
            self._unsubscribe(msgspec.convert(said.data, Subscribing).channel)
        elif said.event == "pusher:signin":
            self._sign_in(msgspec.convert(said.data, SigningIn))

    def _is_fast(self) -> bool:
        now = asyncio.get_running_loop().time()
        if now - self._since >= 1:
            self._since, self._said = now, 0
        self._said += 1
        return self._said > MOST_A_SECOND

    def _pass_on(self, said: Said) -> None:
        """Say to the others who listen what one of them says."""
        channel = self._channels.get(said.channel or "")
        data = said.data if isinstance(said.data, str) else written(said.data)
        if channel is None or self._member is None or len(data) > LONGEST_EVENT:
            self._put("pusher:error", data={"code": None, "message": "not allowed"})
            return
        who = self._member.id if channel.is_presence else None
        for other in self._rooms.others(self._app.key, channel, self):
            other.say(said.event, channel.name, msgspec.Raw(data.encode()), who)

    def _sign_in(self, said: SigningIn) -> None:
        if not self._app.proves(said.auth, f"{self._id}::user", said.user_data):
            raise ChannelNotAllowed
        self._user = msgspec.json.decode(said.user_data, type=UserData).id
        self._put("pusher:signin_success", data={"user_data": said.user_data})

    async def _subscribe(self, said: Subscribing) -> None:
        """Let them listen to a channel, once they hear of all that happens. Raises ValidationError."""
        if said.channel == f"{TO_USER}{self._user}":
            self._put(SUCCEEDED, said.channel, {})
            return
        try:
            channel, admission, member = await self._proven(said)
        except (ChannelNotAllowed, InvalidToken, TicketInvalid) as refusal:
            error = {"type": "AuthError", "error": refusal.code, "status": 403}
            self._put("pusher:subscription_error", said.channel, error)
            return
        await self._listen(admission)
        if channel.is_presence:
            await self._rooms.look(self._app.key)
        self._member = member
        if channel.name not in self._channels:
            self._channels[channel.name] = channel
            self._rooms.join(self._app.key, channel, self, member)
        shown = self._presence(channel) if channel.is_presence else {}
        self._put(SUCCEEDED, channel.name, shown)

    async def _proven(self, said: Subscribing) -> tuple[Channel, Admission, Member]:
        """Return what they may listen to, and by what right. Raises ChannelNotAllowed, TicketInvalid, InvalidToken,
        ValidationError.
        """
        channel = channel_of(said.channel)
        is_proven = self._app.proves(said.auth, self._id, channel.name, said.channel_data)
        if not is_proven or len(self._channels) >= MOST_CHANNELS:
            raise ChannelNotAllowed
        data = msgspec.json.decode(said.channel_data, type=ChannelData)
        admission: Admission = await reading(
            self._backend.tickets.admission, ticket=data.ticket or ""
        )
        if self._backend.is_denied(admission.principal.session_id):
            raise InvalidToken
        if admission.principal.tenant_id != self._app.key:
            raise ChannelNotAllowed
        return channel, admission, Member(data.user_id, data.user_info)

    async def _listen(self, admission: Admission) -> None:
        """Hear, from now on, of all that they may see. Raises InvalidToken, if they were somebody else before."""
        if self._listener is None:
            self._backend.limits.count_known(admission.principal)
            after = await reading(self._backend.feed.latest, tenant=self._app.key)
            self._listener = self._hub.come(admission, after)
            self._begin(self._tell(self._listener))
            self._begin(self._look(self._listener))
        else:
            self._hub.renew(self._listener, admission.principal, admission.ends_at)
        await self._live.wait()

    def _presence(self, channel: Channel) -> dict[str, Any]:
        there = self._rooms.members(self._app.key, channel.name)
        return {"presence": {"ids": [*there], "hash": there, "count": len(there)}}

    def _unsubscribe(self, name: str) -> None:
        channel = self._channels.pop(name, None)
        if channel is not None:
            self._rooms.leave(self._app.key, channel, self)

    # --- What they are told -------------------------------------------------------------------

    async def _tell(self, listener: Listener) -> None:
        with writing_to(listener):
            async for word in self._hub.words(listener):
                if word.kind == "live":
                    self._live.set()
                elif word.kind == "resync":
                    raise Lost
                if word.typing is not None:
                    self._tell_who_writes(word.typing)
                for each in word.happenings:
                    for channel in [*self._channels.values()]:
                        if channel.tells(each):
                            text = _written(each.told.type, channel.name, msgspec.Raw(each.json))
                            await listener.takes(self._waiting.put(text))
                listener.told = word.position

    def _tell_who_writes(self, typing: Typing) -> None:
        for channel in self._channels.values():
            if channel.id == typing.thread_id:
                self.say("typing", channel.name, typing)

    async def _look(self, listener: Listener) -> None:
        """Let nobody go on with a channel that they may not listen to any more."""
        while True:
            await asyncio.sleep(LOOK)
            for channel in [*self._channels.values()]:
                seen = partial(refuse_unseen, channel, listener.principal)
                try:
                    await reading(self._backend.ask, tenant=self._app.key, question=seen)
                except ChannelNotAllowed:
                    self._unsubscribe(channel.name)

    async def _write(self) -> None:
        while True:
            await self._send({"type": "websocket.send", "text": await self._waiting.get()})

    def _put(
        self,
        event: str,
        channel: str | None = None,
        data: object = None,
        user_id: str | None = None,
    ) -> None:
        """Say something, without waiting. Raises TooSlow."""
        try:
            self._waiting.put_nowait(_written(event, channel, data, user_id))
        except asyncio.QueueFull:
            raise TooSlow from None


def _written(event: str, channel: str | None, data: object, user_id: str | None = None) -> str:
    """Write what is said; what it is about is a text in it."""
    said: dict[str, Any] = {"event": event, "data": written(data)}
    if channel is not None:
        said["channel"] = channel
    if user_id is not None:
        said["user_id"] = user_id
    return written(said)


def _close(why: Exception) -> int:
    if isinstance(why, Lost):
        return AGAIN
    return next((code for kind, code in CLOSES.items() if isinstance(why, kind)), UNAUTHORISED)


def _is_tenant(key: str) -> bool:
    try:
        return str(UUID(key)) == key
    except ValueError:
        return False


router: Final = APIRouter(routes=[WebSocketRoute(REALTIME, spoken_by(PusherSocket))])
