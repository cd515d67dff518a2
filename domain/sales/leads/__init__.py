"""Leads: who may become a client. A lead is about a person, who has a record as every client has: so they
are known, reached, merged and erased as clients are, and nobody is a lead twice.

open ─► NEW ─► ATTEMPTING ─► CONNECTED ─► QUALIFIED ─► CONVERTED     (forward by any steps; back with a reason)
         ▲         └────────────┴─────────────┴──► DISQUALIFIED      (with a reason)
         └───────────── reopened, or come again ────────┘

Beside that it stands in a stage of the business's own, or in none (`domain/sales/stages.py`); and it may be
removed, and had again for thirty days. Of a person who has several records one lead stands, and the others are merged
into it.

What may be asked and what can happen is in `messages`, why not in `refusals`, what a lead remembers in `lead`, and what
one does in `decisions`, `inviting`, `removing` and `merging`. How a score comes about: `domain/sales/scores.py`. How long
it was where: `stays`.
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
    stage,
    tell_company,
)
from domain.sales.leads.inviting import accept, invite, is_good
from domain.sales.leads.lead import LEAD, MOST_INVITATIONS, FollowUp, Invitation, Lead, evolve
from domain.sales.leads.merging import settle
from domain.sales.leads.messages import (
    MOVES,
    OPEN,
    AcceptInvitation,
    AddLeadNote,
    AssignLead,
    ContactWay,
    ConvertLead,
    Counted,
    FollowUpSet,
    InvitationAccepted,
    InviteLead,
    LeadAbsorbed,
    LeadAssigned,
    LeadCompanyTold,
    LeadContacted,
    LeadConverted,
    LeadEngaged,
    LeadEvent,
    LeadInvited,
    LeadMerged,
    LeadMoved,
    LeadOpened,
    LeadPurged,
    LeadReleased,
    LeadRemoved,
    LeadRestored,
    LeadScored,
    LeadStaged,
    LeadStatus,
    LeadTouched,
    LeadUnmerged,
    MoveLead,
    OpenLead,
    PurgeLead,
    RecordContact,
    RecordEngagement,
    RemoveLead,
    RestoreLead,
    ScoreLead,
    StageLead,
    TellCompany,
    Touch,
)
from domain.sales.leads.refusals import (
    InvitationLeadsNowhere,
    InvitationNotGood,
    LeadCannotMove,
    LeadHasNoAddress,
    LeadIsConverted,
    LeadIsGone,
    LeadIsMerged,
    LeadIsRemoved,
    LeadNotFound,
    PersonMissing,
    ReasonMissing,
    TooManyInvitations,
    TouchedTooOften,
)
from domain.sales.leads.removing import purge, remove, remove_with, restore, restore_with
from domain.sales.leads.stays import MOVING, Stays, stays
from domain.telling import NOT_TOLD, Tellings, public

__all__ = [
    "LEAD",
    "MOST_INVITATIONS",
    "MOVES",
    "MOVING",
    "OPEN",
    "STORED_AS",
    "TOLD_AS",
    "AcceptInvitation",
    "AddLeadNote",
    "AssignLead",
    "ContactWay",
    "ConvertLead",
    "Counted",
    "FollowUp",
    "FollowUpSet",
    "Invitation",
    "InvitationAccepted",
    "InvitationLeadsNowhere",
    "InvitationNotGood",
    "InviteLead",
    "Lead",
    "LeadAbsorbed",
    "LeadAssigned",
    "LeadCannotMove",
    "LeadCompanyTold",
    "LeadContacted",
    "LeadConverted",
    "LeadEngaged",
    "LeadEvent",
    "LeadHasNoAddress",
    "LeadInvited",
    "LeadIsConverted",
    "LeadIsGone",
    "LeadIsMerged",
    "LeadIsRemoved",
    "LeadMerged",
    "LeadMoved",
    "LeadNotFound",
    "LeadOpened",
    "LeadPurged",
    "LeadReleased",
    "LeadRemoved",
    "LeadRestored",
    "LeadScored",
    "LeadStaged",
    "LeadStatus",
    "LeadTouched",
    "LeadUnmerged",
    "MoveLead",
    "OpenLead",
    "PersonMissing",
    "PurgeLead",
    "ReasonMissing",
    "RecordContact",
    "RecordEngagement",
    "RemoveLead",
    "RestoreLead",
    "ScoreLead",
    "StageLead",
    "Stays",
    "TellCompany",
    "TooManyInvitations",
    "Touch",
    "TouchedTooOften",
    "accept",
    "assign",
    "contact",
    "convert",
    "engage",
    "evolve",
    "invite",
    "is_good",
    "lead_of",
    "move",
    "open_",
    "purge",
    "refuse_converted",
    "refuse_unknown",
    "remove",
    "remove_with",
    "restore",
    "restore_with",
    "score",
    "settle",
    "stage",
    "stays",
    "tell_company",
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
    "lead-staged.v1": LeadStaged,
    "lead-company-told.v1": LeadCompanyTold,
    "lead-invited.v1": LeadInvited,
    "invitation-accepted.v1": InvitationAccepted,
    "lead-removed.v1": LeadRemoved,
    "lead-restored.v1": LeadRestored,
    "lead-merged.v1": LeadMerged,
    "lead-unmerged.v1": LeadUnmerged,
    "lead-absorbed.v1": LeadAbsorbed,
    "lead-released.v1": LeadReleased,
    "lead-purged.v1": LeadPurged,
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
    LeadStaged: public(
        "lead.staged",
        "stage_id",
        id="lead_id",
        previous_stage_id="previous",
        staged_at="at",
        about=_THE_BUSINESS,
    ),
    LeadCompanyTold: public("lead.company-told", "company", id="lead_id", about=_THE_BUSINESS),
    LeadInvited: public(
        "lead.invited", "expires_at", id="lead_id", invited_at="at", about=_THE_BUSINESS
    ),
    InvitationAccepted: public(
        "lead.invitation-accepted", id="lead_id", accepted_at="at", about=_THE_BUSINESS
    ),
    LeadRemoved: public("lead.removed", id="lead_id", removed_at="at", about=_THE_BUSINESS),
    LeadRestored: public("lead.restored", id="lead_id", about=_THE_BUSINESS),
    LeadMerged: public("lead.merged", id="lead_id", merged_into="into", about=_THE_BUSINESS),
    LeadUnmerged: public("lead.unmerged", id="lead_id", about=_THE_BUSINESS),
    LeadAbsorbed: NOT_TOLD,
    LeadReleased: NOT_TOLD,
    LeadPurged: public("lead.purged", id="lead_id", about=_THE_BUSINESS),
}
