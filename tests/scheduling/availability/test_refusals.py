"""Why a slot cannot be booked, whoever else may have it."""

from datetime import datetime, timedelta

import pytest

from domain.messages import DomainError
from domain.scheduling.availability import (
    BeyondHorizon,
    Blocked,
    NoticeTooShort,
    OutsideHours,
    SlotInThePast,
    refuse_if_unavailable,
)
from domain.scheduling.professionals import Settings
from domain.scheduling.time_blocks import Once, TimeBlocks
from domain.values import TimeSlot
from tests.scheduling.availability.examples import (
    again_and_again,
    at,
    blocked_by,
    open_daily,
    slot,
    unblocked,
)

NOW = at("2026-11-21T08:00")
office = open_daily("09:00-12:00", "13:00-18:00", notice_minutes=60, horizon_days=30)
lunch_with_the_bank = blocked_by(Once(slot("2026-11-23T10:00", "2026-11-23T12:00")))


def refusal(
    wanted: TimeSlot,
    settings: Settings = office,
    blocks: TimeBlocks = unblocked,
    now: datetime = NOW,
    *,
    override: bool = False,
) -> DomainError | None:
    try:
        refuse_if_unavailable(wanted, settings, blocks, now=now, override=override)
    except DomainError as refused:
        return refused
    return None


def an_hour_from(start: str) -> TimeSlot:
    return TimeSlot(at(start), at(start) + timedelta(hours=1))


@pytest.mark.parametrize("start", ["2026-11-23T08:00", "2026-11-23T10:00", "2026-11-23T16:00"])
def test_a_slot_within_hours_can_be_booked_off_the_steps_too(start) -> None:
    assert refusal(an_hour_from(start)) is None
    assert (
        refusal(TimeSlot(at(start) + timedelta(minutes=7), at(start) + timedelta(minutes=59)))
        is None
    )


@pytest.mark.parametrize(
    "start",
    [
        "2026-11-23T07:59",
        "2026-11-23T10:01",
        "2026-11-23T11:30",
        "2026-11-23T16:01",
        "2026-11-23T22:00",
    ],
)
def test_a_slot_that_is_not_wholly_within_hours_is_outside_them(start) -> None:
    assert isinstance(refusal(an_hour_from(start)), OutsideHours)


def test_a_slot_over_a_break_is_outside_hours() -> None:
    assert isinstance(refusal(slot("2026-11-23T10:30", "2026-11-23T12:30")), OutsideHours)


def test_a_slot_over_midnight_is_within_the_hours_of_a_night() -> None:
    nights = open_daily("00:00-06:00", "22:00-24:00")

    assert refusal(slot("2026-11-23T22:00", "2026-11-24T04:00"), nights) is None


def test_the_same_wall_clock_is_within_hours_before_and_after_the_clocks_change() -> None:
    summer, winter = an_hour_from("2026-10-24T07:00"), an_hour_from("2026-10-25T08:00")
    now = at("2026-10-01T00:00")

    assert refusal(summer, now=now) is None
    assert refusal(winter, now=now) is None
    assert isinstance(refusal(an_hour_from("2026-10-25T07:00"), now=now), OutsideHours)


@pytest.mark.parametrize("start", ["2026-11-23T09:01", "2026-11-23T10:30", "2026-11-23T11:59"])
def test_a_slot_that_meets_a_block_is_blocked(start) -> None:
    always = open_daily("00:00-24:00")

    blocked = refusal(an_hour_from(start), always, lunch_with_the_bank)

    assert isinstance(blocked, Blocked)
    assert blocked.code == "blocked"


@pytest.mark.parametrize("start", ["2026-11-23T09:00", "2026-11-23T12:00"])
def test_a_slot_that_only_touches_a_block_can_be_booked(start) -> None:
    assert refusal(an_hour_from(start), open_daily("00:00-24:00"), lunch_with_the_bank) is None


def test_a_recurring_block_is_honoured_on_both_sides_of_the_change() -> None:
    mondays_at_noon = blocked_by(again_and_again("2026-01-05T13:00", "FREQ=WEEKLY", 60))
    now = at("2026-10-01T00:00")

    assert isinstance(
        refusal(an_hour_from("2026-10-19T11:00"), office, mondays_at_noon, now), Blocked
    )
    assert isinstance(
        refusal(an_hour_from("2026-10-26T12:00"), office, mondays_at_noon, now), Blocked
    )
    assert refusal(an_hour_from("2026-10-19T12:00"), office, mondays_at_noon, now) is None
    assert refusal(an_hour_from("2026-10-26T13:00"), office, mondays_at_noon, now) is None


def test_notice_is_needed() -> None:
    exactly, too_short = an_hour_from("2026-11-21T09:00"), an_hour_from("2026-11-21T08:59")

    assert refusal(exactly) is None
    refused = refusal(too_short)
    assert isinstance(refused, NoticeTooShort)
    assert refused.facts == {"bookable_from": at("2026-11-21T09:00")}


def test_who_is_open_to_the_horizon_is_open_to_the_end_of_that_day() -> None:
    nights = open_daily("00:00-24:00", horizon_days=2, time_zone="America/New_York")
    in_new_york = at("2026-11-21T23:00-05:00")

    last = slot("2026-11-23T23:45-05:00", "2026-11-24T00:45-05:00")
    too_far = slot("2026-11-24T00:00-05:00", "2026-11-24T01:00-05:00")

    assert refusal(last, nights, now=in_new_york) is None
    refused = refusal(too_far, nights, now=in_new_york)
    assert isinstance(refused, BeyondHorizon)
    assert refused.facts == {"bookable_until": at("2026-11-24T05:00")}


def test_the_past_and_the_present_moment_cannot_be_booked() -> None:
    no_notice = open_daily("00:00-24:00")

    assert isinstance(refusal(an_hour_from("2026-11-21T07:00"), no_notice), SlotInThePast)
    assert isinstance(refusal(an_hour_from("2026-11-21T08:00"), no_notice), SlotInThePast)
    assert refusal(an_hour_from("2026-11-21T08:01"), no_notice) is None


OVERRIDABLE = [
    ("2026-11-23T22:00", OutsideHours),
    ("2026-11-21T08:30", NoticeTooShort),
    ("2027-06-01T09:00", BeyondHorizon),
]


@pytest.mark.parametrize(("start", "reason"), OVERRIDABLE)
def test_the_owner_may_override_hours_notice_and_horizon(start, reason) -> None:
    assert isinstance(refusal(an_hour_from(start)), reason)
    assert refusal(an_hour_from(start), override=True) is None


@pytest.mark.parametrize(("start", "reason"), OVERRIDABLE)
def test_nothing_is_overridden_unless_the_owner_says_so(start, reason) -> None:
    with pytest.raises(reason):
        refuse_if_unavailable(an_hour_from(start), office, unblocked, now=NOW)


def test_the_owner_cannot_override_blocks_the_past_or_all_reason() -> None:
    in_the_block = an_hour_from("2026-11-23T10:30")

    assert isinstance(refusal(in_the_block, blocks=lunch_with_the_bank, override=True), Blocked)
    assert isinstance(refusal(an_hour_from("2026-11-21T07:00"), override=True), SlotInThePast)
    assert isinstance(refusal(an_hour_from("9999-12-31T22:00"), override=True), BeyondHorizon)


def test_the_owner_books_ten_years_ahead_and_no_farther() -> None:
    last = an_hour_from("2026-11-21T12:00").starts_at + timedelta(days=3660)
    always = open_daily("00:00-24:00")

    def booked(start: datetime) -> DomainError | None:
        return refusal(TimeSlot(start, start + timedelta(hours=1)), always, override=True)

    assert booked(last) is None
    assert isinstance(booked(last + timedelta(days=1)), BeyondHorizon)


def test_the_end_of_time_is_only_too_far_away() -> None:
    end_of_time = TimeSlot(at("9999-12-31T22:00"), at("9999-12-31T23:59"))

    assert isinstance(refusal(end_of_time), BeyondHorizon)
