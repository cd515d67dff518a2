# ruff: noqa: DTZ001 (what a wall clock reads has no zone)
"""Whoever writes a rule orders work: it is bounded before it is begun, whatever the rule says."""

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.messages import DomainError
from domain.scheduling import series
from domain.scheduling.recurrence import Recurrence, faults_of_recurrence, starts, times_a_day
from tests.counting import calls

ALL_HOURS: Final = ",".join(map(str, range(24)))
QUARTERS: Final = "0,15,30,45"
MOST_CALLS: Final = 600_000
"""A tenth of a second or two of one core; the rule of the report took more than five million."""

COSTLY = [
    f"FREQ=DAILY;BYHOUR={ALL_HOURS};BYSETPOS=30;COUNT=5",
    f"FREQ=DAILY;BYHOUR={ALL_HOURS};BYSETPOS=-25",
    f"FREQ=WEEKLY;BYDAY=MO;BYHOUR={ALL_HOURS};BYSETPOS=30",
    f"FREQ=WEEKLY;BYHOUR={ALL_HOURS};BYSETPOS=-168,168;COUNT=3660",
    f"FREQ=MONTHLY;BYDAY=MO,TU;BYHOUR={ALL_HOURS};BYSETPOS=366",
    f"FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYHOUR={ALL_HOURS};BYSETPOS=1",
    f"FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;BYHOUR={ALL_HOURS};COUNT=3660",
    f"FREQ=DAILY;BYHOUR={ALL_HOURS}",
    "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
    "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO",
    "FREQ=YEARLY;BYWEEKNO=53;BYDAY=MO",
]


@pytest.mark.parametrize(("days", "times"), [(0, 2), (30, 2), (31, 3), (62, 4)])
def test_what_is_added_and_left_out_is_spread_over_a_month(days: int, times: int) -> None:
    named = tuple(datetime(2027, 1, 1, 8) + timedelta(days=n) for n in range(days))
    recurrence = Recurrence(
        starts_at=datetime(2027, 1, 1, 9),
        time_zone="Europe/Paris",
        rule="FREQ=DAILY;BYHOUR=9,10",
        except_at=named[::2],
        also_at=named[1::2],
    )

    assert times_a_day(recurrence) == times


def judged(recurrence: Recurrence) -> None:
    """Do with a rule what a request for a series does."""
    with suppress(DomainError):
        series.occurrences(recurrence)


@pytest.mark.parametrize("rule", COSTLY)
def test_no_rule_costs_more_than_a_moment(rule) -> None:
    recurrence = Recurrence(starts_at=datetime(2026, 1, 5, 9), time_zone="Europe/Paris", rule=rule)

    assert calls(lambda: judged(recurrence)) < MOST_CALLS


def numbers(least: int, most: int, size: int) -> st.SearchStrategy[str]:
    number = st.integers(least, most).filter(bool) if least < 0 else st.integers(least, most)
    return st.lists(number, min_size=1, max_size=size, unique=True).map(
        lambda chosen: ",".join(map(str, chosen))
    )


rules = st.fixed_dictionaries(
    {"FREQ": st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"])},
    optional={
        "INTERVAL": st.integers(1, 999).map(str),
        "COUNT": st.integers(1, 3660).map(str),
        "BYMONTH": numbers(1, 12, 4),
        "BYMONTHDAY": numbers(-31, 31, 4),
        "BYYEARDAY": numbers(-366, 366, 4),
        "BYWEEKNO": numbers(-53, 53, 3),
        "BYDAY": st.sampled_from(["MO", "MO,TU,WE,TH,FR,SA,SU", "5SU", "-1MO"]),
        "BYHOUR": st.sampled_from(["9", ALL_HOURS]),
        "BYMINUTE": st.sampled_from(["30", QUARTERS]),
        "BYSETPOS": numbers(-366, 366, 3),
    },
).map(lambda parts: ";".join(map("=".join, parts.items())))


@settings(max_examples=60)
@given(rules)
def test_no_rule_of_any_kind_does(rule) -> None:
    recurrence = Recurrence(starts_at=datetime(2026, 1, 31, 9), time_zone="Asia/Gaza", rule=rule)

    assert calls(lambda: judged(recurrence)) < MOST_CALLS


@settings(max_examples=60)
@given(rules)
def test_a_window_of_what_was_accepted_costs_what_the_window_holds(rule) -> None:
    recurrence = Recurrence(starts_at=datetime(2026, 1, 31, 9), time_zone="Asia/Gaza", rule=rule)
    if any(faults_of_recurrence(recurrence)):
        return
    first, last = datetime(2027, 1, 1), datetime(2027, 4, 3)
    starts(recurrence, first, last)  # reads the rule, once

    assert calls(lambda: starts(recurrence, first, last)) < 20_000
