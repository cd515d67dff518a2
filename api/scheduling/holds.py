"""Holds over HTTP: a slot kept for minutes, while somebody fills in a form."""

from datetime import datetime
from typing import Annotated, Final

import msgspec
from fastapi import Response
from pydantic import Field

from api.problems.reasons import VISITS
from api.requests import ids
from api.requests.answers import Made, answers
from api.requests.caller import JSON, Caller, new_id
from api.requests.forms import Body
from api.requests.moments import Instant
from api.scheduling.bookings import Minutes, client_of, is_client
from api.web.gate import may
from api.web.routing import Router
from application.permissions import Permission
from domain.scheduling.agendas import HoldPlaced, PlaceHold, ReleaseHold
from domain.values import HoldId

MayWrite = Annotated[Caller, may(Permission.BOOKINGS_WRITE)]

router: Final = Router(prefix="/v1/holds", tags=["bookings"])


class NewHold(Body):
    """Without a service, `duration_minutes` says how long. `ttl` is in seconds."""

    professional_id: ids.Professional
    starts_at: Instant
    service_id: ids.Service | None = None
    duration_minutes: Minutes | None = None
    ttl: Annotated[int, Field(ge=1, le=600)] = 600
    override: bool = False


class PlacedHold(msgspec.Struct):
    """What the holder needs to book: the id, and until when."""

    id: str
    professional_id: str
    service_id: str | None
    starts_at: datetime
    ends_at: datetime
    expires_at: datetime


@router.post("", status_code=201)
@answers(Made(PlacedHold), refuses=VISITS)
def place_hold(body: NewHold, caller: MayWrite) -> Response:
    """Keep a slot from others until it expires or is booked."""
    hold_id = HoldId(new_id("hold"))
    command = PlaceHold(
        hold_id=hold_id,
        professional_id=body.professional_id,
        starts_at=body.starts_at,
        service_id=body.service_id,
        duration_minutes=body.duration_minutes,
        ttl_seconds=body.ttl,
        override=body.override,
        client_id=client_of(caller, None),
        by_client=is_client(caller),
    )
    answer = caller.order(command, fresh=hold_id)
    placed = next(p.event for p in answer.recorded if isinstance(p.event, HoldPlaced))
    headers = {**caller.marks(answer), "Location": f"/v1/holds/{placed.hold_id}"}
    return Response(msgspec.json.encode(shown(placed)), 201, headers, JSON)


@router.delete("/{hold_id}", status_code=204)
@answers(refuses=VISITS)
def release_hold(hold_id: ids.Hold, caller: MayWrite) -> Response:
    """Release a hold before it expires: the slot is open to everybody again."""
    return caller.done(caller.order(ReleaseHold(hold_id=hold_id), on=hold_id))


def shown(placed: HoldPlaced) -> PlacedHold:
    """Return what the holder needs."""
    return PlacedHold(
        id=placed.hold_id,
        professional_id=placed.professional_id,
        service_id=placed.service_id,
        starts_at=placed.slot.starts_at,
        ends_at=placed.slot.ends_at,
        expires_at=placed.expires_at,
    )
