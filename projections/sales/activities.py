"""What was done about a lead, and what happened with its person, one after the other?

Nothing is kept for it: what was done about the lead its own stream has in order, and what happened with the
person is on the client's timeline. This says how each of them is shown.
"""

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, NamedTuple

from application.ports import Recorded
from domain.messages import Event, Value
from domain.sales.companies import Company
from domain.sales.leads import (
    ContactWay,
    InvitationAccepted,
    LeadAbsorbed,
    LeadAssigned,
    LeadCompanyTold,
    LeadContacted,
    LeadConverted,
    LeadEngaged,
    LeadInvited,
    LeadMerged,
    LeadMoved,
    LeadOpened,
    LeadReleased,
    LeadRemoved,
    LeadRestored,
    LeadStaged,
    LeadStatus,
    LeadTouched,
    LeadUnmerged,
    Touch,
)
from domain.sales.scores import EngagementSource
from domain.values import LeadId, StageId, UserId
from projections.people.client_timeline import TimelineEntry


class ActivityKind(StrEnum):
    """What was done, or happened."""

    OPENED = "opened"
    TOUCHED = "touched"
    MOVED = "moved"
    CONVERTED = "converted"
    STAGED = "staged"
    ASSIGNED = "assigned"
    CONTACT = "contact"
    ENGAGEMENT = "engagement"
    COMPANY = "company"
    INVITED = "invited"
    ACCEPTED = "accepted"
    REMOVED = "removed"
    RESTORED = "restored"
    MERGED = "merged"
    UNMERGED = "unmerged"
    ABSORBED = "absorbed"
    RELEASED = "released"
    BOOKING = "booking"
    NOTE = "note"
    PAYMENT = "payment"
    LEAD = "lead"
    TASK = "task"
    FILE = "file"
    MESSAGE = "message"


class Activity(Value, frozen=True, kw_only=True):
    """`by` is who did it. What is the lead's own has the lead's `version`, and says what is of its kind; all
    else is an `entry` of the client's timeline, as it stands now.
    """

    kind: ActivityKind
    at: datetime
    by: str | None
    version: int | None = None
    text: str | None = None
    way: ContactWay | None = None
    engagement: EngagementSource | None = None
    previous_status: LeadStatus | None = None
    status: LeadStatus | None = None
    stage_id: StageId | None = None
    assignee_id: UserId | None = None
    touch: Touch | None = None
    company: Company | None = None
    other_lead_id: LeadId | None = None
    entry: TimelineEntry | None = None


SHOWN: Final[tuple[type[Event], ...]] = (
    LeadOpened,
    LeadTouched,
    LeadMoved,
    LeadConverted,
    LeadStaged,
    LeadAssigned,
    LeadContacted,
    LeadEngaged,
    LeadCompanyTold,
    LeadInvited,
    InvitationAccepted,
    LeadRemoved,
    LeadRestored,
    LeadMerged,
    LeadUnmerged,
    LeadAbsorbed,
    LeadReleased,
)
"""What of a lead is done, or happens. How it was scored, its history tells."""


def own(past: Recorded) -> Activity:
    """Return how something is shown that happened to the lead itself."""
    kind, said = _said(past.event)
    by = past.metadata.get("actor")
    return Activity(kind=kind, at=past.recorded_at, by=by, version=past.version, **said)


def of(entry: TimelineEntry) -> Activity:
    """Return how an entry of the client's timeline is shown."""
    assert entry.created_at is not None, "who keeps the timeline fills it in"
    return Activity(
        kind=ActivityKind(entry.kind),
        at=entry.created_at,
        by=entry.by,
        text=entry.text,
        entry=entry,
    )


def _said(event: Event | None) -> tuple[ActivityKind, dict[str, Any]]:
    match event:
        case LeadOpened(touch=touch, message=message):
            return ActivityKind.OPENED, {"touch": touch, "text": message}
        case LeadTouched(touch=touch, message=message):
            return ActivityKind.TOUCHED, {"touch": touch, "text": message}
        case LeadMoved(previous=previous, status=status, reason=reason):
            said = {"previous_status": previous, "status": status, "text": reason}
            return ActivityKind.MOVED, said
        case LeadConverted(previous=previous):
            said = {"previous_status": previous, "status": LeadStatus.CONVERTED}
            return ActivityKind.CONVERTED, said
        case LeadStaged(stage_id=stage):
            return ActivityKind.STAGED, {"stage_id": stage}
        case LeadAssigned(assignee_id=assignee):
            return ActivityKind.ASSIGNED, {"assignee_id": assignee}
        case LeadContacted(way=way, note=note):
            return ActivityKind.CONTACT, {"way": way, "text": note}
        case LeadEngaged(source=source):
            return ActivityKind.ENGAGEMENT, {"engagement": source}
        case LeadCompanyTold(company=company):
            return ActivityKind.COMPANY, {"company": company}
        case LeadMerged(into=into):
            return ActivityKind.MERGED, {"other_lead_id": into}
        case LeadAbsorbed(source=source):
            return ActivityKind.ABSORBED, {"other_lead_id": source}
        case LeadReleased(source=source):
            return ActivityKind.RELEASED, {"other_lead_id": source}
        case _:
            return BARE[type(event)], {}


BARE: Final[dict[Any, ActivityKind]] = {
    LeadInvited: ActivityKind.INVITED,
    InvitationAccepted: ActivityKind.ACCEPTED,
    LeadRemoved: ActivityKind.REMOVED,
    LeadRestored: ActivityKind.RESTORED,
    LeadUnmerged: ActivityKind.UNMERGED,
}
"""Of which nothing more is to be said."""


# --- Two lines as one ---------------------------------------------------------------------


class Place(NamedTuple):
    """Up to where both lines were told: before which version of the lead, and behind which entry."""

    version: int | None = None
    at: datetime | None = None
    key: str | None = None


class Told(NamedTuple):
    """An activity, and how far both lines are told with it."""

    activity: Activity
    place: Place


def merged(
    lead: Iterator[Recorded], entries: Iterator[TimelineEntry], place: Place
) -> Iterator[Told]:
    """Tell both lines as one, the newest first. Each keeps its own order, so that wherever it is cut, it goes
    on from the place as if it had not been.
    """
    past, entry = next(lead, None), next(entries, None)
    while past is not None or entry is not None:
        if entry is None or (past is not None and past.recorded_at >= _began(entry)):
            assert past is not None
            place = place._replace(version=past.version)
            yield Told(own(past), place)
            past = next(lead, None)
        else:
            place = place._replace(at=entry.created_at, key=entry.id)
            yield Told(of(entry), place)
            entry = next(entries, None)


def _began(entry: TimelineEntry) -> datetime:
    assert entry.created_at is not None, "who keeps the timeline fills it in"
    return entry.created_at
