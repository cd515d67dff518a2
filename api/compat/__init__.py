"""Paths of the products that were here before, for their clients to go on working.

They give the same orders and ask the same questions as `/v1` under older names, and decide nothing.
Nothing is added here any more: each answer says that the path is deprecated, and which one to use.
Each product has an OpenAPI document of its own, with its paths and no others.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, ClassVar, Final

from fastapi import APIRouter
from fastapi.routing import APIRoute
from starlette.types import Message, Receive, Scope, Send

from api.web.routing import ThreadedRoute

SINCE: Final = datetime(2026, 11, 21, tzinfo=UTC)
"""When `/v1` was there to go to."""


class Product(StrEnum):
    """Which product a path was of: so its document is called."""

    BEAUTY = "beauty"
    SETTER = "setter"
    DESK = "desk"
    PROSPECTS = "prospects"


CALLED: Final[Mapping[str, str]] = {
    Product.BEAUTY: "salon",
    Product.SETTER: "appointment setter",
    Product.DESK: "chat desk",
    Product.PROSPECTS: "sales agent",
}
"""By the people who work with it."""


class OldRouter(APIRouter):
    """A router whose every answer, refusals too, carries `Deprecation` (RFC 9745) and a link to
    what took its place. `kind` is that of its routes.
    """

    def __init__(
        self, product: Product, *, successor: str, kind: type[APIRoute] = ThreadedRoute, **more: Any
    ) -> None:
        route = _old_route(kind, product, f'<{successor}>; rel="successor-version"')
        super().__init__(
            route_class=route, deprecated=True, tags=[f"old paths: {CALLED[product]}"], **more
        )


def _old_route(kind: type[APIRoute], of: Product, link: str) -> type[APIRoute]:
    marks = [
        (b"deprecation", f"@{SINCE.timestamp():.0f}".encode()),
        (b"link", link.encode()),
    ]

    class OldRoute(kind):  # type: ignore[misc, valid-type] # a class made for each router
        product: ClassVar[Product] = of

        async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
            async def marked(message: Message) -> None:
                if message["type"] == "http.response.start":
                    message["headers"] = [*message["headers"], *marks]
                await send(message)

            await super().handle(scope, receive, marked)

    return OldRoute
