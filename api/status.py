"""How the system is: for load balancers, for operators, for Prometheus."""

from typing import Any, Final, Protocol

import msgspec
from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse

from api.caller import JSON

PUBLIC: Final[dict[str, Any]] = {"security": []}
HEALTHY: Final = {"status": "healthy", "database": "connected"}
UNHEALTHY: Final = {"status": "unhealthy", "database": "disconnected"}

# Not a `Router`: how the system is can be asked when the threads of all requests are busy, too.
router: Final = APIRouter(prefix="/v1", tags=["status"])
metrics_router: Final = APIRouter(tags=["status"])


class Vitals(Protocol):
    """What can be said of the running system; see `adapters/vitals.py`."""

    def is_connected(self) -> bool:
        """Tell whether the database answers."""

    def status(self) -> Any:
        """Describe the log, the read models, the queue and the releases in use."""

    def metrics(self) -> tuple[bytes, str]:
        """Give what Prometheus scrapes, and its media type."""


@router.get("/health", openapi_extra=PUBLIC)
def show_health(request: Request) -> Response:
    """Say whether requests can be answered: 503 when the database is away."""
    connected = _vitals(request).is_connected()
    body = msgspec.json.encode(HEALTHY if connected else UNHEALTHY)
    return Response(body, 200 if connected else 503, media_type=JSON)


@router.get("/status", openapi_extra=PUBLIC)
def show_status(request: Request) -> Response:
    """Say how far the log, the read models and the queue are. It holds nobody's data."""
    return Response(msgspec.json.encode(_vitals(request).status()), media_type=JSON)


@metrics_router.get("/metrics", response_class=PlainTextResponse, openapi_extra=PUBLIC)
def show_metrics(request: Request) -> Response:
    """Give counters and gauges in the text format of Prometheus."""
    body, media_type = _vitals(request).metrics()
    return Response(body, media_type=media_type)


def _vitals(request: Request) -> Vitals:
    vitals: Vitals = request.app.state.backend.parts["vitals"]
    return vitals
