# ruff: noqa: DTZ001 (what a wall clock reads has no zone)
from datetime import datetime

from msgspec.structs import replace

from domain.scheduling.availability import blocked_intervals
from domain.scheduling.time_blocks import Once, OnceOnTheClock
from tests.scheduling.availability.examples import (
    again_and_again,
    blocked_by,
    day,
    slot,
    unblocked,
    written,
)


def test_nothing_is_blocked_without_blocks() -> None:
    assert blocked_intervals(unblocked, day("2026-01-05")) == []


def test_blocks_are_given_within_the_window_in_order_and_as_one_where_they_meet() -> None:
    blocks = blocked_by(
        Once(slot("2026-01-05T16:00", "2026-01-05T17:00")),
        Once(slot("2026-01-05T12:00", "2026-01-05T14:00")),
        Once(slot("2026-01-05T13:00", "2026-01-05T13:30")),
        Once(slot("2026-01-05T14:00", "2026-01-05T15:00")),
        Once(slot("2026-01-05T23:00", "2026-01-06T01:00")),
        Once(slot("2026-01-06T01:00", "2026-01-06T02:00")),
    )

    assert written(blocked_intervals(blocks, day("2026-01-05"))) == [
        "05 12:00-05 15:00",
        "05 16:00-05 17:00",
        "05 23:00-06 00:00",
    ]


def test_a_block_on_the_clock_is_where_the_clock_has_it() -> None:
    summer_holiday = OnceOnTheClock(
        starts_at=datetime(2027, 3, 27, 12),
        ends_at=datetime(2027, 3, 28, 12),
        time_zone="Europe/Paris",
    )

    blocked = blocked_intervals(
        blocked_by(summer_holiday), slot("2027-03-01T00:00", "2027-04-01T00:00")
    )

    assert written(blocked) == ["27 11:00-28 10:00"]


def test_lunch_stays_at_noon_when_the_clocks_change() -> None:
    lunch = blocked_by(again_and_again("2026-01-04T12:00", "FREQ=WEEKLY", 60))

    spring = blocked_intervals(lunch, slot("2027-03-21T00:00", "2027-04-05T00:00"))
    autumn = blocked_intervals(lunch, slot("2026-10-18T00:00", "2026-11-02T00:00"))

    assert written(spring) == ["21 11:00-21 12:00", "28 10:00-28 11:00", "04 10:00-04 11:00"]
    assert written(autumn) == ["18 10:00-18 11:00", "25 11:00-25 12:00", "01 11:00-01 12:00"]


def test_a_night_off_ends_when_the_clock_says_so_in_the_night_of_change_too() -> None:
    nights = blocked_by(again_and_again("2026-01-01T22:00", "FREQ=DAILY", 8 * 60))

    shorter = blocked_intervals(nights, slot("2027-03-27T12:00", "2027-03-28T12:00"))
    longer = blocked_intervals(nights, slot("2026-10-24T12:00", "2026-10-25T12:00"))

    assert written(shorter) == ["27 21:00-28 04:00"]
    assert written(longer) == ["24 20:00-25 05:00"]


def test_ramadan_moves_the_afternoon_prayer_by_an_hour_of_utc() -> None:
    prayer = blocked_by(again_and_again("2026-01-01T16:00", "FREQ=DAILY", 30, "Africa/Casablanca"))

    assert written(blocked_intervals(prayer, day("2026-02-14"))) == ["14 15:00-14 15:30"]
    assert written(blocked_intervals(prayer, day("2026-02-15"))) == ["15 16:00-15 16:30"]
    assert written(blocked_intervals(prayer, day("2026-03-22"))) == ["22 15:00-22 15:30"]


def test_a_break_in_the_hour_that_is_skipped_is_kept_after_it() -> None:
    short_break = blocked_by(again_and_again("2026-01-01T02:30", "FREQ=DAILY", 30))

    assert written(blocked_intervals(short_break, day("2027-03-28"))) == ["28 01:30-28 02:00"]


def test_a_block_that_began_long_before_the_window_is_felt_in_it() -> None:
    month_off = blocked_by(again_and_again("2026-01-01T00:00", "FREQ=YEARLY", 31 * 24 * 60, "UTC"))

    assert written(blocked_intervals(month_off, day("2027-01-31"))) == ["31 00:00-01 00:00"]
    assert blocked_intervals(month_off, day("2027-02-01")) == []


def test_excepted_times_are_not_blocked_and_additional_ones_are() -> None:
    weekly = again_and_again("2026-01-05T12:00", "FREQ=WEEKLY;UNTIL=20260112", 60, "UTC")
    moved = replace(
        weekly,
        recurrence=replace(
            weekly.recurrence,
            except_at=(datetime(2026, 1, 12, 12),),
            also_at=(datetime(2026, 1, 13, 12),),
        ),
    )

    blocked = blocked_intervals(blocked_by(moved), slot("2026-01-01T00:00", "2026-02-01T00:00"))

    assert written(blocked) == ["05 12:00-05 13:00", "13 12:00-13 13:00"]
