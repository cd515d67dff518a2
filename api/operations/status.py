"""How the system is: for load balancers, for operators, for Prometheus."""

from time import monotonic
from typing import Any, Final

import msgspec
from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse

from api.requests.answers import Made, answers
from api.requests.caller import JSON
from api.web.door import COUNTED
from api.web.routing import Threads
from application.operations.vitals import Vitals

PUBLIC: Final[dict[str, Any]] = {"security": []}
CONNECTED: Final = "connected"

# How the system is can be asked when the threads of all requests are busy, too; and whether it is
# alive, when everybody asks how it is.
HEALTH: Final = Threads(1, apart=True)
ONLOOKERS: Final = Threads(2, apart=True)

router: Final = APIRouter(prefix="/v1", tags=["status"])
metrics_router: Final = APIRouter(tags=["status"])


class Health(msgspec.Struct):
    status: str
    database: str


@router.get("/health", openapi_extra=PUBLIC)
@answers(Made(Health, also=(503,)))
async def show_health(request: Request) -> Response:
    """Say whether requests can be answered: 503 when the database is away, or takes no writes: since it
    may not (`read-only`), or since what was to be recorded of late was not (`not-writing`).

    Where something is recorded that this process cannot read, what concerns it is refused, and
    `status` is `degraded`: all else is answered as ever.
    """
    database = await HEALTH.run(_vitals(request).database, {"came": monotonic()})
    healthy = database == CONNECTED
    body: dict[str, Any] = {
        "status": "healthy" if healthy else "unhealthy",
        "database": database,
    }
    if healthy and (lacking := _vitals(request).lacking):
        body |= {"status": "degraded", "cannot_read": lacking}
    return Response(msgspec.json.encode(body), 200 if healthy else 503, media_type=JSON)


@router.get("/status", openapi_extra=PUBLIC, dependencies=[COUNTED])
@answers(Made(dict[str, Any]))
async def show_status(request: Request) -> Response:
    """Say how far the log, the read models and the queue are. It holds nobody's data."""
    status = await ONLOOKERS.run(_vitals(request).status, {"came": monotonic()})
    return Response(msgspec.json.encode(status), media_type=JSON)


@metrics_router.get(
    "/metrics", response_class=PlainTextResponse, openapi_extra=PUBLIC, dependencies=[COUNTED]
)
@answers()
async def show_metrics(request: Request) -> Response:
    """Return counters and gauges in the text format of Prometheus."""
    body, media_type = await ONLOOKERS.run(_vitals(request).metrics, {"came": monotonic()})
    return Response(body, media_type=media_type)


def _vitals(request: Request) -> Vitals:
    vitals: Vitals = request.app.state.backend.vitals
    return vitals
