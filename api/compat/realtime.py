"""The chat desk's paths by which its pages listen."""

from typing import Final

from api.compat import OldRouter, Product
from api.realtime import routes

PREFIXES: Final = ("/realtime", "/chat/realtime", "/api/chat/realtime")

ROUTERS: Final = tuple(
    OldRouter(Product.DESK, prefix=prefix, successor=routes.router.prefix) for prefix in PREFIXES
)
for _router in ROUTERS:
    _router.get("/config")(routes.show_realtime_config)
    _router.post("/auth", openapi_extra=routes.ASKED)(routes.authorise_listening)
