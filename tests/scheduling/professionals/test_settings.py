"""Which settings make sense, and how one learns which part does not."""

from typing import Any

import pytest
from msgspec.structs import replace

from api.scheduling.professionals import SettingsBody, WeekBody
from domain.scheduling.professionals import (
    ALWAYS_OPEN,
    FixedDeposit,
    Hours,
    InvalidSettings,
    PercentDeposit,
    Settings,
    Week,
    refuse_invalid,
)
from domain.values import Money
from tests.scheduling.professionals.examples import mornings


def faults_of(**settings: Any) -> list[tuple[str, str]]:
    """Return where and what, after making sure that the rest is sound."""
    refuse_invalid(mornings)
    try:
        refuse_invalid(replace(mornings, **settings))
    except InvalidSettings as refusal:
        faults: Any = refusal.facts["errors"]
        return [(fault.pointer, fault.code) for fault in faults]
    return []


SOUND = [
    {"hours": ALWAYS_OPEN},
    {"hours": Week()},
    {"hours": Week(monday=(Hours("00:00", "08:00"), Hours("08:00", "24:00")))},
    {"slot_step_minutes": 1},
    {"slot_step_minutes": 1440},
    {"horizon_days": 0},
    {"horizon_days": 1830},
    {"notice_minutes": 366 * 24 * 60},
    {"deposit": FixedDeposit(Money(1, "EUR"))},
    {"deposit": PercentDeposit(1)},
    {"deposit": PercentDeposit(100)},
    {"time_zone": "America/Argentina/ComodRivadavia"},
]


@pytest.mark.parametrize("settings", SOUND)
def test_settings_that_make_sense_are_accepted(settings) -> None:
    assert faults_of(**settings) == []


SENSELESS = [
    ({"time_zone": "Europe/Atlantis"}, "#/time_zone", "unknown-time-zone"),
    ({"time_zone": "../../etc/passwd"}, "#/time_zone", "unknown-time-zone"),
    ({"time_zone": ""}, "#/time_zone", "unknown-time-zone"),
    ({"time_zone": "America"}, "#/time_zone", "unknown-time-zone"),
    ({"slot_step_minutes": 0}, "#/slot_step_minutes", "out-of-range"),
    ({"slot_step_minutes": 1441}, "#/slot_step_minutes", "out-of-range"),
    ({"notice_minutes": -1}, "#/notice_minutes", "out-of-range"),
    ({"horizon_days": 1831}, "#/horizon_days", "out-of-range"),
    ({"notice_minutes": 366 * 24 * 60 + 1}, "#/notice_minutes", "out-of-range"),
    ({"horizon_days": -1}, "#/horizon_days", "out-of-range"),
    ({"cancellation_window_minutes": -1}, "#/cancellation_window_minutes", "out-of-range"),
    ({"buffer_before_minutes": -1}, "#/buffer_before_minutes", "out-of-range"),
    ({"buffer_after_minutes": 1441}, "#/buffer_after_minutes", "out-of-range"),
    ({"deposit": FixedDeposit(Money(0, "EUR"))}, "#/deposit/amount/amount", "out-of-range"),
    ({"deposit": PercentDeposit(0)}, "#/deposit/percent", "out-of-range"),
    ({"deposit": PercentDeposit(101)}, "#/deposit/percent", "out-of-range"),
]


@pytest.mark.parametrize(("settings", "pointer", "code"), SENSELESS)
def test_settings_that_make_no_sense_are_refused_where_they_do_not(settings, pointer, code) -> None:
    assert faults_of(**settings) == [(pointer, code)]


@pytest.mark.parametrize(
    "reading", ["9:00", "09:0", "24:01", "23:60", "0900", "", "\u0660\u0669:00", "09:00\n"]
)
def test_hours_are_readings_of_a_24_hour_clock(reading) -> None:
    saturday = (Hours("08:00", "08:30"), Hours(reading, "24:00"))

    assert faults_of(hours=Week(saturday=saturday)) == [
        ("#/hours/saturday/1/opens", "not-a-time-of-day")
    ]


@pytest.mark.parametrize("closes", ["09:00", "08:59"])
def test_one_closes_after_one_opens(closes) -> None:
    assert faults_of(hours=Week(tuesday=(Hours("09:00", closes),))) == [
        ("#/hours/tuesday/0/closes", "ends-before-it-starts")
    ]


def test_the_hours_of_a_day_are_in_order_and_apart() -> None:
    overlapping = (Hours("09:00", "12:00"), Hours("11:59", "13:00"))

    assert faults_of(hours=Week(sunday=overlapping)) == [
        ("#/hours/sunday/1/opens", "hours-overlap")
    ]


def test_every_fault_is_named_at_once() -> None:
    everything_wrong = Settings(
        time_zone="Mars",
        hours=Week(monday=(Hours("10:00", "09:00"),), friday=(Hours("?", "09:00"),)),
        notice_minutes=-1,
    )

    with pytest.raises(InvalidSettings) as refusal:
        refuse_invalid(everything_wrong)

    faults: Any = refusal.value.facts["errors"]
    assert [fault.pointer for fault in faults] == [
        "#/time_zone",
        "#/hours/monday/0/closes",
        "#/hours/friday/0/opens",
        "#/notice_minutes",
    ]


def test_who_says_no_more_can_be_booked_every_quarter_of_an_hour_a_year_ahead() -> None:
    plain = Settings(time_zone="UTC", hours=Week())

    assert plain == Settings(
        time_zone="UTC",
        hours=Week(),
        slot_step_minutes=15,
        notice_minutes=0,
        horizon_days=365,
        cancellation_window_minutes=0,
        buffer_before_minutes=0,
        buffer_after_minutes=0,
        deposit=None,
        auto_confirm=False,
        pending_holds_slot=True,
        language="en",
    )
    assert SettingsBody(time_zone="UTC", hours=WeekBody()).settings() == plain
