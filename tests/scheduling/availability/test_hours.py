from datetime import timedelta

import pytest

from domain.scheduling.availability import open_intervals
from domain.scheduling.professionals import ALWAYS_OPEN, Settings, Week
from domain.values import TimeSlot
from domain.zones import to_utc, zone
from tests.scheduling.availability.examples import at, day, hours, open_daily, slot, written


def test_it_is_open_at_the_hours_of_the_wall_clock() -> None:
    paris = open_daily("09:00-12:00", "13:00-18:00")

    assert written(open_intervals(paris, day("2026-01-05"))) == [
        "05 08:00-05 11:00",
        "05 12:00-05 17:00",
    ]
    assert written(open_intervals(paris, day("2026-07-06"))) == [
        "06 07:00-06 10:00",
        "06 11:00-06 16:00",
    ]


def test_each_weekday_has_its_own_hours() -> None:
    paris = Settings(
        time_zone="Europe/Paris",
        hours=Week(monday=hours("09:00-12:00"), sunday=hours("10:00-11:00")),
    )

    week = slot("2026-01-05T00:00", "2026-01-12T00:00")

    assert written(open_intervals(paris, week)) == ["05 08:00-05 11:00", "11 09:00-11 10:00"]


def test_who_has_no_hours_is_closed() -> None:
    closed = Settings(time_zone="Europe/Paris", hours=Week())

    assert open_intervals(closed, slot("2026-01-05T00:00", "2026-02-05T00:00")) == []


def test_only_what_lies_in_the_window_is_given() -> None:
    paris = open_daily("09:00-12:00")

    assert written(open_intervals(paris, slot("2026-01-05T09:00", "2026-01-06T08:30"))) == [
        "05 09:00-05 11:00",
        "06 08:00-06 08:30",
    ]
    assert open_intervals(paris, slot("2026-01-05T11:00", "2026-01-06T08:00")) == []


def test_a_night_is_one_opening() -> None:
    nights = open_daily("00:00-04:00", "22:00-24:00", time_zone="UTC")

    assert written(open_intervals(nights, slot("2026-01-05T12:00", "2026-01-06T12:00"))) == [
        "05 22:00-06 04:00"
    ]


def test_who_never_closes_is_open_all_the_time() -> None:
    always = Settings(time_zone="Asia/Gaza", hours=ALWAYS_OPEN)
    year = slot("2026-01-01T00:00", "2027-01-01T00:00")

    assert open_intervals(always, year) == [year]


DAYS_OF_CHANGE = [
    ("Europe/Paris", "2027-03-28", 23),
    ("Europe/Paris", "2026-10-25", 25),
    ("America/New_York", "2027-03-14", 23),
    ("America/New_York", "2026-11-01", 25),
    ("America/Vancouver", "2026-03-08", 23),
    ("America/Vancouver", "2026-11-01", 24),
    ("Africa/Casablanca", "2026-02-15", 25),
    ("Africa/Casablanca", "2026-03-22", 23),
    ("Asia/Gaza", "2027-03-27", 23),
    ("Asia/Gaza", "2026-10-24", 25),
    ("Africa/Cairo", "2027-04-30", 23),
    ("America/Nuuk", "2026-03-28", 23),
    ("America/Nuuk", "2026-10-24", 25),
    ("America/Santiago", "2026-09-06", 23),
    ("Australia/Lord_Howe", "2027-04-04", 24.5),
]


@pytest.mark.parametrize(("name", "date", "length"), DAYS_OF_CHANGE)
def test_a_day_is_as_long_as_the_clocks_make_it(name, date, length) -> None:
    # Open on this day alone, from midnight to midnight.
    midnight = at(date).replace(tzinfo=None)
    weekday = f"{midnight:%A}".lower()
    settings = Settings(time_zone=name, hours=Week(**{weekday: hours("00:00-24:00")}))
    around = TimeSlot(at(date) - timedelta(days=2), at(date) + timedelta(days=3))

    [opening] = open_intervals(settings, around)

    assert opening.starts_at == to_utc(midnight, zone(name))
    assert opening.ends_at - opening.starts_at == timedelta(hours=length)


@pytest.mark.parametrize(("name", "date", "length"), DAYS_OF_CHANGE)
def test_the_clock_decides_when_to_open_on_the_day_of_change_too(name, date, length) -> None:
    settings = open_daily("09:00-17:00", time_zone=name)
    nine = to_utc(at(f"{date}T09:00").replace(tzinfo=None), zone(name))

    [opening] = open_intervals(
        settings, TimeSlot(nine - timedelta(hours=4), nine + timedelta(hours=12))
    )

    assert opening == TimeSlot(nine, nine + timedelta(hours=8))


def test_hours_that_end_in_the_hour_that_comes_twice_end_the_first_time() -> None:
    late = open_daily("00:00-02:30")

    assert written(open_intervals(late, slot("2026-10-24T12:00", "2026-10-25T12:00"))) == [
        "24 22:00-25 00:30"
    ]


def test_hours_that_begin_in_the_skipped_hour_begin_after_it() -> None:
    early = open_daily("02:30-06:00")

    assert written(open_intervals(early, day("2027-03-28"))) == ["28 01:30-28 04:00"]


def test_hours_that_are_skipped_altogether_do_not_happen() -> None:
    skipped = open_daily("02:15-03:00")

    assert open_intervals(skipped, day("2027-03-28")) == []
    assert written(open_intervals(skipped, day("2027-03-29"))) == ["29 00:15-29 01:00"]
