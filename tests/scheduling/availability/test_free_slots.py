from datetime import datetime, timedelta
from typing import Any

import pytest

from domain.scheduling.availability import Span, free_slots
from domain.scheduling.professionals import Settings
from domain.scheduling.time_blocks import Once, TimeBlocks
from domain.values import TimeSlot
from tests.scheduling.availability.examples import (
    again_and_again,
    at,
    blocked_by,
    day,
    open_daily,
    slot,
    unblocked,
    written,
)

LONG_AGO = at("2026-01-01T00:00")
an_hour = Span(timedelta(hours=1))


def starts(
    settings: Settings,
    window: TimeSlot,
    *reserved: TimeSlot,
    span: Span = an_hour,
    blocks: TimeBlocks = unblocked,
    now: datetime = LONG_AGO,
    **limit: Any,
) -> str:
    """Return the UTC times at which free slots begin."""
    found = free_slots(span, settings, blocks, reserved, window, now=now, **limit)
    assert all(each.ends_at - each.starts_at == span.duration for each in found)
    return " ".join(f"{each.starts_at:%H:%M}" for each in found)


def in_london(*hours: str, **settings: Any) -> Settings:
    return open_daily(*hours, **{"time_zone": "Europe/London", "slot_step_minutes": 30} | settings)


MONDAY = day("2026-01-05")


def test_slots_begin_on_steps_from_each_opening_and_end_before_it_closes() -> None:
    assert starts(in_london("09:10-11:00", "13:00-14:15"), MONDAY) == "09:10 09:40 13:00"


def test_slots_may_go_on_from_one_opening_into_the_next_when_they_meet() -> None:
    assert starts(in_london("09:00-10:15", "10:15-11:30"), MONDAY) == "09:00 09:30 10:00 10:15"


def test_what_is_reserved_is_not_free() -> None:
    reserved = slot("2026-01-05T10:00", "2026-01-05T11:00")

    assert starts(in_london("09:00-12:30"), MONDAY, reserved) == "09:00 11:00 11:30"


def test_an_after_buffer_pushes_the_next_visit_on() -> None:
    # 10:00 to 11:00 is booked, and a quarter of an hour to tidy up.
    quarter_hours = in_london("10:00-13:00", slot_step_minutes=15)
    reserved = slot("2026-01-05T10:00", "2026-01-05T11:15")

    assert starts(quarter_hours, MONDAY, reserved) == "11:15 11:30 11:45 12:00"


def test_the_buffers_of_a_visit_keep_away_from_what_is_reserved() -> None:
    quarter_hours = in_london("09:00-14:00", slot_step_minutes=15)
    reserved = slot("2026-01-05T11:00", "2026-01-05T11:30")
    span = Span(timedelta(hours=1), before=timedelta(minutes=30), after=timedelta(minutes=15))

    assert starts(quarter_hours, MONDAY, reserved, span=span) == (
        "09:00 09:15 09:30 09:45 12:00 12:15 12:30 12:45 13:00"
    )


def test_buffers_may_reach_beyond_hours_and_into_blocks() -> None:
    span = Span(timedelta(hours=1), before=timedelta(hours=1), after=timedelta(hours=1))
    blocks = blocked_by(Once(slot("2026-01-05T10:00", "2026-01-05T10:30")))

    assert starts(in_london("09:00-11:30"), MONDAY, span=span, blocks=blocks) == "09:00 10:30"


def test_nothing_is_free_during_a_block() -> None:
    lunch = blocked_by(again_and_again("2026-01-01T12:00", "FREQ=DAILY", 60, "Europe/London"))

    assert starts(in_london("11:00-14:30"), MONDAY, blocks=lunch) == "11:00 13:00 13:30"


def test_overlapping_reservations_are_each_respected() -> None:
    # A long one begins before a short one and ends after it.
    reserved = (
        slot("2026-01-05T09:00", "2026-01-05T12:00"),
        slot("2026-01-05T09:30", "2026-01-05T10:00"),
    )

    assert starts(in_london("09:00-13:00"), MONDAY, *reserved) == "12:00"
    assert starts(in_london("09:00-13:00"), MONDAY, *reversed(reserved)) == "12:00"


def test_a_slot_between_two_reservations_that_fits_exactly_is_free() -> None:
    reserved = (
        slot("2026-01-05T08:00", "2026-01-05T10:00"),
        slot("2026-01-05T11:00", "2026-01-05T13:00"),
    )

    assert starts(in_london("09:00-13:00"), MONDAY, *reserved) == "10:00"


def test_slots_begin_in_the_window_and_may_end_after_it() -> None:
    always = in_london("00:00-24:00", slot_step_minutes=20)
    first, second = (
        slot("2026-01-05T10:00", "2026-01-05T10:40"),
        slot("2026-01-05T10:40", "2026-01-05T11:20"),
    )

    assert starts(always, first) == "10:00 10:20"
    assert starts(always, second) == "10:40 11:00"


def test_steps_do_not_depend_on_the_window() -> None:
    assert (
        starts(in_london("09:00-12:00"), slot("2026-01-05T09:10", "2026-01-05T10:10"))
        == "09:30 10:00"
    )


def test_slots_of_the_past_or_too_soon_are_not_offered() -> None:
    hourly = in_london("09:00-13:00", slot_step_minutes=60)

    assert starts(hourly, MONDAY, now=at("2026-01-05T10:00")) == "11:00 12:00"
    notice = in_london("09:00-13:00", slot_step_minutes=60, notice_minutes=60)
    assert starts(notice, MONDAY, now=at("2026-01-05T10:00")) == "11:00 12:00"
    assert starts(notice, MONDAY, now=at("2026-01-05T10:01")) == "12:00"


def test_slots_beyond_the_horizon_are_not_offered() -> None:
    two_days = in_london("12:00-13:00", horizon_days=1)
    week = slot("2026-01-05T00:00", "2026-01-12T00:00")

    found = free_slots(an_hour, two_days, unblocked, [], week, now=at("2026-01-05T09:00"))

    assert written(found) == ["05 12:00-05 13:00", "06 12:00-06 13:00"]


def test_at_most_so_many_are_given_the_earliest_first() -> None:
    assert starts(in_london("09:00-17:00"), MONDAY, limit=3) == "09:00 09:30 10:00"


@pytest.mark.parametrize(
    "window",
    [
        slot("2025-01-01T00:00", "2025-12-31T00:00"),
        slot("2026-01-05T00:00", "2026-01-05T00:00"),
        slot("2026-01-06T00:00", "2026-01-05T00:00"),
    ],
)
def test_nothing_is_free_in_a_window_that_is_over_or_empty(window) -> None:
    assert starts(in_london("00:00-24:00"), window) == ""


def test_a_visit_longer_than_any_opening_is_never_free() -> None:
    assert starts(in_london("09:00-12:00"), MONDAY, span=Span(timedelta(hours=4))) == ""


def test_slots_of_a_window_without_end_are_those_up_to_the_horizon() -> None:
    ever = TimeSlot(at("0001-01-01T00:00"), at("9999-12-31T23:59"))
    monthly = in_london("12:00-13:00", horizon_days=30)

    assert len(free_slots(an_hour, monthly, unblocked, [], ever, now=LONG_AGO)) == 31


# --- On the days of change ------------------------------------------------------------


def test_the_hour_that_is_skipped_is_not_offered() -> None:
    nights = open_daily("00:00-05:00")

    shorter_day = slot("2027-03-27T23:00", "2027-03-28T22:00")

    assert starts(nights, shorter_day) == "23:00 00:00 01:00 02:00"


def test_the_hour_that_comes_twice_is_offered_twice() -> None:
    nights = open_daily("00:00-05:00")

    assert starts(nights, day("2026-10-25", "+02:00")) == "22:00 23:00 00:00 01:00 02:00 03:00"


def test_steps_stay_on_the_wall_clock_after_a_change_of_half_an_hour() -> None:
    # On Lord Howe Island clocks go back from 02:00 to 01:30 (15:00Z).
    island = open_daily("00:00-05:00", time_zone="Australia/Lord_Howe")

    assert starts(island, day("2027-04-04", "+11:00")) == "13:00 14:00 15:30 16:30 17:30"


def test_the_same_wall_clock_is_offered_before_and_after_the_change() -> None:
    office = open_daily("09:00-11:00")

    assert starts(office, day("2026-10-24")) == "07:00 08:00"
    assert starts(office, day("2026-10-25")) == "08:00 09:00"


def test_december_in_vancouver_is_seven_hours_behind() -> None:
    clinic = open_daily("10:00-12:00", time_zone="America/Vancouver")

    assert starts(clinic, day("2026-12-10")) == "17:00 18:00"
