"""What happens at this moment, for whoever looks after the business."""

from typing import Annotated, Final

import msgspec
from fastapi import Response

from api.requests.answers import Made, answers
from api.requests.caller import JSON, Caller
from api.web.gate import may
from api.web.routing import Router
from api.web.turns import heavy
from application.permissions import Permission
from application.scheduling.live import LastHour, last_hour

MayRead = Annotated[Caller, may(Permission.LIVE_READ)]

router: Final = Router(prefix="/v1/live", tags=["live"])


@router.get("/bookings")
@answers(Made(LastHour))
@heavy
def show_live_bookings(caller: MayRead) -> Response:
    """Return how many bookings were made in each minute of the last hour, the one that runs included;
    what was booked in the last seconds may still be missing.
    """
    found = last_hour(caller.backend.live, caller.tenant, caller.now)
    return Response(msgspec.json.encode(found), media_type=JSON)
