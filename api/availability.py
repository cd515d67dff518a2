"""When can somebody be booked? Every slot that is given could be booked at that instant."""

from typing import Annotated, Final

import msgspec
from fastapi import Query, Response
from pydantic import Field

from api.bookings import Minutes
from api.caller import JSON, Caller, may
from api.forms import TimeZone, id_of
from api.moments import Day, Instant
from api.routing import Router
from application.availability import Wish, availability
from application.permissions import Permission
from domain.values import ProfessionalId, ServiceId
from projections.professionals import PROFESSIONALS, bookable

MayRead = Annotated[Caller, may(Permission.PROFESSIONALS_READ)]
Moment = Annotated[Instant | Day, Field(union_mode="left_to_right")]

router: Final = Router(prefix="/v1/availability", tags=["bookings"])


@router.get("")
def show_availability(
    caller: MayRead,
    professional_id: Annotated[ProfessionalId, id_of("professional")] | None = None,
    service_id: Annotated[ServiceId, id_of("service")] | None = None,
    first: Annotated[Moment | None, Query(alias="from")] = None,
    last: Annotated[Moment | None, Query(alias="to")] = None,
    tz: TimeZone | None = None,
    duration_minutes: Minutes | None = None,
    limit: Annotated[int, Query(ge=1, le=2000)] = 500,
) -> Response:
    """Show free slots of a professional, or of everybody who offers the service.

    `from` and `to` are instants, or whole days on the clock of `tz`; a week from now on when not
    given, three months at most. A slot begins in between, and may end later.
    """
    wish = Wish(
        professional_id=professional_id,
        others=() if professional_id else everybody(caller),
        service_id=service_id,
        duration_minutes=duration_minutes,
        first=first,
        last=last,
        time_zone=tz,
        limit=limit,
    )
    return answered(caller, wish)


def answered(caller: Caller, wish: Wish) -> Response:
    """Ask what bookings would be decided by at this moment."""
    ask = caller.backend.parts["availability"]
    found = ask(caller.tenant, lambda past: availability(wish, past))
    return Response(msgspec.json.encode(found), media_type=JSON)


def everybody(caller: Caller) -> tuple[ProfessionalId, ...]:
    """Give everybody who can be booked at present."""
    with caller.asking(PROFESSIONALS) as (connection, _):
        return bookable(connection, caller.tenant)
