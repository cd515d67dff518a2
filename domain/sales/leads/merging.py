"""Leads of one person, who has several records: one of them stands, and the others are merged into it.

    merged ─► into the one that stands     (and by itself again, when the records are two persons)

Who is merged stays as they were, so that it can be undone; what counts for their score counts for the one that stands.
Who was won stays so, under whichever record that was.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from domain.sales.leads.lead import Lead
from domain.sales.leads.messages import (
    OPEN,
    Counted,
    LeadAbsorbed,
    LeadEvent,
    LeadMerged,
    LeadReleased,
    LeadStatus,
    LeadUnmerged,
)
from domain.values import LeadId

FARTHEST: Final = (LeadStatus.CONVERTED, *reversed(OPEN), LeadStatus.DISQUALIFIED)

Decided = Mapping[LeadId, Sequence[LeadEvent]]


def settle(leads: Mapping[LeadId, Lead], *, now: datetime) -> Decided:
    """Return what makes one lead of those of a person, beginning with that of the record that stands for them.
    Of those that were removed nothing is said. Done already, it changes nothing.
    """
    there = {each: lead for each, lead in leads.items() if lead.is_kept}
    if not there:
        return {}
    stands = _stands(there)
    others = {e for e in there if e != stands and there[e].status is not LeadStatus.CONVERTED}
    absorbed = {each: there[each].own for each in there if each in others}
    decided = {
        each: [
            *_merged(each, lead, stands if each in others else None, now),
            *_absorbed(each, lead, absorbed if each == stands else {}),
        ]
        for each, lead in there.items()
    }
    return {each: events for each, events in decided.items() if events}


def _stands(leads: Mapping[LeadId, Lead]) -> LeadId:
    """Return the one with whom one has come farthest, of those that stand by now, if any does."""
    now = [each for each, lead in leads.items() if lead.merged_into is None]
    return min(now or leads, key=lambda each: FARTHEST.index(leads[each].status))


def _merged(lead_id: LeadId, lead: Lead, into: LeadId | None, now: datetime) -> Sequence[LeadEvent]:
    if lead.merged_into == into:
        return []
    if into is None:
        return [LeadUnmerged(lead_id=lead_id)]
    return [LeadMerged(lead_id=lead_id, into=into, at=now)]


def _absorbed(
    lead_id: LeadId, lead: Lead, absorbed: Mapping[LeadId, Counted]
) -> Sequence[LeadEvent]:
    released = [e for e in lead.absorbed if e not in absorbed]
    return [
        *(LeadReleased(lead_id=lead_id, source=each) for each in released),
        *(
            LeadAbsorbed(lead_id=lead_id, source=each, counted=counted)
            for each, counted in absorbed.items()
            if each not in lead.absorbed
        ),
    ]
