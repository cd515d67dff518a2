"""By which weights the business scores its leads."""

from typing import Annotated, Any, Final

import msgspec
from fastapi import Response

from api.requests.answers import Made, answers, of
from api.requests.caller import JSON, Caller
from api.requests.values import form_of
from api.web.gate import may
from api.web.routing import Router
from application.permissions import Permission
from domain.sales import scores
from domain.sales.scores import SCORING, THE_SCORING, ChangeScoring, Scoring, Weights

MayRead = Annotated[Caller, may(Permission.LEADS_READ)]
MayManage = Annotated[Caller, may(Permission.TENANT_MANAGE)]

WeightsBody: Any = form_of(Weights, {}, examples=(Weights(),))

router: Final = Router(prefix="/v1/scoring", tags=["leads"])


@router.get("")
@answers(Made(Scoring))
def show_scoring(caller: MayRead) -> Response:
    """Show the weights by which leads are scored, and which version of them it is."""
    return Response(msgspec.json.encode(_scoring(caller)), media_type=JSON)


@router.put("")
@answers(Made(Scoring), refuses=of(scores), any_version=True)
def change_scoring(body: WeightsBody, caller: MayManage) -> Response:
    """Score by other weights, the whole of them. They count from now on: no score is changed by it
    before something happens to the lead.
    """
    weights = msgspec.convert(body.model_dump(), Weights)
    answer = caller.order(ChangeScoring(weights=weights))
    shown = msgspec.json.encode(_scoring(caller))
    return Response(shown, 200, caller.marks(answer), JSON)


def _scoring(caller: Caller) -> Scoring:
    return caller.ask(lambda past: past.of(SCORING, THE_SCORING))
