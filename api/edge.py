"""What every request passes first and every answer last: a trace id, a count, a cap, safe headers.
Nothing of a request is carried out before all of it is here.

Written against ASGI itself: one wrapper around `send`, no task and no copy per request.
"""

from time import perf_counter
from typing import Final

from fastapi import Request, Response
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uuid_utils import uuid7

from api.arriving import Arrivals
from api.backend import Backend
from api.caller import recognise
from api.marks import MARKS
from api.problems import broken, problem
from domain.messages import DomainError

SAFE: Final = [
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-store"),
    (b"referrer-policy", b"no-referrer"),
]
PROBED: Final = frozenset({"/v1/health", "/health"})
"""What load balancers ask, from one address, as often as they like: they are told little."""


class Edge:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp, backend: Backend) -> None:
        self._app = app
        self._arrivals = Arrivals(backend)
        self._backend = backend
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
            await self._inside(scope, receive, sent)
        except ClientDisconnect:  # nobody waits for an answer
            return
        except Exception as error:  # whatever it is, somebody waits for an answer
            if status:
                raise
            await _said(scope, error)(scope, receive, sent)
        route = scope.get("route")
        self._answered(scope["method"], route.path if route else "", status, perf_counter() - began)

    async def _inside(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] not in PROBED:
            recognise(Request(scope), self._backend)
        try:
            await self._app(scope, self._arrivals.of(scope, receive), send)
        finally:
            self._arrivals.let_go(scope)


def _said(scope: Scope, error: Exception) -> Response:
    """Return the answer to what the application has not answered."""
    request = Request(scope)
    return problem(request, error) if isinstance(error, DomainError) else broken(request, error)


def refusing(refusal: DomainError) -> ASGIApp:
    """Return what answers a request that could not be read."""

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
