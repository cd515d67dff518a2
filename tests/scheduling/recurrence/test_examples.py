# ruff: noqa: DTZ001 (what a wall clock reads has no zone)
from datetime import datetime
from typing import Any

import pytest
from msgspec.structs import replace

from domain.scheduling.recurrence import Recurrence, faults_of_recurrence, starts


def every(rule: str, **fields: Any) -> Recurrence:
    """Return a recurrence that begins on Monday, 5 January 2026, at 9 in Paris."""
    monday = Recurrence(starts_at=datetime(2026, 1, 5, 9), time_zone="Europe/Paris", rule=rule)
    return replace(monday, **fields)


def days(recurrence: Recurrence, first: str = "2026-01-01", last: str = "2026-12-31") -> list[str]:
    found = starts(
        recurrence, datetime.fromisoformat(first), datetime.fromisoformat(last + "T23:59")
    )
    return [f"{each:%m-%d}" for each in found]


def test_it_does_not_happen_before_it_starts_or_outside_the_window() -> None:
    weekly = every("FREQ=WEEKLY")

    assert days(weekly, "2025-01-01", "2026-01-12") == ["01-05", "01-12"]
    assert days(weekly, "2026-01-06", "2026-01-11") == []


def test_both_ends_of_the_window_belong_to_it() -> None:
    nine = datetime(2026, 1, 12, 9)

    assert starts(every("FREQ=WEEKLY"), nine, nine) == [nine]
    assert starts(every("FREQ=WEEKLY;COUNT=1", also_at=(nine,)), nine, nine) == [nine]


def test_exceptions_do_not_happen_and_additions_do() -> None:
    weekly = every(
        "FREQ=WEEKLY;COUNT=4",
        except_at=(datetime(2026, 1, 12, 9), datetime(2026, 1, 20, 9)),
        also_at=(datetime(2026, 1, 13, 9), datetime(2026, 1, 19, 9), datetime(2026, 1, 20, 9)),
    )

    assert days(weekly) == ["01-05", "01-13", "01-19", "01-26"]


def test_an_exception_is_of_one_time_and_not_of_a_day() -> None:
    twice_a_day = every("FREQ=DAILY;BYHOUR=9,15;COUNT=4", except_at=(datetime(2026, 1, 5, 15),))

    assert days(twice_a_day) == ["01-05", "01-06", "01-06"]


def test_a_count_counts_from_the_start_wherever_one_looks() -> None:
    assert days(every("FREQ=DAILY;COUNT=10"), "2026-01-12", "2026-02-01") == [
        "01-12",
        "01-13",
        "01-14",
    ]


def test_until_an_instant_is_until_what_the_wall_clock_reads_then() -> None:
    before_nine = every("FREQ=WEEKLY;UNTIL=20260119T075959Z")
    at_nine = every("FREQ=WEEKLY;UNTIL=20260119T080000Z")

    assert days(before_nine) == ["01-05", "01-12"]
    assert days(at_nine) == ["01-05", "01-12", "01-19"]


def test_until_a_day_includes_that_day() -> None:
    assert days(every("FREQ=WEEKLY;UNTIL=20260119")) == ["01-05", "01-12", "01-19"]


def test_a_yearly_week_is_kept_on_the_weekday_of_the_start() -> None:
    assert days(every("FREQ=YEARLY;BYWEEKNO=20"), "2026-01-01", "2027-12-31") == ["05-11", "05-17"]


def test_positions_count_the_whole_first_week() -> None:
    from_wednesday = every(
        "FREQ=WEEKLY;BYDAY=MO,WE,FR;BYSETPOS=1;COUNT=2", starts_at=datetime(2026, 1, 7, 9)
    )

    assert days(from_wednesday) == ["01-12", "01-19"]


def test_it_may_be_written_as_calendars_write_it() -> None:
    assert days(every("rrule:freq=weekly;count=2")) == ["01-05", "01-12"]


SOUND = [
    "FREQ=DAILY;INTERVAL=999",
    "FREQ=DAILY;COUNT=3660",
    "FREQ=DAILY;BYHOUR=0,23;BYMINUTE=0,59;BYMONTH=1,12",
    "FREQ=DAILY;BYHOUR=0,1,2,3,4,5,6,7,8,9,10,11;BYMINUTE=0,30",
    "FREQ=DAILY;BYMONTHDAY=31,-31,1,-1",
    "FREQ=YEARLY;BYWEEKNO=53,-53",
    "FREQ=YEARLY;BYYEARDAY=366,-366",
    "FREQ=YEARLY;BYYEARDAY=1,2;BYSETPOS=366,-366,1",
    "FREQ=YEARLY;BYDAY=53MO,-53TH",
    "FREQ=DAILY;UNTIL=29991231T000000Z",
]


@pytest.mark.parametrize("rule", SOUND)
def test_a_rule_at_the_limits_is_accepted(rule) -> None:
    assert list(faults_of_recurrence(every(rule))) == []


UNREADABLE = [
    "",
    "garbage",
    "FREQ=SECONDLY",
    "FREQ=MINUTELY",
    "FREQ=HOURLY",
    "BYDAY=MO",
    "FREQ=WEEKLY;FREQ=DAILY",
    "FREQ=WEEKLY;",
    "FREQ=WEEKLY;BYSECOND=1",
    "FREQ=WEEKLY;BYEASTER=0",
    "FREQ=WEEKLY;INTERVAL=0",
    "FREQ=WEEKLY;INTERVAL=1,2",
    "FREQ=WEEKLY;INTERVAL=99999999999999999999",
    "FREQ=WEEKLY;COUNT=0",
    "FREQ=WEEKLY;COUNT=3661",
    "FREQ=WEEKLY;INTERVAL=1000",
    "FREQ=WEEKLY;COUNT=2;UNTIL=20260119",
    "FREQ=WEEKLY;UNTIL=tomorrow",
    "FREQ=WEEKLY;UNTIL=20260230",
    "FREQ=WEEKLY;UNTIL=20260101T256000",
    "FREQ=WEEKLY;UNTIL=30000101T000000Z",
    "FREQ=WEEKLY;UNTIL=99991231T235959Z",
    "FREQ=WEEKLY;BYDAY=XX",
    "FREQ=WEEKLY;BYDAY=",
    "FREQ=WEEKLY;BYDAY=1MO",
    "FREQ=MONTHLY;BYDAY=MO,0MO",
    "FREQ=YEARLY;BYDAY=MO,54MO",
    "FREQ=YEARLY;BYWEEKNO=1;BYDAY=1MO",
    "FREQ=WEEKLY;BYMONTHDAY=1",
    "FREQ=MONTHLY;BYYEARDAY=1",
    "FREQ=DAILY;BYWEEKNO=1",
    "FREQ=MONTHLY;BYMONTHDAY=0,1",
    "FREQ=MONTHLY;BYMONTHDAY=1,32",
    "FREQ=MONTHLY;BYMONTHDAY=1,-32",
    "FREQ=YEARLY;BYWEEKNO=1,54",
    "FREQ=YEARLY;BYWEEKNO=1,-54",
    "FREQ=YEARLY;BYYEARDAY=1,367",
    "FREQ=YEARLY;BYYEARDAY=1,-367",
    "FREQ=YEARLY;BYYEARDAY=1,2;BYSETPOS=1,367",
    "FREQ=YEARLY;BYYEARDAY=1,2;BYSETPOS=1,-367",
    "FREQ=DAILY;BYMINUTE=0,60",
    "FREQ=MONTHLY;BYMONTHDAY=one",
    "FREQ=DAILY;BYHOUR=0,24",
    "FREQ=DAILY;BYHOUR=\u0661",
    "FREQ=DAILY;BYMONTH=0,1",
    "FREQ=DAILY;BYMONTH=1,13",
    "FREQ=WEEKLY;WKST=1",
]


@pytest.mark.parametrize("rule", UNREADABLE)
def test_a_rule_that_cannot_be_read_is_a_fault_of_the_rule(rule) -> None:
    assert [each.pointer for each in faults_of_recurrence(every(rule))] == ["/rule"]


HOSTILE = [
    "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
    "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=31",
    "FREQ=DAILY;INTERVAL=7;BYDAY=TU",
    "FREQ=YEARLY;BYYEARDAY=366;INTERVAL=100",
    "FREQ=WEEKLY;BYDAY=MO;BYSETPOS=2",
    "FREQ=DAILY;BYHOUR="
    + ",".join(map(str, range(24)))
    + ";BYMINUTE="
    + ",".join(map(str, range(60))),
]


@pytest.mark.parametrize("rule", HOSTILE)
@pytest.mark.timeout(20)
def test_a_rule_made_to_keep_us_busy_is_refused(rule) -> None:
    assert [each.pointer for each in faults_of_recurrence(every(rule))] == ["/rule"]


@pytest.mark.timeout(20)
def test_a_rule_of_long_ago_is_asked_a_thousand_times() -> None:
    """From its beginning on, that would be twenty million days."""
    ancient = every("FREQ=DAILY", starts_at=datetime(1970, 1, 1, 9))

    for _ in range(1000):
        assert len(days(ancient, "2026-03-01", "2026-03-02")) == 2


FAULTY: list[tuple[dict[str, Any], str]] = [
    ({"time_zone": "Europe/Atlantis"}, "/time_zone"),
    ({"starts_at": datetime.fromisoformat("2026-01-05T09:00+01:00")}, "/starts_at"),
    ({"starts_at": datetime(1, 1, 1)}, "/starts_at"),
    ({"starts_at": datetime(9999, 12, 31)}, "/starts_at"),
    ({"except_at": (datetime.fromisoformat("2026-01-05T09:00Z"),)}, "/except_at"),
    ({"also_at": (datetime.fromisoformat("2026-01-05T09:00Z"),)}, "/also_at"),
    ({"also_at": (datetime(2026, 1, 5, 9),) * 3661}, "/also_at"),
]


@pytest.mark.parametrize(("fields", "pointer"), FAULTY)
def test_a_recurrence_is_on_the_wall_clock_of_a_zone(fields, pointer) -> None:
    assert list(faults_of_recurrence(every("FREQ=WEEKLY"))) == []
    assert [each.pointer for each in faults_of_recurrence(every("FREQ=WEEKLY", **fields))] == [
        pointer
    ]
