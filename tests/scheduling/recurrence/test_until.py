# ruff: noqa: DTZ001 (what a wall clock reads has no zone)
"""UNTIL is an instant: on the days on which clocks change, dateutil and the zones judge it."""

from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from hypothesis import example, given
from hypothesis import strategies as st

from domain.scheduling.recurrence import Recurrence, starts

CHANGES: Final = [
    ("Europe/Amsterdam", datetime(2027, 10, 31)),
    ("Europe/Amsterdam", datetime(2027, 3, 28)),
    ("America/New_York", datetime(2027, 11, 7)),
    ("America/New_York", datetime(2027, 3, 14)),
    ("America/Havana", datetime(2027, 11, 7)),
    ("Asia/Beirut", datetime(2027, 3, 28)),
    ("Asia/Gaza", datetime(2027, 3, 27)),
    ("Australia/Lord_Howe", datetime(2027, 4, 4)),
    ("Africa/Casablanca", datetime(2027, 2, 7)),
    ("Asia/Kathmandu", datetime(2027, 6, 1)),
]


@pytest.mark.parametrize(
    ("until", "times"), [("20271031T002959Z", 1), ("20271031T003000Z", 2), ("20271031T010000Z", 2)]
)
def test_half_past_two_in_the_night_of_the_change_is_before_one_o_clock_utc(until, times) -> None:
    nightly = Recurrence(
        starts_at=datetime(2027, 10, 30, 2, 30),
        time_zone="Europe/Amsterdam",
        rule=f"FREQ=DAILY;UNTIL={until}",
    )

    assert len(starts(nightly, datetime(2027, 10, 1), datetime(2027, 12, 1))) == times


@given(
    st.sampled_from(CHANGES),
    st.integers(0, 24 * 4 - 1),
    st.integers(-30 * 4, 54 * 4),
    st.sampled_from(["FREQ=DAILY", "FREQ=DAILY;BYHOUR=0,1,2,3,23;BYMINUTE=0,30", "FREQ=WEEKLY"]),
)
@example(CHANGES[0], 10, 4, "FREQ=DAILY")
def test_what_dateutil_finds_happens_up_to_that_instant(change, quarter, until, rule) -> None:
    time_zone, day = change
    begin = day - timedelta(days=8) + timedelta(minutes=15 * quarter)
    end = day.replace(tzinfo=UTC) + timedelta(minutes=15 * until)
    written = f"{rule};UNTIL={end:%Y%m%dT%H%M%SZ}"
    recurrence = Recurrence(starts_at=begin, time_zone=time_zone, rule=written)

    found = starts(recurrence, begin, begin + timedelta(days=30))

    # Without UNTIL: dateutil gives up at the first time that is over, and in spring a reading that
    # was skipped is later than the one after it.
    month = rrulestr(rule, dtstart=begin).between(begin, begin + timedelta(days=30), inc=True)
    where = ZoneInfo(time_zone)
    assert found == [each for each in month if each.replace(tzinfo=where).astimezone(UTC) <= end]
