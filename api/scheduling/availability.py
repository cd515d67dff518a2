"""When can somebody be booked? Every slot that is given could be booked at that instant."""

from collections.abc import Sequence
from typing import Annotated, Final

import msgspec
from fastapi import Query, Response
from pydantic import Field

from api.problems.reasons import FREE
from api.requests import ids
from api.requests.answers import Made, answers
from api.requests.caller import JSON, Caller
from api.requests.cursors import CURSOR, of_another_question, opened, sealed
from api.requests.forms import TimeZone
from api.requests.moments import Day, Instant
from api.scheduling.bookings import Minutes
from api.web.gate import may
from api.web.routing import Router
from api.web.turns import heavy
from application.permissions import Permission
from application.scheduling.availability import MOST_AT_ONCE, FreeSlot, Reached, Wish, availability
from domain.fields import ANY_TEXT
from domain.values import ProfessionalId
from projections.scheduling.bookings import BOOKINGS
from projections.scheduling.professionals import PROFESSIONALS, bookable

MayRead = Annotated[Caller, may(Permission.PROFESSIONALS_READ)]
Moment = Annotated[Instant | Day, Field(union_mode="left_to_right")]
Cursor = Annotated[str, Query(max_length=2000, pattern=ANY_TEXT)]

router: Final = Router(prefix="/v1/availability", tags=["bookings"])

PURPOSE: Final = f"{CURSOR}/availability"


class FreeSlots(msgspec.Struct):
    """A page of them. It may be short, or empty, and not the last: where much is booked, there is
    an end to looking, and one goes on by the cursor.
    """

    time_zone: str
    data: Sequence[FreeSlot]
    next_cursor: str | None
    has_more: bool


@router.get("")
@answers(Made(FreeSlots), refuses=FREE)
@heavy
def show_availability(  # noqa: PLR0917 - parameters of the query, which all have names
    caller: MayRead,
    professional_id: ids.Professional | None = None,
    service_id: ids.Service | None = None,
    first: Annotated[Moment | None, Query(alias="from")] = None,
    last: Annotated[Moment | None, Query(alias="to")] = None,
    tz: TimeZone | None = None,
    duration_minutes: Minutes | None = None,
    moving: ids.Booking | None = None,
    limit: Annotated[int, Query(ge=1, le=2000)] = 500,
    cursor: Cursor | None = None,
) -> Response:
    """Show free slots of a professional, or of everybody who offers the service.

    `from` and `to` are instants, or whole days on the clock of `tz`; a week from now on when not
    given, three months at most. A slot begins in between, and may end later. `moving` is a booking
    that would be moved: its own time is free to it, and it says with whom, what and how long.
    """
    wish = Wish(
        professional_id=professional_id,
        service_id=service_id,
        duration_minutes=duration_minutes,
        moving=moving,
        first=first,
        last=last,
        time_zone=tz,
        limit=limit,
    )
    return answered(caller, wish, cursor)


def answered(caller: Caller, wish: Wish, cursor: str | None) -> Response:
    """Ask what bookings would be decided by at this moment."""
    if wish.moving is not None:
        caller.document(BOOKINGS, wish.moving)  # others' visits are not there
    question = _question(wish)
    after = None if cursor is None else _opened(caller, cursor, question)
    anybody = wish.professional_id is None and wish.moving is None
    wish = msgspec.structs.replace(
        wish,
        after=after,
        others=everybody(caller, after.passed if after else "") if anybody else (),
        by_client=caller.principal.is_client,
    )
    found = caller.ask(lambda past: availability(wish, past))
    next_ = None if found.reached is None else sealed(caller, PURPOSE, [question, found.reached])
    page = FreeSlots(found.time_zone, found.data, next_, next_ is not None)
    return Response(msgspec.json.encode(page), media_type=JSON)


def everybody(caller: Caller, after: str) -> tuple[ProfessionalId, ...]:
    """Return everybody who can be booked at present, of very many one more than are looked at."""
    with caller.asking(PROFESSIONALS) as (connection, _):
        return bookable(connection, caller.tenant, after=after, most=MOST_AT_ONCE + 1)


# --- Going on -------------------------------------------------------------------------


def _question(wish: Wish) -> str:
    """Name what is asked: a cursor goes on with nothing else, but for how much is wanted at once."""
    same = (
        wish.professional_id,
        wish.service_id,
        wish.duration_minutes,
        wish.moving,
        wish.first,
        wish.last,
        wish.time_zone,
    )
    return "/".join(map(str, same))


def _opened(caller: Caller, cursor: str, question: str) -> Reached:
    asked, reached = opened(caller, PURPOSE, cursor, tuple[str, Reached])
    if asked != question:
        raise of_another_question()
    return reached
