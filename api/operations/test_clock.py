"""The clock of a system in test mode: acceptance tests move it over hours and changes of DST.

These routes exist in test mode only: nobody else can set the time.
"""

from typing import Any, Final

import msgspec
from fastapi import Request, Response

from api.requests.answers import answers
from api.requests.caller import JSON
from api.requests.forms import Body
from api.requests.moments import Instant
from api.web.routing import Router
from application.operations.vitals import Walk

router: Final = Router(prefix="/v1/test/clock", tags=["test"])
PUBLIC: Final[dict[str, Any]] = {"security": []}


class ClockBody(Body):
    """The time that it shall be; time goes forwards only."""

    now: Instant


@router.get("", openapi_extra=PUBLIC)
@answers()
def show_test_clock(request: Request) -> Response:
    """Say what time it is here."""
    now = request.app.state.backend.clock()
    return Response(msgspec.json.encode({"now": now}), media_type=JSON)


@router.put("", openapi_extra=PUBLIC)
@answers()
def set_test_clock(request: Request, body: ClockBody) -> Response:
    """Let time pass: everything that falls due on the way is done at its minute."""
    walk: Walk = request.app.state.backend.walk
    stops = walk(body.now)
    now = request.app.state.backend.clock()
    return Response(msgspec.json.encode({"now": now, "stops": stops}), media_type=JSON)
