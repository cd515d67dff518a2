"""Paths of the products that were here before, for their clients to go on working.

They give the same orders and ask the same questions as `/v1` under older names, and decide nothing.
Nothing is added here any more: each answer says that the path is deprecated, and which one to use.
"""

from datetime import UTC, datetime
from typing import Any, Final

from fastapi import APIRouter
from fastapi.routing import APIRoute
from starlette.types import Message, Receive, Scope, Send

from api.web.routing import ThreadedRoute

SINCE: Final = datetime(2026, 11, 21, tzinfo=UTC)
"""When `/v1` was there to go to."""


class OldRouter(APIRouter):
    """A router whose every answer, refusals too, carries `Deprecation` (RFC 9745) and a link to
    what took its place. `kind` is that of its routes.
    """

    def __init__(
        self, *, successor: str, kind: type[APIRoute] = ThreadedRoute, **more: Any
    ) -> None:
        route = _old_route(kind, f'<{successor}>; rel="successor-version"')
        super().__init__(route_class=route, deprecated=True, **more)


def _old_route(kind: type[APIRoute], link: str) -> type[APIRoute]:
    marks = [
        (b"deprecation", f"@{SINCE.timestamp():.0f}".encode()),
        (b"link", link.encode()),
    ]

    class OldRoute(kind):  # type: ignore[misc, valid-type] # a class made for each router
        async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
            async def marked(message: Message) -> None:
                if message["type"] == "http.response.start":
                    message["headers"] = [*message["headers"], *marks]
                await send(message)

            await super().handle(scope, receive, marked)

    return OldRoute
