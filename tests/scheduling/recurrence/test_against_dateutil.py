# ruff: noqa: DTZ001 (what a wall clock reads has no zone)
"""Another implementation of RFC 5545 judges ours, over rules and times of all kinds.

Rules on which dateutil departs from the RFC are left out here and have examples of their own:
positions in a first week that is not whole, BYWEEKNO without a weekday, and weekdays of which
only some are numbered.
"""

import datetime as dt
import types
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

import pytest
from dateutil.rrule import rrulestr
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from domain.scheduling.recurrence import Recurrence, faults_of_recurrence, starts

JUDGED_UNTIL: Final = datetime(2032, 1, 1)
DAYS: Final = 2900
WEEKDAYS: Final = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]


def judged(rule: str, start: datetime) -> list[datetime]:
    """Return what dateutil finds, and keep it from looking up to the year 9999."""
    bounded = types.ModuleType("datetime")
    bounded.__dict__.update(vars(dt) | {"MAXYEAR": JUDGED_UNTIL.year})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("dateutil.rrule.datetime", bounded)
        found: list[datetime] = rrulestr(rule, dtstart=start).between(start, JUDGED_UNTIL, inc=True)
    return found


def numbers(*choices: int) -> SearchStrategy[str]:
    some = st.lists(st.sampled_from(choices), min_size=1, max_size=3, unique=True)
    return some.map(lambda chosen: ",".join(map(str, chosen)))


def weekdays(*places: str) -> SearchStrategy[str]:
    one = st.builds(str.__add__, st.sampled_from(places), st.sampled_from(WEEKDAYS))
    return st.lists(one, min_size=1, max_size=4, unique=True).map(",".join)


UNCOUNTED: Final = {
    "INTERVAL": st.integers(1, 7).map(str),
    "BYMONTH": numbers(1, 2, 3, 10, 12),
    "BYHOUR": numbers(0, 9, 23),
    "BYMINUTE": numbers(0, 45),
    "BYDAY": weekdays(""),
    "WKST": st.sampled_from(WEEKDAYS),
}
ANY: Final = UNCOUNTED | {"COUNT": st.integers(1, 40).map(str)}
DATES: Final = {
    "BYMONTHDAY": numbers(1, 2, 13, 28, 29, 30, 31, -1, -2, -30),
    "BYSETPOS": numbers(1, 2, 3, -1, -2),
}
NUMBERED: Final = {"BYDAY": weekdays("") | weekdays("1", "2", "5", "-1", "-2")}
DAYS_OF_YEAR: Final = {"BYYEARDAY": numbers(1, 60, 100, 366, -1, -307)}


def rules_of(
    every: str, maybe: Mapping[str, SearchStrategy[str]], **always: SearchStrategy[str]
) -> SearchStrategy[str]:
    optional = {name: values for name, values in maybe.items() if name not in always}
    return st.fixed_dictionaries(always, optional=optional).map(
        lambda parts: ";".join([f"FREQ={every}", *map("=".join, parts.items())])
    )


rules = st.one_of(
    rules_of("DAILY", ANY | DATES),
    rules_of("WEEKLY", ANY),
    rules_of("WEEKLY", UNCOUNTED, UNTIL=st.sampled_from(["20270101T090000", "20300228T235959"])),
    rules_of("MONTHLY", ANY | DATES | NUMBERED),
    rules_of("YEARLY", ANY | DATES | NUMBERED | DAYS_OF_YEAR),
    rules_of("YEARLY", ANY | DATES, BYDAY=weekdays(""), BYWEEKNO=numbers(1, 2, 20, 52, 53, -1)),
)
beginnings = st.builds(
    datetime,
    st.sampled_from([2024, 2026, 2027]),
    st.integers(1, 12),
    st.sampled_from([1, 2, 13, 28]),
    st.sampled_from([0, 9, 23]),
    st.sampled_from([0, 30]),
)


@settings(deadline=None)
@given(rules, beginnings, st.integers(-400, DAYS), st.integers(0, 800))
@example("FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", datetime(2026, 1, 1, 9), 0, DAYS)
@example("FREQ=YEARLY;BYDAY=20MO", datetime(2026, 1, 1, 9), 0, DAYS)
@example("FREQ=YEARLY;BYWEEKNO=53;BYDAY=SU;WKST=SU", datetime(2024, 1, 1, 9), 0, DAYS)
@example("FREQ=MONTHLY;BYDAY=1MO,-1FR,-2TU,2TU", datetime(2026, 1, 1, 9), 0, DAYS)
@example("FREQ=YEARLY;BYMONTH=3,10;BYDAY=-1SU,1MO", datetime(2026, 1, 1, 9), 0, DAYS)
@example("FREQ=YEARLY;BYDAY=-1MO,1TU,-53TH,53WE,20SA", datetime(2024, 1, 1, 9), 0, DAYS)
@example("FREQ=YEARLY;BYMONTHDAY=1;BYSETPOS=-1,1", datetime(2024, 1, 1, 9), 0, DAYS)
@example("FREQ=YEARLY;BYWEEKNO=1,53;BYDAY=MO,TU,SU;WKST=SU", datetime(2024, 1, 1, 9), 0, DAYS)
@example("FREQ=YEARLY;BYYEARDAY=1,-1", datetime(2024, 1, 1, 9), 0, DAYS)
@example("FREQ=YEARLY;BYWEEKNO=1,-1,52;BYDAY=MO,TH,SU", datetime(2024, 1, 1, 9), 0, DAYS)
@example("FREQ=YEARLY;BYWEEKNO=1,-1,53;BYDAY=WE,TH,FR,SA;WKST=TH", datetime(2024, 1, 1, 9), 0, DAYS)
@example("FREQ=WEEKLY;BYDAY=MO,SU;WKST=WE;INTERVAL=3", datetime(2026, 1, 1, 9), 0, DAYS)
@example("FREQ=MONTHLY;INTERVAL=3", datetime(2026, 1, 31, 9), 0, DAYS)
@example("FREQ=YEARLY", datetime(2024, 2, 29, 9), 0, DAYS)
@example("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=SU", datetime(2026, 1, 6, 9), 0, 60)
@example("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", datetime(2026, 1, 1, 9), 0, DAYS)
def test_every_window_holds_what_dateutil_finds_there(rule, start, begin, length) -> None:
    recurrence = Recurrence(starts_at=start, time_zone="UTC", rule=rule)
    first = start + timedelta(days=begin)
    last = min(first + timedelta(days=length), JUDGED_UNTIL)

    expected = [each for each in judged(rule, start) if first <= each <= last]

    assert starts(recurrence, first, last) == expected
    if expected:
        assert list(faults_of_recurrence(recurrence)) == []
