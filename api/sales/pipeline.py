"""Where leads stand on the business's own way, where they work, and their removal."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

import msgspec
from fastapi import Response

from api.problems.reasons import WINNING
from api.requests import ids
from api.requests.answers import Made, Row, answers
from api.requests.caller import JSON, Caller
from api.requests.forms import Body
from api.requests.moments import MomentAsked, moment_of
from api.sales.leads import CompanyBody, MayRead, MayWrite, company_of, there
from api.web.routing import Router
from api.web.turns import heavy
from application.ports import Recorded
from domain.catalogue import EVENTS
from domain.sales.leads import (
    MOVING,
    RemoveLead,
    RestoreLead,
    StageLead,
    Stays,
    TellCompany,
    stays,
)
from domain.values import LeadId
from projections.sales.leads import LEADS

router: Final = Router(prefix="/v1/leads", tags=["leads"])


class Placed(Body):
    stage_id: ids.Stage | None


@router.put("/{lead_id}/stage")
@answers(Row(LEADS), refuses=WINNING)
def stage_lead(lead_id: ids.Lead, body: Placed, caller: MayWrite) -> Response:
    """Let a lead stand in a stage, or with `null` in none."""
    command = StageLead(lead_id=lead_id, stage_id=body.stage_id)
    return caller.changed(LEADS, lead_id, command)


@router.put("/{lead_id}/company")
@answers(Row(LEADS), refuses=WINNING)
def tell_company_of_lead(lead_id: ids.Lead, body: CompanyBody, caller: MayWrite) -> Response:
    """Say where a lead works, the whole of it."""
    command = TellCompany(lead_id=lead_id, company=company_of(body))
    return caller.changed(LEADS, lead_id, command)


@router.delete("/{lead_id}", status_code=204)
@answers(refuses=WINNING)
def remove_lead(lead_id: ids.Lead, caller: MayWrite) -> Response:
    """Turn to a lead no longer, and remove its follow-up with it. It can be restored for thirty days."""
    return caller.done(caller.order(RemoveLead(lead_id=lead_id), on=lead_id))


@router.post("/{lead_id}/restoration")
@answers(Row(LEADS), refuses=WINNING)
def restore_lead(lead_id: ids.Lead, caller: MayWrite) -> Response:
    """Turn to a removed lead again, as it was, with the follow-up that was removed with it."""
    return caller.changed(LEADS, lead_id, RestoreLead(lead_id=lead_id))


# --- How long it was where ----------------------------------------------------------------

MOVES: Final = tuple(name for name, event in EVENTS.items() if event in MOVING)
AT_ONCE: Final = 200


@router.get("/{lead_id}/stages")
@answers(Made(Stays))
@heavy
def show_stays_of_lead(
    lead_id: ids.Lead, caller: MayRead, as_of: MomentAsked | None = None
) -> Response:
    """Show how many seconds a lead was in each status, and in each stage; up to now, or with `as_of` up to
    then.
    """
    there(lead_id, caller)
    happened, until = _up_to(caller, _moves(caller, lead_id), as_of)
    found = stays(((past.recorded_at, past.event) for past in happened), until=until)
    return Response(msgspec.json.encode(found), media_type=JSON)


def _moves(caller: Caller, lead_id: LeadId) -> Iterator[Recorded]:
    """Return what is recorded of where the lead was, in order."""
    reached, more = 0, True
    while more:
        page = caller.backend.audit.page(
            caller.tenant,
            stream=lead_id,
            types=MOVES,
            newest_first=False,
            position=reached,
            limit=AT_ONCE,
        )
        yield from page.events
        reached, more = page.reached, page.more


def _up_to(
    caller: Caller, moves: Iterable[Recorded], as_of: str | None
) -> tuple[list[Recorded], datetime]:
    """Return what had happened by the moment that they ask for, and when that is."""
    if as_of is None:
        return [*moves], caller.now
    asked = moment_of(as_of)
    if isinstance(asked, datetime):
        return [past for past in moves if past.recorded_at <= asked], asked
    place = caller.backend.positions.named(caller.tenant, asked)
    there = caller.backend.audit.event(caller.tenant, place)
    before = [past for past in moves if past.tenant_position <= place]
    return before, there.recorded_at if there else caller.now
