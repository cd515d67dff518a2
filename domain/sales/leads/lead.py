"""What a lead remembers: what its decisions read."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final, assert_never

from msgspec.structs import replace

from domain.aggregate import Aggregate
from domain.messages import Value
from domain.sales.companies import Company
from domain.sales.leads.messages import (
    Counted,
    FollowUpSet,
    InvitationAccepted,
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
)
from domain.sales.scores import Breakdown, EngagementSource, Temperature
from domain.sales.tasks import Priority
from domain.values import ClientId, LeadId, StageId, TaskId, UserId

MOST_INVITATIONS: Final = 3
"""Of one lead within a day."""


class FollowUp(Value, frozen=True, kw_only=True):
    """What was said of the task by which somebody is to turn to the lead."""

    task_id: TaskId
    due_at: datetime
    priority: Priority


class Invitation(Value, frozen=True, kw_only=True):
    """The link that was mailed last."""

    number: int
    expires_at: datetime
    accepted: bool = False


class Lead(Value, frozen=True, kw_only=True):
    """`message_length` is of all that they wrote. `engagements` are the keys that were counted, `rows` those
    of files that were taken in, among all `touches` since the first. `invited` is when they were invited, the last times.
    `absorbed` is what counts of those for which it stands; `merged_at` is when it was merged first.
    """

    client_id: ClientId | None = None
    opened_at: datetime | None = None
    status: LeadStatus = LeadStatus.NEW
    assignee_id: UserId | None = None
    message_length: int = 0
    answered_after: int | None = None
    engagements: Mapping[EngagementSource, frozenset[str]] = {}
    rows: int = 0
    touches: int = 0
    breakdown: Breakdown | None = None
    temperature: Temperature | None = None
    follow_up: FollowUp | None = None
    follow_ups: int = 0
    stage_id: StageId | None = None
    company: Company = Company()
    invitation: Invitation | None = None
    invited: tuple[datetime, ...] = ()
    removed_at: datetime | None = None
    merged_into: LeadId | None = None
    merged_at: datetime | None = None
    absorbed: Mapping[LeadId, Counted] = {}
    purged: bool = False

    @property
    def is_kept(self) -> bool:
        """Whether it is one that was not removed."""
        return self.client_id is not None and self.removed_at is None and not self.purged

    @property
    def is_there(self) -> bool:
        """Whether it stands for its person: it was not removed, and not merged into another."""
        return self.is_kept and self.merged_into is None

    @property
    def own(self) -> Counted:
        """What counts of itself."""
        return Counted(
            message_length=self.message_length,
            answered_after=self.answered_after,
            engagements={source: tuple(sorted(e)) for source, e in self.engagements.items()},
        )

    @property
    def written(self) -> int:
        """The length of all that its person wrote, under whichever record."""
        return self.message_length + sum(e.message_length for e in self.absorbed.values())

    @property
    def answered(self) -> int | None:
        """After how many seconds its person was answered, by what this lead says, or else one that it absorbed."""
        all_ = (self.answered_after, *(each.answered_after for each in self.absorbed.values()))
        return next((each for each in all_ if each is not None), None)

    def keys(self, source: EngagementSource) -> frozenset[str]:
        """Return what its person did of this, under whichever record."""
        absorbed = (each.engagements.get(source, ()) for each in self.absorbed.values())
        return self.engagements.get(source, frozenset()).union(*absorbed)


def evolve(lead: Lead, event: LeadEvent) -> Lead:
    match event:
        case LeadOpened(client_id=client, at=at, message=message, key=key):
            length, rows = len(message or ""), int(key is not None)
            return Lead(client_id=client, opened_at=at, message_length=length, rows=rows)
        case LeadTouched(message=message, key=key):
            return replace(
                lead,
                message_length=lead.message_length + len(message or ""),
                rows=lead.rows + (key is not None),
                touches=lead.touches + 1,
            )
        case LeadMoved(status=status):
            return replace(lead, status=status)
        case LeadConverted():
            return replace(lead, status=LeadStatus.CONVERTED)
        case LeadAssigned(assignee_id=assignee):
            return replace(lead, assignee_id=assignee)
        case LeadContacted(after=after):
            return lead if after is None else replace(lead, answered_after=after)
        case LeadEngaged(source=source, key=key):
            keys = lead.engagements.get(source, frozenset()) | {key}
            return replace(lead, engagements={**lead.engagements, source: keys})
        case LeadScored(breakdown=breakdown, temperature=temperature):
            return replace(lead, breakdown=breakdown, temperature=temperature)
        case FollowUpSet():
            return _followed_up(lead, event)
        case LeadStaged(stage_id=stage):
            return replace(lead, stage_id=stage)
        case LeadCompanyTold(company=company):
            return replace(lead, company=company)
        case LeadInvited() | InvitationAccepted():
            return _invited(lead, event)
        case LeadRemoved() | LeadRestored() | LeadPurged():
            return _removed(lead, event)
        case LeadMerged() | LeadUnmerged() | LeadAbsorbed() | LeadReleased():
            return _merged(lead, event)
        case _:
            assert_never(event)


def _followed_up(lead: Lead, event: FollowUpSet) -> Lead:
    is_new = lead.follow_up is None or lead.follow_up.task_id != event.task_id
    follow_up = FollowUp(task_id=event.task_id, due_at=event.due_at, priority=event.priority)
    return replace(lead, follow_up=follow_up, follow_ups=lead.follow_ups + is_new)


def _invited(lead: Lead, event: LeadInvited | InvitationAccepted) -> Lead:
    match event:
        case LeadInvited(number=number, at=at, expires_at=until):
            invitation = Invitation(number=number, expires_at=until)
            invited = (*lead.invited, at)[-MOST_INVITATIONS:]
            return replace(lead, invitation=invitation, invited=invited)
        case InvitationAccepted():
            assert lead.invitation is not None, "what is accepted was sent"
            return replace(lead, invitation=replace(lead.invitation, accepted=True))
        case _:
            assert_never(event)


def _removed(lead: Lead, event: LeadRemoved | LeadRestored | LeadPurged) -> Lead:
    match event:
        case LeadRemoved(at=at):
            return replace(lead, removed_at=at)
        case LeadRestored():
            return replace(lead, removed_at=None)
        case LeadPurged():
            return Lead(client_id=lead.client_id, purged=True)
        case _:
            assert_never(event)


def _merged(lead: Lead, event: LeadMerged | LeadUnmerged | LeadAbsorbed | LeadReleased) -> Lead:
    match event:
        case LeadMerged(into=into, at=at):
            return replace(lead, merged_into=into, merged_at=lead.merged_at or at)
        case LeadUnmerged():
            return replace(lead, merged_into=None, merged_at=None)
        case LeadAbsorbed(source=source, counted=counted):
            return replace(lead, absorbed={**lead.absorbed, source: counted})
        case LeadReleased(source=source):
            left = {each: known for each, known in lead.absorbed.items() if each != source}
            return replace(lead, absorbed=left)
        case _:
            assert_never(event)


LEAD = Aggregate(kind="lead", initial=Lead(), evolve=evolve)
