"""How long one may ask about: whole days are days, whether the clock makes them long or short."""

from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from application.scheduling.availability import WindowInvalid, Wish, availability
from tests.scheduling.bookings.examples import ana, haircut
from tests.scheduling.bookings.salon import salon

ZONES: Final = ["Europe/Paris", "America/Havana", "Asia/Beirut", "Australia/Lord_Howe", "UTC"]


def asked(**wish: Any) -> Any:
    return availability(Wish(professional_id=ana, service_id=haircut, limit=1, **wish), salon())


@settings(max_examples=25)
@given(st.sampled_from(ZONES), st.dates(date(2026, 6, 1), date(2028, 1, 1)))
@example("Europe/Paris", date(2027, 8, 1))
def test_ninety_three_whole_days_can_be_asked_about_and_one_more_cannot(time_zone, first) -> None:
    asked(first=first, last=first + timedelta(days=92), time_zone=time_zone)

    with pytest.raises(WindowInvalid):
        asked(first=first, last=first + timedelta(days=93), time_zone=time_zone)


@settings(max_examples=25)
@given(st.sampled_from(ZONES), st.dates(date(2026, 6, 1), date(2028, 1, 1)))
def test_so_can_ninety_three_times_twenty_four_hours(time_zone, day) -> None:
    first = datetime(day.year, day.month, day.day, 8, tzinfo=UTC)

    asked(first=first, last=first + timedelta(days=93), time_zone=time_zone)


@pytest.mark.parametrize("first", [date(2027, 3, 25), date(2027, 10, 28)])
def test_a_week_from_a_day_on_is_seven_days_of_the_clock(first) -> None:
    past = salon(slot_step_minutes=60, horizon_days=1000)

    wish = Wish(professional_id=ana, duration_minutes=60, first=first, time_zone="Europe/Paris")
    found = availability(wish, past).data

    assert max(slot.local_start for slot in found).date() == first + timedelta(days=6)
