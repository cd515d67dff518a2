"""Who may become a client, how likely, and how far have we come with them?"""

from collections.abc import Mapping
from datetime import datetime
from typing import assert_never

from msgspec.structs import replace

from domain.people.clients import ClientErased
from domain.personal import erased
from domain.sales.companies import Company
from domain.sales.leads import (
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
    Touch,
)
from domain.sales.scores import Breakdown, Temperature
from domain.texts import loosely
from domain.values import ClientId, LeadId, StageId, TaskId, UserId, kind_of
from projections.read_model import ReadModel, Row


class ListedLead(Row, frozen=True, kw_only=True):
    """`source` is where they first came from, `latest` where they last did. `answered_after` is in seconds,
    as is what `seconds_in` says of each status that they have left: how long they were there, however
    often. Who the person is, their client record says. Of whoever is erased, it stays that there was a lead,
    where from, and what came of it. `merged` are those for which it stands. `industry_key` and `title_key` are
    what the company's are compared by.
    """

    id: LeadId
    client_id: ClientId
    status: LeadStatus
    reason: str | None = None
    score: int = 0
    temperature: Temperature | None = None
    breakdown: Breakdown | None = None
    scoring_version: int = 0
    assignee_id: UserId | None = None
    source: str | None = None
    first: Touch = Touch()
    latest: Touch = Touch()
    message: str | None = None
    opened_at: datetime
    answered_after: int | None = None
    status_since: datetime | None = None
    seconds_in: Mapping[LeadStatus, int] = {}
    converted_at: datetime | None = None
    task_id: TaskId | None = None
    follow_up_at: datetime | None = None
    stage_id: StageId | None = None
    staged_at: datetime | None = None
    company: Company = Company()
    company_domain: str | None = None
    company_size: int | None = None
    industry_key: str | None = None
    title_key: str | None = None
    invited_at: datetime | None = None
    invitation_accepted_at: datetime | None = None
    removed_at: datetime | None = None
    merged_into: LeadId | None = None
    merged: tuple[LeadId, ...] = ()


def _evolve_at(
    row: ListedLead | None, event: LeadEvent | ClientErased, at: datetime
) -> ListedLead | None:
    return _stayed(row, _evolve(row, event), at)


def _stayed(before: ListedLead | None, after: ListedLead | None, at: datetime) -> ListedLead | None:
    """Return the row with how long they were where they are no more."""
    if after is None or before is None or before.status_since is None:
        return after and replace(after, status_since=after.opened_at)
    if after.status is before.status:
        return after
    left, stay = before.status, at - before.status_since
    seconds = before.seconds_in.get(left, 0) + max(0, int(stay.total_seconds()))
    return replace(
        after,
        status_since=at,
        seconds_in={**before.seconds_in, left: seconds},
        converted_at=at if after.status is LeadStatus.CONVERTED else None,
    )


def _evolve(row: ListedLead | None, event: LeadEvent | ClientErased) -> ListedLead | None:
    match event:
        case LeadOpened():
            return ListedLead(
                id=event.lead_id,
                client_id=event.client_id,
                status=LeadStatus.NEW,
                source=event.touch.source,
                first=event.touch,
                latest=event.touch,
                message=event.message,
                opened_at=event.at,
            )
        case ClientErased():
            return row and _forgotten(row)
        case LeadPurged():
            return None
        case _:
            return row and _moved(row, event)


def _forgotten(row: ListedLead) -> ListedLead:
    """Return what a lead is once what is personal of it is erased: that there was one still counts."""
    first, latest = erased(row.first), erased(row.latest)
    told = _of_company(row, erased(row.company))
    return replace(told, first=first, latest=latest, message=None, reason=None)


def _of_company(row: ListedLead, company: Company) -> ListedLead:
    return replace(
        row,
        company=company,
        company_domain=company.domain,
        company_size=company.size,
        industry_key=company.industry and loosely(company.industry),
        title_key=company.title and loosely(company.title),
    )


def _moved(row: ListedLead, event: LeadEvent) -> ListedLead:
    match event:
        case LeadTouched(touch=touch, message=message):
            return replace(row, latest=touch, message=message or row.message)
        case LeadMoved(status=status, reason=reason):
            return replace(row, status=status, reason=reason)
        case LeadConverted():
            return replace(row, status=LeadStatus.CONVERTED, reason=None)
        case LeadAssigned(assignee_id=assignee):
            return replace(row, assignee_id=assignee)
        case LeadContacted(after=after):
            return row if after is None else replace(row, answered_after=after)
        case LeadScored():
            return replace(
                row,
                score=event.breakdown.score,
                temperature=event.temperature,
                breakdown=event.breakdown,
                scoring_version=event.scoring_version,
            )
        case FollowUpSet(task_id=task, due_at=due):
            return replace(row, task_id=task, follow_up_at=due)
        case LeadStaged(stage_id=stage, at=at):
            return replace(row, stage_id=stage, staged_at=at)
        case LeadCompanyTold(company=company):
            return _of_company(row, company)
        case LeadInvited(at=at):
            return replace(row, invited_at=at, invitation_accepted_at=None)
        case InvitationAccepted(at=at):
            return replace(row, invitation_accepted_at=at)
        case LeadRemoved(at=at):
            return replace(row, removed_at=at)
        case LeadRestored():
            return replace(row, removed_at=None)
        case LeadMerged(into=into):
            return replace(row, merged_into=into)
        case LeadUnmerged():
            return replace(row, merged_into=None)
        case LeadAbsorbed(source=source):
            return replace(row, merged=(*row.merged, source))
        case LeadReleased(source=source):
            return replace(row, merged=tuple(each for each in row.merged if each != source))
        case LeadEngaged() | LeadOpened() | LeadPurged():
            return row
        case _:
            assert_never(event)


def _key(event: LeadEvent | ClientErased) -> list[str]:
    match event:
        case ClientErased(streams=streams):
            return [each for each in streams if kind_of(each) == LEADS.owner]
        case _:
            return [event.lead_id]


LEADS = ReadModel(
    name="leads",
    version=3,
    row=ListedLead,
    subscribes_to=(
        LeadOpened,
        LeadTouched,
        LeadMoved,
        LeadConverted,
        LeadAssigned,
        LeadContacted,
        LeadEngaged,
        LeadScored,
        FollowUpSet,
        LeadStaged,
        LeadCompanyTold,
        LeadInvited,
        InvitationAccepted,
        LeadRemoved,
        LeadRestored,
        LeadMerged,
        LeadUnmerged,
        LeadAbsorbed,
        LeadReleased,
        LeadPurged,
        ClientErased,
    ),
    key=_key,
    evolve=_evolve_at,
    dated=True,
    columns=(
        "client_id",
        "status",
        "score",
        "temperature",
        "assignee_id",
        "source",
        "opened_at",
        "stage_id",
        "company_domain",
        "company_size",
        "industry_key",
        "title_key",
        "removed_at",
        "merged_into",
        "answered_after",
        "seconds_in",
        "converted_at",
    ),
    indexes=(
        ("client_id",),
        ("score",),
        ("opened_at",),
        ("converted_at",),
        ("status", "score"),
        ("status", "opened_at"),
        ("temperature", "score"),
        ("assignee_id", "score"),
        ("source", "score"),
        ("source", "opened_at"),
        ("stage_id", "score"),
        ("industry_key", "score"),
        ("company_domain",),
        ("company_size",),
    ),
    owner="lead",
)
