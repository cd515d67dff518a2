"""When does somebody work who is to do something else than be booked?"""

from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.scheduling.availability import blocked_intervals, open_intervals
from domain.scheduling.professionals import Hours, Settings, Week
from domain.scheduling.time_blocks import Once, TimeBlocks
from domain.scheduling.working_hours import WEEKS, is_away, next_at_work
from domain.values import BlockId, TimeSlot

DAY: Final = (Hours("09:00", "12:00"), Hours("13:00", "18:00"))
IN_PARIS: Final = Settings(
    time_zone="Europe/Paris", hours=Week(monday=DAY, tuesday=DAY, friday=DAY)
)
NOTHING: Final = TimeBlocks()


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}:00+01:00").astimezone(UTC)


def away(*slots: tuple[datetime, datetime]) -> TimeBlocks:
    return TimeBlocks(
        {BlockId(f"block-{n}"): Once(TimeSlot(*slot)) for n, slot in enumerate(slots)}
    )


@pytest.mark.parametrize(
    ("moment", "following"),
    [
        ("2027-01-04T10:00", "2027-01-04T10:00"),
        ("2027-01-04T08:00", "2027-01-04T09:00"),
        ("2027-01-04T12:00", "2027-01-04T13:00"),
        ("2027-01-04T18:00", "2027-01-05T09:00"),
        ("2027-01-06T10:00", "2027-01-08T09:00"),
        ("2027-01-08T19:00", "2027-01-11T09:00"),
    ],
)
def test_who_does_not_work_then_does_so_when_they_open(moment: str, following: str) -> None:
    assert next_at_work(IN_PARIS, NOTHING, at(moment)) == at(following)


def test_who_is_away_works_when_they_are_back() -> None:
    lunch = away((at("2027-01-04T11:00"), at("2027-01-04T13:30")))
    week = away((at("2027-01-04T00:00"), at("2027-01-10T00:00")))

    assert next_at_work(IN_PARIS, lunch, at("2027-01-04T11:30")) == at("2027-01-04T13:30")
    assert next_at_work(IN_PARIS, week, at("2027-01-04T10:00")) == at("2027-01-11T09:00")


def test_who_has_no_hours_or_is_away_for_long_is_not_waited_for() -> None:
    never = Settings(time_zone="Europe/Paris", hours=Week())
    long = away((at("2026-12-01T00:00"), at("2028-01-01T00:00")))

    for settings, blocks in ((never, NOTHING), (IN_PARIS, long)):
        assert next_at_work(settings, blocks, at("2027-01-04T03:00")) == at("2027-01-04T03:00")


def test_who_is_away_is_so_from_the_first_moment_to_the_last() -> None:
    begin, end = at("2027-01-04T10:00"), at("2027-01-04T11:00")
    moment = timedelta(microseconds=1)

    found = [is_away(away((begin, end)), each) for each in (begin, end - moment)]
    others = [is_away(away((begin, end)), each) for each in (begin - moment, end)]
    assert (found, others) == ([True, True], [False, False])


MOMENTS: Final = st.datetimes(
    datetime(2027, 3, 1),  # noqa: DTZ001 - hypothesis gives it its zone
    datetime(2027, 4, 20),  # noqa: DTZ001
    timezones=st.just(UTC),
)
SLOTS: Final = st.tuples(MOMENTS, st.timedeltas(timedelta(minutes=1), timedelta(days=9))).map(
    lambda each: (each[0], each[0] + each[1])
)


@given(MOMENTS, st.lists(SLOTS, max_size=5))
def test_it_is_the_first_moment_at_which_they_are_open_and_nothing_is_blocked(
    moment: datetime, blocked: list[tuple[datetime, datetime]]
) -> None:
    blocks = away(*blocked)
    found = next_at_work(IN_PARIS, blocks, moment)

    until = TimeSlot(moment, moment + timedelta(weeks=WEEKS))
    hours, taken = open_intervals(IN_PARIS, until), blocked_intervals(blocks, until)
    edges = sorted({moment, *(e.starts_at for e in hours), *(e.ends_at for e in taken)})
    at_work = [
        edge
        for edge in edges
        if any(each.starts_at <= edge < each.ends_at for each in hours)
        and not any(each.starts_at <= edge < each.ends_at for each in taken)
    ]
    assert found == min(at_work, default=moment)
