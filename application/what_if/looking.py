"""Looks at what happened, one thing after the other, and adds up what other rules would have made of it."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from msgspec.structs import replace

from application.ports import Recorded
from application.what_if.bookings import DECISIONS, BookingOtherwise, judge
from application.what_if.hindsight import Hindsight
from application.what_if.leads import LeadOtherwise, look_at
from application.what_if.policies import Policy
from domain.messages import Event, Value
from domain.sales.leads import LeadOpened

NONE: Final = "none"
"""In place of a temperature: not scored yet."""


class Counted(Value, frozen=True, kw_only=True):
    """How many `leads` were looked at, of which so many stand `leads_otherwise` now or did at some moment; of
    which so many cannot be told, since the person was erased; and how warm they were, and would be, now. How
    many `decisions` on bookings were judged, of which so many would have been refused, with which codes; and
    of which so many cannot be judged: by what is known of them, they would have been refused as it was. So
    many of either are `untold`: there was no room for more of them.
    """

    leads: int = 0
    leads_otherwise: int = 0
    leads_erased: int = 0
    temperatures_were: Mapping[str, int] = {}
    temperatures_would_be: Mapping[str, int] = {}
    decisions: int = 0
    decisions_refused: int = 0
    decisions_unknown: int = 0
    refusals: Mapping[str, int] = {}
    untold: int = 0


class Looked(NamedTuple):
    """What is told of one thing, if there is something to tell, and what all of them add up to by now."""

    told: LeadOtherwise | BookingOtherwise | None
    counted: Counted


def looked_for(policy: Policy) -> tuple[type[Event], ...]:
    """Return at which events something is to be looked at: a lead, all of it, where it was opened."""
    opened = (LeadOpened,) if policy.scoring is not None else ()
    return (*opened, *(DECISIONS if policy.bookings is not None else ()))


def look(past: Recorded, policy: Policy, hindsight: Hindsight, counted: Counted) -> Looked:
    """Look at one thing by a policy."""
    if isinstance(past.event, LeadOpened):
        return _at_lead(past.event, policy, hindsight, counted)
    return _at_decision(past, policy, hindsight, counted)


def _at_lead(opened: LeadOpened, policy: Policy, hindsight: Hindsight, counted: Counted) -> Looked:
    assert policy.scoring is not None, "no lead is looked for otherwise"
    found = look_at(opened, policy.scoring, hindsight)
    counted = replace(counted, leads=counted.leads + 1)
    if found is None:
        return Looked(None, replace(counted, leads_erased=counted.leads_erased + 1))
    counted = replace(
        counted,
        leads_otherwise=counted.leads_otherwise + (found.told is not None),
        temperatures_were=_with(counted.temperatures_were, found.was or NONE),
        temperatures_would_be=_with(counted.temperatures_would_be, found.would_be or NONE),
    )
    return Looked(found.told, counted)


def _at_decision(past: Recorded, policy: Policy, hindsight: Hindsight, counted: Counted) -> Looked:
    assert policy.bookings is not None, "no decision is looked for otherwise"
    found = judge(past, policy.bookings, hindsight)
    counted = replace(
        counted,
        decisions=counted.decisions + 1,
        decisions_refused=counted.decisions_refused + (found.told is not None),
        decisions_unknown=counted.decisions_unknown + (not found.is_known),
    )
    if found.told is not None:
        counted = replace(counted, refusals=_with(counted.refusals, found.told.code))
    return Looked(found.told, counted)


def _with(counts: Mapping[str, int], name: str) -> Mapping[str, int]:
    return {**counts, name: counts.get(name, 0) + 1}
