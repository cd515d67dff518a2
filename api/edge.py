"""What every request passes first and every answer last: a trace id, a cap, safe headers. Nothing
of a request is carried out before all of it is here.

Written against ASGI itself: one wrapper around `send`, no task and no copy per request.
"""

from math import inf
from time import perf_counter
from typing import Final

from fastapi import Request, Response
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uuid_utils import uuid7

from api.backend import Backend
from api.marks import MARKS
from api.problems import broken, problem
from api.refusals import BodyTooLarge
from domain.messages import DomainError

SAFE: Final = [
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-store"),
    (b"referrer-policy", b"no-referrer"),
]
LONGEST_LENGTH: Final = 19
"""Digits of a length; Python refuses to make numbers of thousands."""

PROBED: Final = frozenset({"/v1/health", "/health"})
"""What load balancers ask, from one address, as often as they like: they are told little."""

BODILESS: Final = frozenset({"GET", "HEAD"})


class Edge:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp, backend: Backend) -> None:
        self._app = app
        self._most = backend.most_body_bytes
        self._limits = backend.limits
        self._answered = backend.answered

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = perf_counter()
        if scope["method"] == "HEAD":  # answered like GET: the server leaves out the body
            scope = {**scope, "method": "GET"}
        marks = _begin(scope)
        status = 0

        async def sent(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], *marks]
            await send(message)

        try:
            await self._whole(scope, receive, sent)
        except ClientDisconnect:  # nobody waits for an answer
            return
        except Exception as error:  # whatever it is, somebody waits for an answer
            if status:
                raise
            await _said(scope, error)(scope, receive, sent)
        route = scope.get("route")
        self._answered(scope["method"], route.path if route else "", status, perf_counter() - began)

    async def _whole(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what changes something when all of it has come, and no sooner: what is too large,
        or breaks off, was not begun.
        """
        if scope["path"] not in PROBED and not _names_somebody(scope):
            self._limits.count_stranger(scope)
        if _announced(scope) > self._most:
            await self._too_large(scope)(scope, receive, send)
        elif scope["method"] in BODILESS:
            await self._app(scope, receive, send)
        elif (body := await self._body(receive)) is None:
            await self._too_large(scope)(scope, receive, send)
        else:
            await self._app(scope, _given(body, receive), send)

    async def _body(self, receive: Receive) -> bytes | None:
        """Wait for a body; None when it is too large. Raises ClientDisconnect."""
        body, more = bytearray(), True
        while more and len(body) <= self._most:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise ClientDisconnect
            body += message.get("body", b"")
            more = message.get("more_body", False)
        return bytes(body) if len(body) <= self._most else None

    def _too_large(self, scope: Scope) -> Response:
        return problem(Request(scope), BodyTooLarge(most_bytes=self._most))


def _said(scope: Scope, error: Exception) -> Response:
    """Return the answer to what the application has not answered."""
    request = Request(scope)
    return problem(request, error) if isinstance(error, DomainError) else broken(request, error)


def refusing(refusal: DomainError) -> ASGIApp:
    """Give what answers a request that could not be read."""

    async def refuse(scope: Scope, receive: Receive, send: Send) -> None:
        marks = _begin(scope)
        answer = problem(Request(scope), refusal)
        answer.raw_headers.extend(marks)
        await answer(scope, receive, send)

    return refuse


def _begin(scope: Scope) -> list[tuple[bytes, bytes]]:
    """Give a request its trace id; return the headers that every answer has, to which more come."""
    trace = scope["trace_id"] = str(uuid7())
    marks: list[tuple[bytes, bytes]] = [*SAFE, (b"x-trace-id", trace.encode())]
    scope[MARKS] = marks
    return marks


def _names_somebody(scope: Scope) -> bool:
    """Whether somebody says who they are. That it is untrue is found out, and counted, later."""
    return any(name == b"authorization" for name, _ in scope["headers"])


def _announced(scope: Scope) -> float:
    """Return how long a body is said to be. What is no number is found out by counting."""
    length = next((v for name, v in scope["headers"] if name == b"content-length"), b"")
    if not length.isdigit():
        return 0
    return int(length) if len(length) <= LONGEST_LENGTH else inf


def _given(body: bytes, receive: Receive) -> Receive:
    """Return what gives this body, and then whatever comes after it."""
    given = False

    async def received() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return received
