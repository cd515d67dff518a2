"""Leads: who may become a client. A lead is about a person, who has a record as every client has: so they
are known, reached, merged and erased as clients are, and nobody is a lead twice.

open ─► NEW ─► ATTEMPTING ─► CONNECTED ─► QUALIFIED ─► CONVERTED     (forward by any steps; back with a reason)
         ▲         └────────────┴─────────────┴──► DISQUALIFIED      (with a reason)
         └───────────── reopened, or come again ────────┘

What may be asked, what can happen and why not is in `messages`, what a lead remembers in `lead`, and what
one does in `decisions`. How a score comes about: `domain/sales/scores.py`.
"""

from collections.abc import Mapping
from typing import Final

from domain.messages import Event
from domain.sales.leads.decisions import (
    assign,
    contact,
    convert,
    engage,
    lead_of,
    move,
    open_,
    refuse_converted,
    refuse_unknown,
    score,
)
from domain.sales.leads.lead import LEAD, FollowUp, Lead, evolve
from domain.sales.leads.messages import (
    MOVES,
    OPEN,
    AssignLead,
    ContactWay,
    ConvertLead,
    FollowUpSet,
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
    PersonMissing,
    ReasonMissing,
    RecordContact,
    RecordEngagement,
    ScoreLead,
    Touch,
    TouchedTooOften,
)
from domain.telling import NOT_TOLD, Tellings, public

__all__ = [
    "LEAD",
    "MOVES",
    "OPEN",
    "STORED_AS",
    "TOLD_AS",
    "AssignLead",
    "ContactWay",
    "ConvertLead",
    "FollowUp",
    "FollowUpSet",
    "Lead",
    "LeadAssigned",
    "LeadCannotMove",
    "LeadContacted",
    "LeadConverted",
    "LeadEngaged",
    "LeadEvent",
    "LeadIsConverted",
    "LeadMoved",
    "LeadNotFound",
    "LeadOpened",
    "LeadScored",
    "LeadStatus",
    "LeadTouched",
    "MoveLead",
    "OpenLead",
    "PersonMissing",
    "ReasonMissing",
    "RecordContact",
    "RecordEngagement",
    "ScoreLead",
    "Touch",
    "TouchedTooOften",
    "assign",
    "contact",
    "convert",
    "engage",
    "evolve",
    "lead_of",
    "move",
    "open_",
    "refuse_converted",
    "refuse_unknown",
    "score",
]

STORED_AS: Final[dict[str, type[Event]]] = {
    "lead-opened.v1": LeadOpened,
    "lead-touched.v1": LeadTouched,
    "lead-moved.v1": LeadMoved,
    "lead-converted.v1": LeadConverted,
    "lead-assigned.v1": LeadAssigned,
    "lead-contacted.v1": LeadContacted,
    "lead-engaged.v1": LeadEngaged,
    "lead-scored.v1": LeadScored,
    "follow-up-set.v1": FollowUpSet,
}

_THE_BUSINESS: Final[Mapping[str, str]] = {}
"""What is said of leads is for those who work here, and not for the lead."""

TOLD_AS: Final[Tellings] = {
    LeadOpened: public(
        "lead.opened",
        *("client_id", "message", "touch.source", "touch.medium", "touch.campaign"),
        id="lead_id",
        opened_at="at",
        about=_THE_BUSINESS,
    ),
    LeadTouched: public(
        "lead.touched",
        *("message", "touch.source", "touch.medium", "touch.campaign"),
        id="lead_id",
        about=_THE_BUSINESS,
    ),
    LeadMoved: public(
        "lead.moved",
        *("status", "reason"),
        id="lead_id",
        previous_status="previous",
        about=_THE_BUSINESS,
    ),
    LeadConverted: public(
        "lead.converted", id="lead_id", previous_status="previous", about=_THE_BUSINESS
    ),
    LeadAssigned: public("lead.assigned", "assignee_id", id="lead_id", about=_THE_BUSINESS),
    LeadContacted: public("lead.contacted", "way", "note", id="lead_id", about=_THE_BUSINESS),
    LeadEngaged: public("lead.engaged", "source", "key", id="lead_id", about=_THE_BUSINESS),
    LeadScored: public(
        "lead.scored", "breakdown.score", "temperature", id="lead_id", about=_THE_BUSINESS
    ),
    FollowUpSet: NOT_TOLD,
}
