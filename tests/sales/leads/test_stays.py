"""How long was a lead where, by its history?"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from domain.sales.leads import LEAD, OPEN, LeadStatus, stays
from domain.values import StageId
from tests.sales.leads.examples import (
    lead_contacted,
    lead_converted,
    lead_moved,
    lead_opened,
    lead_removed,
    lead_restored,
    lead_staged,
    now,
    stage_id,
)

HOUR: Final = timedelta(hours=1)
OTHER: Final = StageId("stage-0198c0de-0000-7000-8000-000000000002")
CONNECTED: Final = replace(lead_moved, status=LeadStatus.CONNECTED)


def told(*events: Any, until: float) -> tuple[dict[str, int], dict[str, int]]:
    """Return the hours in each status and stage, of events that came by the hour."""
    happened = [(now + n * HOUR, event) for n, event in enumerate(events)]
    found = stays(happened, until=now + until * HOUR)
    return hours(found.statuses), hours(found.stages)


def hours(spent: Mapping[Any, int]) -> dict[str, int]:
    return {str(where): seconds // 3600 for where, seconds in spent.items()}


def test_time_passes_in_a_status_and_in_a_stage_beside_it() -> None:
    staged = told(
        lead_opened, lead_staged, CONNECTED, replace(lead_staged, stage_id=OTHER), until=8
    )

    assert staged == ({"new": 2, "connected": 6}, {stage_id: 2, OTHER: 5})


def test_who_came_before_it_was_recorded_has_waited_since_then() -> None:
    quietly = replace(lead_opened, at=now - 5 * HOUR)

    assert told(quietly, until=1) == ({"new": 6}, {})


def test_while_a_lead_is_removed_no_time_passes() -> None:
    removed = (lead_opened, lead_staged, lead_removed)

    assert told(*removed, until=9) == ({"new": 2}, {stage_id: 1})
    assert told(*removed, lead_restored, until=9) == ({"new": 8}, {stage_id: 7})


def test_in_a_stage_no_time_passes_once_a_lead_is_over() -> None:
    for over in (lead_converted, lead_moved):
        statuses, stages = told(lead_opened, lead_staged, over, until=9)
        assert (statuses["new"], sum(statuses.values()), stages) == (2, 9, {stage_id: 1})


def test_before_it_began_it_was_nowhere() -> None:
    assert told(until=3) == ({}, {})


EVENTS: Final = st.lists(
    st.tuples(
        st.integers(0, 10_000),
        st.sampled_from(
            [
                CONNECTED,
                lead_moved,
                lead_converted,
                lead_contacted,
                lead_staged,
                replace(lead_staged, stage_id=OTHER),
                replace(lead_staged, stage_id=None),
            ]
        ),
    ),
    max_size=20,
)


def timed(steps: list[tuple[int, Any]]) -> list[tuple[datetime, Any]]:
    at, found = now, [(now, lead_opened)]
    for seconds, event in steps:
        at += timedelta(seconds=seconds)
        found.append((at, event))
    return found


@given(EVENTS, st.integers(0, 10_000))
def test_all_time_is_in_one_status_and_in_one_stage_at_most(
    steps: list[tuple[int, Any]], more: int
) -> None:
    happened = timed(steps)
    until = happened[-1][0] + timedelta(seconds=more)
    found = stays(happened, until=until)

    assert sum(found.statuses.values()) == (until - now).total_seconds()
    assert sum(found.stages.values()) <= sum(found.statuses.get(each, 0) for each in OPEN)


@given(EVENTS, st.integers(0, 100))
def test_a_moment_later_only_where_it_is_has_become_more(
    steps: list[tuple[int, Any]], seconds: int
) -> None:
    happened = timed(steps)
    state = LEAD.fold(event for _, event in happened)
    until = happened[-1][0]
    before, after = (
        stays(happened, until=until + timedelta(seconds=more)) for more in (0, seconds)
    )

    grown = {k: v - before.statuses.get(k, 0) for k, v in after.statuses.items()}
    assert {k: v for k, v in grown.items() if v} == ({state.status: seconds} if seconds else {})
    staged = {k: v - before.stages.get(k, 0) for k, v in after.stages.items()}
    passes = seconds and state.stage_id is not None and state.status in OPEN
    assert {k: v for k, v in staged.items() if v} == ({state.stage_id: seconds} if passes else {})


@given(EVENTS)
def test_a_clock_that_is_put_back_takes_no_time_away(steps: list[tuple[int, Any]]) -> None:
    happened = timed(steps)
    back = [(at - timedelta(seconds=n % 2 * 500), event) for n, (at, event) in enumerate(happened)]

    found = stays(back, until=back[-1][0])

    assert all(each >= 0 for each in (*found.statuses.values(), *found.stages.values()))
