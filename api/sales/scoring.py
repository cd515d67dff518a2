"""By which weights the business scores its leads, and why a lead has the score that it has."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import Annotated, Any, Final

import msgspec
from fastapi import Response

from api.requests import ids
from api.requests.answers import Made, answers, of
from api.requests.caller import JSON, Caller
from api.requests.moments import MomentAsked
from api.requests.values import form_of
from api.sales.leads import there
from api.web.gate import may
from api.web.routing import Router
from api.web.turns import heavy
from application.operations.audit import AuditPage
from application.permissions import Permission
from application.ports import Recorded
from domain.sales import scores
from domain.sales.leads import OPEN, FollowUpSet, LeadScored
from domain.sales.scores import (
    SCORING,
    THE_SCORING,
    Breakdown,
    ChangeScoring,
    Scoring,
    ScoringChanged,
    Temperature,
    Weights,
)
from domain.values import LeadId
from projections.sales.leads import ListedLead

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


# --- Why a lead has its score -------------------------------------------------------------

lead_router: Final = Router(prefix="/v1/leads", tags=["leads"])

LOOKED_AT: Final = 200
"""Things that happened to a lead, the last of which are looked at."""


class ScoreChange(msgspec.Struct, kw_only=True):
    """A score that the lead came to at a version, by what was recorded right before it: `because` names it.
    What a client has changed of themselves is recorded elsewhere, and nothing is named: `by` is what looked
    at the score then.
    """

    version: int
    at: datetime
    by: str | None
    because: list[str]
    score: int
    temperature: Temperature
    breakdown: Breakdown
    scoring_version: int


class LeadScore(msgspec.Struct, kw_only=True):
    """The score of a lead, and all that it is made of: parts, rounding and clamping, in hundredths of a point,
    add up to it. `weights` are those by which it was scored, whatever they are by now. It `is_final` while the
    lead is won, given up, or removed. `changes` are the last, the newest first; with `has_more` there were
    others before, which `/history` tells.
    """

    lead_id: LeadId
    version: int
    score: int
    temperature: Temperature | None
    is_final: bool
    breakdown: Breakdown | None
    scoring_version: int
    weights: Weights
    changes: Sequence[ScoreChange]
    has_more: bool


@lead_router.get("/{lead_id}/score")
@answers(Made(LeadScore))
@heavy
def explain_score(
    lead_id: ids.Lead,
    caller: MayRead,
    as_of: MomentAsked | None = None,  # noqa: ARG001 - `there` shows what there was at that moment
) -> Response:
    """Show why a lead has the score that it has: what is known of it, what that counts by the weights, and
    what has changed it. With `as_of`, why it had the score that it had at that moment.
    """
    lead = there(lead_id, caller)
    page = caller.backend.audit.page(
        caller.tenant, stream=lead_id, position=lead.version + 1, limit=LOOKED_AT
    )
    explained = LeadScore(
        lead_id=lead_id,
        version=lead.version,
        score=lead.score,
        temperature=lead.temperature,
        is_final=lead.status not in OPEN or lead.removed_at is not None,
        breakdown=lead.breakdown,
        scoring_version=lead.scoring_version,
        weights=_weights_of(lead, caller),
        changes=_changes(page),
        has_more=page.more,
    )
    return Response(msgspec.json.encode(explained), media_type=JSON)


def _weights_of(lead: ListedLead, caller: Caller) -> Weights:
    """Return the weights by which a lead was scored: each change of them is a version of theirs."""
    page = caller.backend.audit.page(
        caller.tenant, stream=THE_SCORING, position=lead.scoring_version + 1, limit=1
    )
    events = (past.event for past in page.events)
    return next((each.weights for each in events if isinstance(each, ScoringChanged)), Weights())


def _changes(page: AuditPage) -> Sequence[ScoreChange]:
    """Return the changes of a score on a page, the newest first; but for the first of what was cut off before
    it, of which it is not known why.
    """
    found = [*_scored(reversed(page.events))]
    return found[page.more :][::-1]


def _scored(oldest_first: Iterable[Recorded]) -> Iterator[ScoreChange]:
    for _, recorded in groupby(oldest_first, lambda past: past.metadata.get("command")):
        because: list[str] = []
        for past in recorded:
            if isinstance(past.event, LeadScored):
                yield _change(past, past.event, because)
                because = []
            elif not isinstance(past.event, FollowUpSet):
                because.append(past.type.rpartition(".")[0])


def _change(past: Recorded, scored: LeadScored, because: list[str]) -> ScoreChange:
    return ScoreChange(
        version=past.version,
        at=past.recorded_at,
        by=past.metadata.get("actor"),
        because=because,
        score=scored.breakdown.score,
        temperature=scored.temperature,
        breakdown=scored.breakdown,
        scoring_version=scored.scoring_version,
    )
