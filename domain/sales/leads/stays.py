"""How long a lead was in which status, and in which stage, as its history tells.

While a lead is removed, no time passes for it; and in a stage none does once it is won or given up.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final, TypeVar

from msgspec.structs import replace

from domain.messages import Event, Value
from domain.sales.leads.messages import (
    OPEN,
    LeadConverted,
    LeadMoved,
    LeadOpened,
    LeadRemoved,
    LeadRestored,
    LeadStaged,
    LeadStatus,
)
from domain.values import StageId

W = TypeVar("W", LeadStatus, StageId)

MOVING: Final[tuple[type[Event], ...]] = (
    LeadOpened,
    LeadMoved,
    LeadConverted,
    LeadStaged,
    LeadRemoved,
    LeadRestored,
)
"""The events by which one goes from one to another."""


class Stays(Value, frozen=True, kw_only=True):
    """Whole seconds in each."""

    statuses: Mapping[LeadStatus, int]
    stages: Mapping[StageId, int]


class _Place(Value, frozen=True, kw_only=True):
    """Where a lead is, and since when; there since None, no time passes."""

    status: LeadStatus = LeadStatus.NEW
    stage_id: StageId | None = None
    since: datetime | None = None


def stays(happened: Iterable[tuple[datetime, Event | None]], *, until: datetime) -> Stays:
    """Add up how long it was where, by what was recorded when."""
    statuses: dict[LeadStatus, timedelta] = defaultdict(timedelta)
    stages: dict[StageId, timedelta] = defaultdict(timedelta)
    place = _Place()
    for at, event in (*happened, (until, None)):
        passed = max(at - place.since, timedelta()) if place.since else timedelta()
        statuses[place.status] += passed
        if place.stage_id is not None and place.status in OPEN:
            stages[place.stage_id] += passed
        place = _moved(_counted(place, at), event, at)
    return Stays(statuses=_whole(statuses), stages=_whole(stages))


def _counted(place: _Place, at: datetime) -> _Place:
    """Say that time was counted up to then; a clock may have been put back."""
    return replace(place, since=max(place.since, at)) if place.since else place


def _moved(place: _Place, event: Event | None, at: datetime) -> _Place:
    match event:
        case LeadOpened(at=came):
            return replace(place, since=came)
        case LeadMoved(status=status):
            return replace(place, status=status)
        case LeadConverted():
            return replace(place, status=LeadStatus.CONVERTED)
        case LeadStaged(stage_id=stage):
            return replace(place, stage_id=stage)
        case LeadRemoved():
            return replace(place, since=None)
        case LeadRestored():
            return replace(place, since=at)
        case _:
            return place


def _whole(spent: Mapping[W, timedelta]) -> Mapping[W, int]:
    return {where: int(time.total_seconds()) for where, time in spent.items() if time}
