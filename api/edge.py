"""What every request passes first and every answer last: a trace id, a cap, safe headers.

Written against ASGI itself: one wrapper around `send`, no task and no copy per request.
"""

from time import perf_counter
from typing import Final

from fastapi import Request, Response
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uuid_utils import uuid7

from api.backend import Backend
from api.marks import MARKS
from api.problems import broken, problem
from api.refusals import BodyTooLarge

SAFE: Final = [
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-store"),
    (b"referrer-policy", b"no-referrer"),
]
LONGEST_LENGTH: Final = 19
"""Digits of a length; Python refuses to make numbers of thousands."""

BODILESS: Final = frozenset({"GET", "HEAD"})


class Edge:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp, backend: Backend) -> None:
        self._app = app
        self._most = backend.most_body_bytes
        self._answered = backend.answered

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = perf_counter()
        if scope["method"] == "HEAD":  # answered like GET: the server leaves out the body
            scope = {**scope, "method": "GET"}
        trace = scope["trace_id"] = str(uuid7())
        marks = scope[MARKS] = [*SAFE, (b"x-trace-id", trace.encode())]
        status = 0

        async def sent(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], *marks]
            await send(message)

        try:
            await self._capped(scope, receive, sent)
        except Exception as error:  # whatever it is, somebody waits for an answer
            if status:
                raise
            await broken(Request(scope), error)(scope, receive, sent)
        route = scope.get("route")
        self._answered(scope["method"], route.path if route else "", status, perf_counter() - began)

    async def _capped(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse larger bodies: by what is announced, or else by counting what comes."""
        length = next((v for name, v in scope["headers"] if name == b"content-length"), None)
        if length is None or not length.isdigit():
            if scope["method"] not in BODILESS:
                receive = self._counted(receive)
        elif len(length) > LONGEST_LENGTH or int(length) > self._most:
            await self._too_large(Request(scope))(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _counted(self, receive: Receive) -> Receive:
        left = self._most

        async def received() -> Message:
            nonlocal left
            message = await receive()
            left -= len(message.get("body", b""))
            if left < 0:
                raise HTTPException(413, detail=BodyTooLarge(most_bytes=self._most))  # type: ignore[arg-type]
            return message

        return received

    def _too_large(self, request: Request) -> Response:
        return problem(request, BodyTooLarge(most_bytes=self._most))
