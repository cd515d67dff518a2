"""A body on its way: who sends it, whether it may be so large, and that all of it is here.

Nothing of a request is carried out before its body has come, and nothing of a body is looked at
before it is known who sends it, where somebody has to be logged in.
"""

from collections.abc import Callable
from math import inf
from typing import Any, Final, TypeVar

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import Message, Receive, Scope

from api.backend import Backend
from api.problems.refusals import BodyTooLarge
from api.web.bodies import refuse_depth, refuse_many, refuse_other_encodings
from api.web.gate import authentic, is_known, party, permission_of
from api.web.shares import Shares
from api.web.sizes import LEAST, SMALL, most_of, refuse_first
from domain.messages import DomainError

MOST_HELD: Final = 32_000_000
"""Bytes of larger bodies in the memory of one process, of all requests together."""

LONGEST_LENGTH: Final = 19
"""Digits of a length; Python refuses to make numbers of thousands."""

HELD: Final = "frontdesk.held"
RAW: Final = "raw"

F = TypeVar("F", bound=Callable[..., Any])


def raw(function: F) -> F:
    """Mark the function of a route that takes whatever is sent, as bytes: nothing of it is looked at."""
    setattr(function, RAW, True)
    return function


class Arrivals:
    """Takes the bodies of all requests in."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._held = Shares(MOST_HELD, "bodies")

    def of(self, scope: Scope, receive: Receive) -> Receive:
        """Return what gives the whole body at once, and then whatever comes after it."""
        given = False

        async def received() -> Message:
            nonlocal given
            if given:
                return await receive()
            given = True
            try:
                return await self._whole(scope, receive)
            except DomainError as refusal:  # in a form that no framework takes for its own mistake
                raise HTTPException(400, detail=refusal) from None  # type: ignore[arg-type]

        return received

    def let_go(self, scope: Scope) -> None:
        """Forget a body: its request has its answer."""
        if HELD in scope:
            self._held.let_go(party(scope), scope.pop(HELD))

    async def _whole(self, scope: Scope, receive: Receive) -> Message:
        route = scope.get("route")
        if route is not None and not is_known(scope) and permission_of(route) is not None:
            authentic(scope)
        if getattr(scope.get("endpoint"), RAW, False):
            return _whole_of(await self._read(scope, receive, self._backend.most_body_bytes))
        size = SMALL if route is None else most_of(route)
        if route is not None and size.values is None:
            refuse_first(route, scope)
            return _whole_of(await self._read(scope, receive, size.bytes))
        most = min(size.bytes, self._backend.most_body_bytes)
        return _looked_at(await self._read(scope, receive, most), size.values or 0)

    async def _read(self, scope: Scope, receive: Receive, most: int) -> bytes:
        if _announced(scope) > most:
            raise BodyTooLarge(most_bytes=most)
        body, message = bytearray(), await receive()
        while message["type"] == "http.request":
            body += message.get("body", b"")
            if len(body) > most:
                raise BodyTooLarge(most_bytes=most)
            self._hold(scope, len(body))
            if not message.get("more_body"):
                return bytes(body)
            message = await receive()
        raise ClientDisconnect

    def _hold(self, scope: Scope, size: int) -> None:
        """Count what is larger than most. Raises TooManyRequests."""
        if size <= LEAST:
            return
        self._held.hold(party(scope), size - scope.get(HELD, 0))
        scope[HELD] = size
        self._held.refuse(party(scope))


def _looked_at(body: bytes, values: int) -> Message:
    refuse_other_encodings(body)
    refuse_many(body, values)
    refuse_depth(body)
    return _whole_of(body)


def _whole_of(body: bytes) -> Message:
    return {"type": "http.request", "body": body, "more_body": False}


def _announced(scope: Scope) -> float:
    """Return how long a body is said to be. What is no number is found out by counting."""
    length = next((v for name, v in scope["headers"] if name == b"content-length"), b"")
    if not length.isdigit():
        return 0
    return int(length) if len(length) <= LONGEST_LENGTH else inf
