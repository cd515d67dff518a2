"""How much somebody has to do: the open leads that they look after are counted, and whose turn it was.

given a lead ─► +1        the lead is given to another, won or given up ─► -1

They are counted, not listed: which leads those are, each lead says. What is recorded here is recorded with
what happened to the lead, so both are so, or neither.
"""

from collections.abc import Sequence
from typing import Final, assert_never

from domain.aggregate import Aggregate
from domain.messages import Event, Value
from domain.telling import NOT_TOLD, Tellings
from domain.values import CaseloadId, LeadId, UserId, derived_id


class LeadTaken(Event, frozen=True):
    """`turn`: it was theirs by a rule, and later than all with a lower number."""

    caseload_id: CaseloadId
    assignee_id: UserId
    lead_id: LeadId
    turn: int | None = None


class LeadLeft(Event, frozen=True):
    """They look after it no longer, or there is nothing to look after."""

    caseload_id: CaseloadId
    assignee_id: UserId
    lead_id: LeadId


CaseloadEvent = LeadTaken | LeadLeft


class Caseload(Value, frozen=True, kw_only=True):
    """`turn` is that of the last lead that a rule gave them."""

    leads: int = 0
    turn: int = 0


def evolve(caseload: Caseload, event: CaseloadEvent) -> Caseload:
    match event:
        case LeadTaken(turn=turn):
            return Caseload(leads=caseload.leads + 1, turn=caseload.turn if turn is None else turn)
        case LeadLeft():
            return Caseload(leads=caseload.leads - 1, turn=caseload.turn)
        case _:
            assert_never(event)


CASELOAD: Final[Aggregate[Caseload, CaseloadEvent]] = Aggregate(
    kind="caseload", initial=Caseload(), evolve=evolve, contended=True
)


def caseload_of(user_id: UserId) -> CaseloadId:
    """Name that of a user."""
    return CaseloadId(derived_id(CASELOAD.kind, user_id))


def taken(user_id: UserId, lead_id: LeadId, turn: int | None) -> Sequence[CaseloadEvent]:
    """Say that somebody looks after one lead more."""
    return [
        LeadTaken(caseload_id=caseload_of(user_id), assignee_id=user_id, lead_id=lead_id, turn=turn)
    ]


def left(user_id: UserId, lead_id: LeadId) -> Sequence[CaseloadEvent]:
    """Say that somebody looks after one lead less."""
    return [LeadLeft(caseload_id=caseload_of(user_id), assignee_id=user_id, lead_id=lead_id)]


STORED_AS: Final[dict[str, type[Event]]] = {
    "lead-taken.v1": LeadTaken,
    "lead-left.v1": LeadLeft,
}
TOLD_AS: Final[Tellings] = {LeadTaken: NOT_TOLD, LeadLeft: NOT_TOLD}
