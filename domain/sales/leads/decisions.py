"""What a lead does: each decision is a function of what is asked and what is known."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from domain.sales.companies import Company, completed, understood
from domain.sales.leads.lead import LEAD, Lead
from domain.sales.leads.messages import (
    MOVES,
    OPEN,
    AssignLead,
    ConvertLead,
    LeadAssigned,
    LeadCompanyTold,
    LeadContacted,
    LeadConverted,
    LeadEngaged,
    LeadEvent,
    LeadMoved,
    LeadOpened,
    LeadRestored,
    LeadScored,
    LeadStaged,
    LeadStatus,
    LeadTouched,
    MoveLead,
    OpenLead,
    RecordContact,
    RecordEngagement,
    StageLead,
    TellCompany,
)
from domain.sales.leads.refusals import (
    LeadCannotMove,
    LeadIsConverted,
    LeadIsMerged,
    LeadIsRemoved,
    LeadNotFound,
    ReasonMissing,
    TouchedTooOften,
)
from domain.sales.scores import (
    MOST_COUNTED,
    EngagementSource,
    Facts,
    Scoring,
    scored,
    temperature_of,
)
from domain.values import ClientId, LeadId, UserId, derived_id

MOST_ROWS: Final = 500
"""Of files that are taken in about one lead: whoever decides about it has to read them all."""

MOST_TOUCHES: Final = 500
"""After which the forms that somebody fills in are kept, and say nothing more of the lead."""


def lead_of(client_id: ClientId, purged: int = 0) -> LeadId:
    """Name the lead of a client of whom so many were purged. A person has one: so nobody is a lead twice,
    whoever comes at once.
    """
    return LeadId(derived_id(LEAD.kind, client_id, *([str(purged)] if purged else [])))


def open_(
    command: OpenLead, lead_id: LeadId, client_id: ClientId, lead: Lead, *, now: datetime
) -> Sequence[LeadEvent]:
    """Let there be a lead. One that there is, is only touched; one that was given up, or removed, is new
    again, unless they came `quietly`: then what was decided stays.
    """
    events = _opened(command, lead_id, client_id, lead, now)
    if command.submission_id is None:
        return events
    order = RecordEngagement(
        lead_id=lead_id, source=EngagementSource.FORM, key=command.submission_id
    )
    return [*events, *engage(order, LEAD.fold(events, lead))]


def _opened(
    command: OpenLead, lead_id: LeadId, client_id: ClientId, lead: Lead, now: datetime
) -> Sequence[LeadEvent]:
    if command.key is not None and lead.rows >= MOST_ROWS:
        raise TouchedTooOften(most=MOST_ROWS)
    told = _told(lead_id, lead, _company(command, lead))
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
        return [opened, *assigned, *told]
    touched = LeadTouched(
        lead_id=lead_id,
        touch=command.touch,
        message=command.message,
        quietly=command.quietly,
        key=command.key,
    )
    if command.quietly or (lead.is_there and lead.status is not LeadStatus.DISQUALIFIED):
        is_heard = command.submission_id is None or lead.touches < MOST_TOUCHES
        return [touched, *told] if is_heard else told
    back = [] if lead.is_there else [LeadRestored(lead_id=lead_id)]
    return [*back, touched, *_new_again(lead_id, lead), *told]


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


def stage(command: StageLead, lead: Lead, *, now: datetime) -> Sequence[LeadEvent]:
    """Let the lead stand in another stage, or in none."""
    refuse_converted(lead)
    if lead.stage_id == command.stage_id:
        return []
    staged = LeadStaged(
        lead_id=command.lead_id, previous=lead.stage_id, stage_id=command.stage_id, at=now
    )
    return [staged]


def tell_company(command: TellCompany, lead: Lead) -> Sequence[LeadEvent]:
    """Say where the lead works."""
    refuse_unknown(lead)
    return _told(command.lead_id, lead, command.company)


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
    keys = lead.keys(command.source)
    counts = lead.status is not LeadStatus.CONVERTED and len(keys) < MOST_COUNTED
    if command.key in keys or not counts:
        return []
    return [LeadEngaged(lead_id=command.lead_id, source=command.source, key=command.key)]


def score(
    lead_id: LeadId, lead: Lead, scoring: Scoring, *, has_email: bool, has_phone: bool
) -> Sequence[LeadScored]:
    """Return the score if it is another than before. That of a lead that is over stays as it was."""
    if not lead.is_there or lead.status not in OPEN:
        return []
    facts = Facts(
        has_email=has_email,
        has_phone=has_phone,
        message_length=lead.written,
        answered_after=lead.answered,
        engagements={source: len(lead.keys(source)) for source in EngagementSource},
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
    """Refuse to speak of a lead that never was, or is no more. Raises LeadNotFound, LeadIsMerged, LeadIsRemoved."""
    if lead.client_id is None or lead.purged:
        raise LeadNotFound
    if lead.merged_into is not None:
        raise LeadIsMerged(into=lead.merged_into)
    if lead.removed_at is not None:
        raise LeadIsRemoved


def refuse_converted(lead: Lead) -> None:
    """Refuse what is said of a client by now. Raises LeadNotFound, LeadIsMerged, LeadIsRemoved, LeadIsConverted."""
    refuse_unknown(lead)
    if lead.status is LeadStatus.CONVERTED and lead.client_id is not None:
        raise LeadIsConverted(client_id=lead.client_id)


def _new_again(lead_id: LeadId, lead: Lead) -> Sequence[LeadEvent]:
    """Begin anew with a lead; with one that is won, nothing is left to begin."""
    if lead.status in (LeadStatus.NEW, LeadStatus.CONVERTED):
        return []
    return [LeadMoved(lead_id=lead_id, previous=lead.status, status=LeadStatus.NEW)]


def _company(command: OpenLead, lead: Lead) -> Company:
    """Return where they work by what is said now: what a stranger says, or a file, counts where nothing is known."""
    if command.company is None:
        return lead.company
    if command.submission_id is None and not command.quietly:
        return command.company
    return completed(lead.company, command.company)


def _told(lead_id: LeadId, lead: Lead, company: Company) -> Sequence[LeadEvent]:
    known = understood(company)
    return [] if known == lead.company else [LeadCompanyTold(lead_id=lead_id, company=known)]


def _assigned(
    lead_id: LeadId, lead: Lead, assignee_id: UserId | None, *, quietly: bool = False
) -> Sequence[LeadEvent]:
    if lead.assignee_id == assignee_id:
        return []
    return [LeadAssigned(lead_id=lead_id, assignee_id=assignee_id, quietly=quietly)]


def _since(lead: Lead, now: datetime) -> int | None:
    """Return for how many seconds they have waited for an answer; None where they had one."""
    if lead.answered is not None or lead.opened_at is None:
        return None
    return max(0, int((now - lead.opened_at).total_seconds()))


def _needs_reason(previous: LeadStatus, status: LeadStatus) -> bool:
    if status is LeadStatus.DISQUALIFIED:
        return True
    return previous in OPEN and status in OPEN and OPEN.index(status) < OPEN.index(previous)
