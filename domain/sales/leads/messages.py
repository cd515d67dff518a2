"""What may be asked of a lead, and what can happen."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Final

from domain.fields import Held, Line
from domain.messages import (
    Command,
    Erasure,
    Event,
    Personal,
    Value,
)
from domain.sales.companies import Company
from domain.sales.scores import Breakdown, EngagementSource, Temperature
from domain.sales.tasks import Priority
from domain.values import (
    ClientId,
    Contact,
    FormId,
    IdentityId,
    LeadId,
    NoteId,
    StageId,
    SubmissionId,
    TaskId,
    TenantId,
    UserId,
)


class LeadStatus(StrEnum):
    """How far somebody has come with a lead."""

    NEW = "new"
    ATTEMPTING = "attempting"
    CONNECTED = "connected"
    QUALIFIED = "qualified"
    CONVERTED = "converted"
    DISQUALIFIED = "disqualified"


OPEN: Final = (
    LeadStatus.NEW,
    LeadStatus.ATTEMPTING,
    LeadStatus.CONNECTED,
    LeadStatus.QUALIFIED,
)
"""In order: who goes back says why."""

MOVES: Final[Mapping[LeadStatus, tuple[LeadStatus, ...]]] = {
    **dict.fromkeys(OPEN, (*OPEN, LeadStatus.CONVERTED, LeadStatus.DISQUALIFIED)),
    LeadStatus.DISQUALIFIED: (LeadStatus.NEW, LeadStatus.CONVERTED),
    LeadStatus.CONVERTED: (),
}
"""Where a lead can go from where it is."""


class ContactWay(StrEnum):
    """How somebody turned to a lead."""

    CALL = "call"
    MAIL = "mail"
    MESSAGE = "message"
    VISIT = "visit"


REFERRER: Final = Held(max_length=500)
Referrer = Annotated[str, REFERRER]


class Touch(Value, frozen=True, kw_only=True):
    """Where somebody came from: what an address says of campaigns (`utm_…`), and the page before; and by
    which form of ours.
    """

    source: Line | None = None
    medium: Line | None = None
    campaign: Line | None = None
    term: Line | None = None
    content: Line | None = None
    referrer: Personal[Referrer | None] = None
    form_id: FormId | None = None


# --- What may be asked ----------------------------------------------------------------


class OpenLead(Command, frozen=True):
    """Somebody may become a client. They are `client_id`, or whom `contact` and `identities` tell; who is
    known already is that client, and whoever has a lead has it still. `seed` is of this order alone. `at`
    is when they came, if not now. Of who comes `quietly`, nobody is told, and no task is made. `key`
    is of the row of a file that says so. By a `submission_id` they have shown interest.
    """

    seed: str
    client_id: ClientId | None = None
    contact: Contact | None = None
    identities: tuple[IdentityId, ...] = ()
    touch: Touch = Touch()
    message: str | None = None
    assignee_id: UserId | None = None
    at: datetime | None = None
    quietly: bool = False
    submission_id: SubmissionId | None = None
    company: Company | None = None
    key: str | None = None


class MoveLead(Command, frozen=True):
    """`reason` is for going back, and for disqualifying."""

    lead_id: LeadId
    status: LeadStatus
    reason: str | None = None


class ConvertLead(Command, frozen=True):
    lead_id: LeadId


class StageLead(Command, frozen=True):
    """None: in no stage."""

    lead_id: LeadId
    stage_id: StageId | None


class TellCompany(Command, frozen=True):
    """Where the lead works, the whole of it."""

    lead_id: LeadId
    company: Company


class AddLeadNote(Command, frozen=True):
    """It is written on the record of the lead's person."""

    lead_id: LeadId
    note_id: NoteId
    text: str


class AssignLead(Command, frozen=True):
    """None: to nobody."""

    lead_id: LeadId
    assignee_id: UserId | None


class RecordContact(Command, frozen=True):
    """Somebody who works here has turned to the lead."""

    lead_id: LeadId
    way: ContactWay
    note: str | None = None


class RecordEngagement(Command, frozen=True):
    """The lead has shown interest. The same `key` of a source counts once."""

    lead_id: LeadId
    source: EngagementSource
    key: str


class ScoreLead(Command, frozen=True):
    """Look at the score again: something that it is made of has changed elsewhere."""

    lead_id: LeadId


class InviteLead(Command, frozen=True):
    """Mail them a link to a `page` of the business; None: to the only origin that it lists."""

    tenant_id: TenantId
    lead_id: LeadId
    page: str | None = None


class AcceptInvitation(Command, frozen=True):
    """Somebody has shown the link that was mailed to `email`, whose identity that is."""

    lead_id: LeadId
    number: int
    email: str
    identity_id: IdentityId


class RemoveLead(Command, frozen=True):
    lead_id: LeadId


class RestoreLead(Command, frozen=True):
    lead_id: LeadId


class PurgeLead(Command, frozen=True):
    """Ordered by a process, when it can be restored no more."""

    lead_id: LeadId


# --- What can happen ------------------------------------------------------------------


class LeadOpened(Event, frozen=True):
    """`at`: when they came, which may be before it was recorded. `quietly`: nobody is to be told. `key`
    is of the row of a file that said so.
    """

    lead_id: LeadId
    client_id: ClientId
    at: datetime
    touch: Touch = Touch()
    message: Personal[str | None] = None
    quietly: bool = False
    key: str | None = None


class LeadTouched(Event, frozen=True):
    """They came once more. `quietly`: nobody is to be told."""

    lead_id: LeadId
    touch: Touch = Touch()
    message: Personal[str | None] = None
    quietly: bool = False
    key: str | None = None


class LeadMoved(Event, frozen=True):
    lead_id: LeadId
    previous: LeadStatus
    status: LeadStatus
    reason: Personal[str | None] = None


class LeadConverted(Event, frozen=True):
    lead_id: LeadId
    previous: LeadStatus


class LeadAssigned(Event, frozen=True):
    """`quietly`: nobody is to be told."""

    lead_id: LeadId
    assignee_id: UserId | None
    quietly: bool = False


class LeadContacted(Event, frozen=True):
    """`after` is how many seconds after the lead was opened the first contact was; of later ones, None."""

    lead_id: LeadId
    way: ContactWay
    note: Personal[str | None] = None
    after: int | None = None


class LeadEngaged(Event, frozen=True):
    lead_id: LeadId
    source: EngagementSource
    key: str


class LeadScored(Event, frozen=True):
    """The score is another, by what was recorded right before it."""

    lead_id: LeadId
    breakdown: Breakdown
    temperature: Temperature
    scoring_version: int


class FollowUpSet(Event, frozen=True):
    """Somebody is to turn to the lead: `task_id` was made, or moved, for it."""

    lead_id: LeadId
    task_id: TaskId
    due_at: datetime
    priority: Priority


class LeadStaged(Event, frozen=True):
    lead_id: LeadId
    previous: StageId | None
    stage_id: StageId | None
    at: datetime


class LeadCompanyTold(Event, frozen=True):
    lead_id: LeadId
    company: Company


class LeadInvited(Event, frozen=True):
    """The link of this `number` is good until it `expires_at`, or the next is sent; those before are not."""

    lead_id: LeadId
    number: int
    page: str
    at: datetime
    expires_at: datetime


class InvitationAccepted(Event, frozen=True):
    """Whoever reads the mail of an address is the lead; `identity_id` is that of the address."""

    lead_id: LeadId
    number: int
    identity_id: IdentityId
    at: datetime


class LeadRemoved(Event, frozen=True):
    lead_id: LeadId
    at: datetime


class LeadRestored(Event, frozen=True):
    lead_id: LeadId


class Counted(Value, frozen=True, kw_only=True):
    """What counts for the score of a lead: the length of all that they wrote, after how many seconds they were answered,
    and what they did, by its keys, in order.
    """

    message_length: int = 0
    answered_after: int | None = None
    engagements: Mapping[EngagementSource, tuple[str, ...]] = {}


class LeadMerged(Event, frozen=True):
    """It is the lead of a person who has another, `into` which it was merged."""

    lead_id: LeadId
    into: LeadId
    at: datetime


class LeadUnmerged(Event, frozen=True):
    """It is a lead of its own again."""

    lead_id: LeadId


class LeadAbsorbed(Event, frozen=True):
    """It stands for another, the `source`, and what was `counted` of that counts for this."""

    lead_id: LeadId
    source: LeadId
    counted: Counted


class LeadReleased(Event, frozen=True):
    """It stands for the `source` no longer."""

    lead_id: LeadId
    source: LeadId


class LeadPurged(Erasure, frozen=True):
    """It can be restored no more, and what was personal in it is gone for good."""

    lead_id: LeadId


LeadEvent = (
    LeadOpened
    | LeadTouched
    | LeadMoved
    | LeadConverted
    | LeadAssigned
    | LeadContacted
    | LeadEngaged
    | LeadScored
    | FollowUpSet
    | LeadStaged
    | LeadCompanyTold
    | LeadInvited
    | InvitationAccepted
    | LeadRemoved
    | LeadRestored
    | LeadMerged
    | LeadUnmerged
    | LeadAbsorbed
    | LeadReleased
    | LeadPurged
)
