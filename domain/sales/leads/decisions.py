"""What a lead does: each decision is a function of what is asked and what is known."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from domain.sales.leads.lead import LEAD, Lead
from domain.sales.leads.messages import (
    MOVES,
    OPEN,
    AssignLead,
    ConvertLead,
    LeadAssigned,
    LeadCannotMove,
    LeadContacted,
    LeadConverted,
    LeadEngaged,
    LeadEvent,
    LeadIsConverted,
    LeadMoved,
    LeadNotFound,
    LeadOpened,
    LeadScored,
    LeadStatus,
    LeadTouched,
    MoveLead,
    OpenLead,
    ReasonMissing,
    RecordContact,
    RecordEngagement,
    TouchedTooOften,
)
from domain.sales.scores import MOST_COUNTED, Facts, Scoring, scored, temperature_of
from domain.values import ClientId, LeadId, UserId, derived_id

MOST_ROWS: Final = 500
"""Of files that are taken in about one lead: whoever decides about it has to read them all."""


def lead_of(client_id: ClientId) -> LeadId:
    """Name the lead of a client. A person has one: so nobody is a lead twice, whoever comes at once."""
    return LeadId(derived_id(LEAD.kind, client_id))


def open_(
    command: OpenLead, lead_id: LeadId, client_id: ClientId, lead: Lead, *, now: datetime
) -> Sequence[LeadEvent]:
    """Let there be a lead. One that there is, is only touched; one that was given up is new again, unless
    they came `quietly`: then what was decided stays.
    """
    if command.key is not None and lead.rows >= MOST_ROWS:
        raise TouchedTooOften(most=MOST_ROWS)
    if lead.client_id is None:
        opened = LeadOpened(
            lead_id=lead_id,
            client_id=client_id,
            at=min(command.at or now, now),
            touch=command.touch,
            message=command.message,
            quietly=command.quietly,
            key=command.key,
        )
        assigned = _assigned(lead_id, lead, command.assignee_id, quietly=command.quietly)
        return [opened, *assigned]
    touched = LeadTouched(
        lead_id=lead_id,
        touch=command.touch,
        message=command.message,
        quietly=command.quietly,
        key=command.key,
    )
    if command.quietly or lead.status is not LeadStatus.DISQUALIFIED:
        return [touched]
    again = LeadMoved(lead_id=lead_id, previous=lead.status, status=LeadStatus.NEW)
    return [touched, again]


def move(command: MoveLead, lead: Lead) -> Sequence[LeadEvent]:
    """Say how far one has come. Raises LeadCannotMove, ReasonMissing."""
    refuse_unknown(lead)
    if command.status is lead.status:
        return []
    if command.status not in MOVES[lead.status] or command.status is LeadStatus.CONVERTED:
        allowed = tuple(each for each in MOVES[lead.status] if each is not lead.status)
        raise LeadCannotMove(current_status=lead.status, allowed=allowed)
    if command.reason is None and _needs_reason(lead.status, command.status):
        raise ReasonMissing
    moved = LeadMoved(
        lead_id=command.lead_id,
        previous=lead.status,
        status=command.status,
        reason=command.reason,
    )
    return [moved]


def convert(command: ConvertLead, lead: Lead) -> Sequence[LeadEvent]:
    """Say that they are a client; once, whoever says it."""
    refuse_unknown(lead)
    if lead.status is LeadStatus.CONVERTED:
        return []
    return [LeadConverted(lead_id=command.lead_id, previous=lead.status)]


def assign(command: AssignLead, lead: Lead) -> Sequence[LeadEvent]:
    """Let somebody look after the lead, or nobody."""
    refuse_converted(lead)
    return _assigned(command.lead_id, lead, command.assignee_id)


def contact(command: RecordContact, lead: Lead, *, now: datetime) -> Sequence[LeadEvent]:
    """Note that somebody turned to them. By the first time, it is known how soon that was, and a new
    lead is attempted.
    """
    refuse_converted(lead)
    contacted = LeadContacted(
        lead_id=command.lead_id, way=command.way, note=command.note, after=_since(lead, now)
    )
    if lead.status is not LeadStatus.NEW:
        return [contacted]
    attempted = LeadMoved(
        lead_id=command.lead_id, previous=lead.status, status=LeadStatus.ATTEMPTING
    )
    return [contacted, attempted]


def engage(command: RecordEngagement, lead: Lead) -> Sequence[LeadEvent]:
    """Count what they did, once; more than counts is not noted, and of a client nothing is."""
    refuse_unknown(lead)
    keys = lead.engagements.get(command.source, frozenset())
    counts = lead.status is not LeadStatus.CONVERTED and len(keys) < MOST_COUNTED
    if command.key in keys or not counts:
        return []
    return [LeadEngaged(lead_id=command.lead_id, source=command.source, key=command.key)]


def score(
    lead_id: LeadId, lead: Lead, scoring: Scoring, *, has_email: bool, has_phone: bool
) -> Sequence[LeadScored]:
    """Return the score if it is another than before. That of a lead that is over stays as it was."""
    if lead.client_id is None or lead.status not in OPEN:
        return []
    facts = Facts(
        has_email=has_email,
        has_phone=has_phone,
        message_length=lead.message_length,
        answered_after=lead.answered_after,
        engagements={source: len(keys) for source, keys in lead.engagements.items()},
    )
    breakdown = scored(facts, scoring.weights)
    temperature = temperature_of(breakdown.score, scoring.weights)
    if (breakdown, temperature) == (lead.breakdown, lead.temperature):
        return []
    return [
        LeadScored(
            lead_id=lead_id,
            breakdown=breakdown,
            temperature=temperature,
            scoring_version=scoring.version,
        )
    ]


def refuse_unknown(lead: Lead) -> None:
    """Refuse to speak of a lead that never was. Raises LeadNotFound."""
    if lead.client_id is None:
        raise LeadNotFound


def refuse_converted(lead: Lead) -> None:
    """Refuse what is said of a client by now. Raises LeadNotFound, LeadIsConverted."""
    refuse_unknown(lead)
    if lead.status is LeadStatus.CONVERTED and lead.client_id is not None:
        raise LeadIsConverted(client_id=lead.client_id)


def _assigned(
    lead_id: LeadId, lead: Lead, assignee_id: UserId | None, *, quietly: bool = False
) -> Sequence[LeadEvent]:
    if lead.assignee_id == assignee_id:
        return []
    return [LeadAssigned(lead_id=lead_id, assignee_id=assignee_id, quietly=quietly)]


def _since(lead: Lead, now: datetime) -> int | None:
    """Return for how many seconds they have waited for an answer; None where they had one."""
    if lead.answered_after is not None or lead.opened_at is None:
        return None
    return max(0, int((now - lead.opened_at).total_seconds()))


def _needs_reason(previous: LeadStatus, status: LeadStatus) -> bool:
    if status is LeadStatus.DISQUALIFIED:
        return True
    return previous in OPEN and status in OPEN and OPEN.index(status) < OPEN.index(previous)
