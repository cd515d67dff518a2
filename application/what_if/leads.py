"""What a lead would have been by other weights: its history is folded once more beside what was recorded.

what happened ─► score, temperature, follow-up   as they were recorded
└──────────► score, temperature, follow-up   as they would have been, by the same decisions
"""

import heapq
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any, Final, TypeVar, cast

from application.ports import Recorded
from application.sales import leads
from application.transact import Past
from application.what_if.hindsight import Hindsight
from domain.aggregate import Aggregate
from domain.messages import StreamErased, Value
from domain.people.clients import ClientChanged
from domain.records import LINKS
from domain.sales.leads import (
    LEAD,
    FollowUpSet,
    Lead,
    LeadEvent,
    LeadOpened,
    LeadRestored,
    LeadScored,
    LeadTouched,
)
from domain.sales.scores import SCORING, THE_SCORING, Breakdown, Scoring, Temperature, Weights
from domain.sales.tasks import TASKS, Priority
from domain.values import ClientId, LeadId

S = TypeVar("S")

MOST_MOMENTS: Final = 10
"""Of one lead that are told."""

FOLLOWED: Final = (LeadScored, FollowUpSet)


class PartOtherwise(Value, frozen=True, kw_only=True):
    """What one fact gave, and would have given, in hundredths of a point."""

    name: str
    fact: int
    was: int
    would_be: int


class Standing(Value, frozen=True, kw_only=True):
    """How a lead stands: its score, what that is from which score on, and until when somebody is to turn
    to it.
    """

    score: int | None
    temperature: Temperature | None
    hot: int
    warm: int
    follow_up_at: datetime | None
    priority: Priority | None


class Difference(Value, frozen=True, kw_only=True):
    """How it stood, how it would have stood, and which parts of the score differ."""

    was: Standing
    would_be: Standing
    parts: Sequence[PartOtherwise]


class MomentOtherwise(Value, frozen=True, kw_only=True):
    """When something was scored after which it would have stood otherwise; `because` of an event of this
    type, which left the lead at a version.
    """

    version: int
    at: datetime
    because: str
    difference: Difference


class LeadOtherwise(Value, frozen=True, kw_only=True, tag_field="kind", tag="lead"):
    """A lead of which the temperature or the follow-up would have been another, now or at some moment. Of
    very many moments the first are told.
    """

    lead_id: LeadId
    client_id: ClientId
    now: Difference
    is_otherwise_now: bool
    moments: Sequence[MomentOtherwise]
    moments_in_all: int


class LookedAt(Value, frozen=True, kw_only=True):
    """How warm a lead is and would be now; and what is told of it, if there is something to tell."""

    was: Temperature | None
    would_be: Temperature | None
    told: LeadOtherwise | None


def look_at(opened: LeadOpened, weights: Weights, hindsight: Hindsight) -> LookedAt | None:
    """Fold the history of a lead by other weights; None where the person was erased: what they wrote, and
    how they could be reached, is not known any more.
    """
    folded = _Folded(opened, weights, hindsight)
    elsewhere = [
        _Moment(*moment, is_elsewhere=True)
        for moment in hindsight.moments(opened.client_id, ClientChanged)
    ]
    with hindsight.stream(opened.lead_id) as history:
        for moment in heapq.merge(_moments(history), elsewhere, key=attrgetter("position")):
            if moment.is_erasure:
                return None
            folded.move_on(moment)
    return folded.looked_at()


# --- Moments ------------------------------------------------------------------------------


class _Moment:
    """What was recorded of a lead at once, and scored at once: what happened, and what followed from it."""

    __slots__ = (
        "at",
        "because",
        "causes",
        "followed",
        "is_elsewhere",
        "is_erasure",
        "position",
        "version",
    )

    def __init__(
        self, position: int, at: datetime, because: str, *, is_elsewhere: bool = False
    ) -> None:
        self.position = position
        self.at = at
        self.because = because
        self.is_elsewhere = is_elsewhere
        self.is_erasure = False
        self.version = 0
        self.causes: list[LeadEvent] = []
        self.followed: list[LeadScored | FollowUpSet] = []

    def add(self, past: Recorded) -> None:
        """Add what was recorded with it."""
        self.version = past.version
        match past.event:
            case StreamErased():
                self.is_erasure = True
            case LeadScored() | FollowUpSet() as event:
                self.followed.append(event)
            case event:
                self.causes.append(cast("LeadEvent", event))

    @property
    def is_quiet(self) -> bool:
        """Whether nobody was to be told of it."""
        return any(getattr(cause, "quietly", False) for cause in self.causes)

    @property
    def wishes(self) -> Sequence[FollowUpSet]:
        """Return the follow-ups that somebody wished for, whatever the score is."""
        scored = any(isinstance(event, LeadScored) for event in self.followed)
        came = any(isinstance(cause, LeadTouched | LeadRestored) for cause in self.causes)
        if came or (scored and not self.is_quiet):
            return ()
        return [event for event in self.followed if isinstance(event, FollowUpSet)]


def _moments(history: Iterable[Recorded]) -> Iterator[_Moment]:
    """Return what each order recorded; of several things that were scored one after the other, each."""
    for _, recorded in groupby(history, lambda past: past.metadata.get("command")):
        moments: list[_Moment] = []
        for past in recorded:
            if not moments or (moments[-1].followed and not isinstance(past.event, FOLLOWED)):
                moments.append(_Moment(past.position, past.recorded_at, past.type))
            moments[-1].add(past)
        yield from moments


# --- Folded beside each other ---------------------------------------------------------------


class _Side:
    """A lead as it was, or as it would have been, with the weights that its score is by."""

    __slots__ = ("lead", "set_at", "weights")

    def __init__(self, weights: Weights) -> None:
        self.lead = Lead()
        self.weights = weights
        self.set_at = 0

    def move_on(self, moment: _Moment, events: Sequence[LeadEvent]) -> None:
        self.lead = LEAD.fold(events, self.lead)
        if any(isinstance(event, FollowUpSet) for event in events):
            self.set_at = moment.position

    @property
    def standing(self) -> Standing:
        lead, follow_up = self.lead, self.lead.follow_up
        return Standing(
            score=lead.breakdown.score if lead.breakdown else None,
            temperature=lead.temperature,
            hot=self.weights.hot,
            warm=self.weights.warm,
            follow_up_at=follow_up.due_at if follow_up else None,
            priority=follow_up.priority if follow_up else None,
        )

    def stands_as(self, other: "_Side") -> bool:
        """Whether both are as warm, and somebody was to turn to them since the same moment, as urgently."""
        mine, others = self.standing, other.standing
        return (mine.temperature, self.set_at, mine.priority) == (
            others.temperature,
            other.set_at,
            others.priority,
        )


class _Folded:
    """One lead, folded as it was and as it would have been."""

    def __init__(self, opened: LeadOpened, weights: Weights, hindsight: Hindsight) -> None:
        self._lead_id = opened.lead_id
        self._client_id = opened.client_id
        self._hindsight = hindsight
        self._was = _Side(Weights())
        self._would_be = _Side(weights)
        self._told: list[MomentOtherwise] = []
        self._in_all = 0
        self._version = 0

    def move_on(self, moment: _Moment) -> None:
        """Let something have happened. What somebody changed of their client record is scored when the
        lead is looked at then: by what follows, if that has scored it.
        """
        self._version = moment.version or self._version
        there = self._hindsight.before(moment.position + moment.is_elsewhere, moment.at)
        if moment.is_elsewhere and self._is_scored_later(there):
            return
        would_be = self._decided(moment, _Otherwise(there, self._would_be.weights))
        if any(isinstance(event, LeadScored) for event in moment.followed):
            self._was.weights = there.of(SCORING, THE_SCORING).weights
        self._was.move_on(moment, [*moment.causes, *moment.followed])
        self._would_be.move_on(moment, would_be)
        if len(would_be) > len(moment.causes) or moment.followed:
            self._compare(moment)

    def _decided(self, moment: _Moment, otherwise: Past) -> Sequence[LeadEvent]:
        """Return what would have been recorded. Who had been removed, and came, is turned to anew; and whom
        somebody was told to turn to as they wished, they would have been told to as well.
        """
        before = self._would_be.lead
        came = any(isinstance(cause, LeadTouched) for cause in moment.causes)
        changes = leads.recorded(
            self._lead_id,
            before,
            moment.causes,
            otherwise,
            quietly=moment.is_quiet,
            anew=came and before.removed_at is not None,
        )
        decided = [*cast("Sequence[LeadEvent]", changes[self._lead_id])]
        for wish in moment.wishes:
            after = LEAD.fold(decided, before)
            wished = leads.turned_to(self._lead_id, after, wish.due_at, otherwise)
            decided += cast("Sequence[LeadEvent]", wished.get(self._lead_id, ()))
        return decided

    def _is_scored_later(self, there: Past) -> bool:
        """Whether by the weights of the time there was something to score, which was not recorded yet."""
        lead_id = self._lead_id
        return bool(leads.recorded(lead_id, self._was.lead, (), there, quietly=True)[lead_id])

    def _compare(self, moment: _Moment) -> None:
        if self._was.stands_as(self._would_be):
            return
        self._in_all += 1
        if len(self._told) < MOST_MOMENTS:
            told = MomentOtherwise(
                version=self._version,
                at=moment.at,
                because=moment.because,
                difference=self._difference(),
            )
            self._told.append(told)

    def _difference(self) -> Difference:
        was, would_be = self._was, self._would_be
        parts = _parts(was.lead.breakdown, would_be.lead.breakdown)
        return Difference(was=was.standing, would_be=would_be.standing, parts=parts)

    def looked_at(self) -> LookedAt:
        """Return what came of it."""
        told = LeadOtherwise(
            lead_id=self._lead_id,
            client_id=self._client_id,
            now=self._difference(),
            is_otherwise_now=not self._was.stands_as(self._would_be),
            moments=self._told,
            moments_in_all=self._in_all,
        )
        return LookedAt(
            was=self._was.lead.temperature,
            would_be=self._would_be.lead.temperature,
            told=told if self._in_all else None,
        )


def _parts(was: Breakdown | None, would_be: Breakdown | None) -> Sequence[PartOtherwise]:
    """Return the parts that give another number of points."""
    before, after = ({p.name: p for p in (each.parts if each else ())} for each in (was, would_be))
    return [
        PartOtherwise(
            name=name,
            fact=(before.get(name) or after[name]).fact,
            was=before[name].hundredths if name in before else 0,
            would_be=after[name].hundredths if name in after else 0,
        )
        for name in dict.fromkeys([*before, *after])
        if before.get(name) != after.get(name)
    ]


class _Otherwise:
    """What was known at a moment, but for the weights. Of tasks nothing is known: whether a follow-up would
    have been made or moved makes no difference to when somebody is to turn to the lead.
    """

    def __init__(self, past: Past, weights: Weights) -> None:
        self._past = past
        self._weights = weights

    @property
    def now(self) -> datetime:
        return self._past.now

    def of(self, aggregate: Aggregate[S, Any], identity: str) -> S:
        if aggregate is SCORING:
            return cast("S", Scoring(weights=self._weights))
        if aggregate in (TASKS.aggregate, LINKS):
            return aggregate.initial
        return self._past.of(aggregate, identity)

    def foresee(self, aggregate: Aggregate[Any, Any], identities: Iterable[str]) -> None:
        """Read each when it is looked at."""
