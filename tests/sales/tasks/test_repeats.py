# ruff: noqa: DTZ001 (what hypothesis draws from is given its zone there)
"""When is a task to be done again? dateutil says which days, and the clock on the wall at what time."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, Final

import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from application.use_cases import USE_CASES
from domain.people.clients import CLIENT, ClientErased
from domain.records import ChangeRecord, CreateRecord, RemoveRecord
from domain.sales.repeats import MOST_TIMES, Repeats, Unit, next_time
from domain.sales.tasks import (
    TASKS,
    CompleteTask,
    RepetitionUnclear,
    Task,
    TaskNeverDue,
    TaskStatus,
    successor_of,
)
from domain.values import UserId
from domain.zones import to_local, to_utc, zone
from tests.in_memory import InMemory
from tests.mail.examples import client_registered, zoe

MONDAY: Final = datetime(2027, 1, 4, 8, tzinfo=UTC)
PARIS: Final = zone("Europe/Paris")
DELTAS: Final = {Unit.DAY: "days", Unit.WEEK: "weeks", Unit.MONTH: "months", Unit.YEAR: "years"}
ZONES: Final = ("Europe/Paris", "America/New_York", "Asia/Kolkata", "Pacific/Apia", "UTC")
MOMENTS: Final = st.datetimes(
    datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)
).map(lambda at: at.replace(microsecond=0))


@st.composite
def repeated(draw: st.DrawFn) -> Repeats:
    return Repeats(
        unit=draw(st.sampled_from(Unit)),
        time_zone=draw(st.sampled_from(ZONES)),
        every=draw(st.integers(1, 40)),
    )


def judged(repeats: Repeats, first: datetime, number: int) -> datetime:
    """Return the `number`th time after the first as dateutil has it: a month without such a day ends it
    on its last.
    """
    where = zone(repeats.time_zone)
    step = relativedelta(**{DELTAS[repeats.unit]: repeats.every * number})  # type: ignore[arg-type]
    return to_utc(to_local(first, where) + step, where)


@given(repeated(), MOMENTS, st.integers(0, 60))
def test_one_that_is_done_in_time_is_due_next_when_dateutil_says(
    repeats: Repeats, first: datetime, number: int
) -> None:
    repeats = replace(repeats, since=first)
    due_at = judged(repeats, first, number)

    assert next_time(repeats, due_at, due_at) == judged(repeats, first, number + 1)


@given(repeated(), MOMENTS, st.timedeltas(timedelta(0), timedelta(days=900)))
def test_what_was_missed_is_not_made_up_for_and_no_time_to_come_is_left_out(
    repeats: Repeats, first: datetime, late: timedelta
) -> None:
    now = first + late
    found = next_time(repeats, first, now)

    assert found is not None
    times = (judged(repeats, first, number) for number in count(1))
    assert found == next(each for each in times if each > now)


@given(repeated(), MOMENTS, st.integers(1, 30))
def test_for_so_many_times_it_is_done_and_no_more(
    repeats: Repeats, first: datetime, times: int
) -> None:
    repeats, done = replace(repeats, times=times, since=first), 1
    due: datetime | None = next_time(repeats, first, first)
    while due is not None and done < 40:
        done, due = done + 1, next_time(repeats, due, due)

    assert done == times


@given(repeated(), MOMENTS, MOMENTS)
def test_until_then_and_no_later(repeats: Repeats, first: datetime, until: datetime) -> None:
    without, found = (
        next_time(each, first, first) for each in (repeats, replace(repeats, until=until))
    )

    assert without is not None
    assert found == (without if without <= until else None)


@pytest.mark.parametrize(
    ("first", "following"),
    [
        ("2027-01-31", ["2027-02-28", "2027-03-31", "2027-04-30"]),
        ("2027-12-30", ["2028-01-30", "2028-02-29", "2028-03-30"]),
    ],
)
def test_where_a_month_has_no_such_day_its_last_is_meant_and_the_day_is_not_forgotten(
    first: str, following: list[str]
) -> None:
    due = datetime.fromisoformat(f"{first}T08:00:00+00:00")
    monthly, found = Repeats(unit=Unit.MONTH, time_zone="UTC", since=due), []
    for _ in following:
        due = next_time(monthly, due, due)  # type: ignore[assignment]
        found.append(due.date().isoformat())

    assert found == following


def test_nine_o_clock_stays_nine_o_clock_when_the_clocks_change() -> None:
    weekly = Repeats(unit=Unit.WEEK, time_zone="Europe/Paris")
    before = datetime(2027, 3, 22, 8, tzinfo=UTC)

    assert next_time(weekly, before, before) == datetime(2027, 3, 29, 7, tzinfo=UTC)


def test_a_leap_day_is_the_last_of_february_in_other_years() -> None:
    yearly, leap = Repeats(unit=Unit.YEAR, time_zone="UTC"), datetime(2028, 2, 29, 9, tzinfo=UTC)

    assert next_time(yearly, leap, leap) == datetime(2029, 2, 28, 9, tzinfo=UTC)


# --- One after the other ----------------------------------------------------------------

task_id: Final = "task-0198c0de-0000-7000-8000-000000000001"
noor: Final = UserId("user-0198c0de-0000-7000-8000-000000000002")
daily: Final = Repeats(unit=Unit.DAY, time_zone="Europe/Paris")
task: Final = Task(due_at=MONDAY, title="Count the till", repeats=daily)
complete: Final = CompleteTask(id=task_id)


class Desk(InMemory):
    """A business with one task."""

    def __init__(self, task: Task = task) -> None:
        super().__init__(USE_CASES, MONDAY)
        self.record(zoe, client_registered)
        self.run(CreateRecord(kind="task", id=task_id, values=task))

    def task(self, id_: str) -> Task | None:
        values: Task | None = self.of(TASKS.aggregate, id_).values
        return values

    def change(self, **fields: Any) -> None:
        known = self.task(task_id)
        assert known is not None
        self.run(ChangeRecord(kind="task", id=task_id, values=replace(known, **fields)))


def test_what_repeats_is_there_again_as_soon_as_it_is_done() -> None:
    desk = Desk()

    recorded = desk.run(complete)

    assert [type(event).__name__ for event in recorded] == ["TaskCompleted", "TaskCreated"]
    following = desk.task(successor_of(task_id))
    assert following == replace(
        task, due_at=MONDAY + timedelta(days=1), repeats=replace(daily, since=MONDAY)
    )


def test_it_is_there_once_however_often_it_is_done() -> None:
    desk = Desk()
    desk.run(complete)
    desk.run(complete)
    desk.change(status=TaskStatus.OPEN, completed_at=None)
    desk.now += timedelta(days=5)
    again = desk.run(complete)

    assert [type(event).__name__ for event in again] == ["TaskCompleted"]


def test_who_says_that_it_is_done_by_changing_it_has_the_next_too() -> None:
    desk = Desk()
    desk.change(status=TaskStatus.DONE, completed_at=MONDAY)

    assert desk.task(successor_of(task_id)) is not None


def test_what_was_removed_comes_no_more() -> None:
    desk = Desk()
    desk.run(RemoveRecord(kind="task", id=task_id))

    assert desk.task(successor_of(task_id)) is None


def test_what_does_not_repeat_and_the_last_are_followed_by_nothing() -> None:
    for repeats in (None, replace(daily, times=1), replace(daily, until=MONDAY)):
        desk = Desk(replace(task, repeats=repeats))
        desk.run(complete)
        assert desk.task(successor_of(task_id)) is None


def test_nobody_is_given_the_next_who_works_here_no_longer() -> None:
    desk = Desk(replace(task, client_id=zoe))
    desk.streams[task_id] = [
        TASKS.created(id=task_id, values=replace(task, client_id=zoe, assignee_id=noor))
    ]
    desk.run(complete)

    following = desk.task(successor_of(task_id))
    assert following is not None
    assert (following.assignee_id, following.client_id) == (None, zoe)


def test_nothing_is_done_again_for_who_is_erased() -> None:
    desk = Desk(replace(task, client_id=zoe))
    desk.record(zoe, ClientErased(client_id=zoe, streams=(zoe,)))
    desk.run(complete)

    assert desk.of(CLIENT, zoe).erased
    assert desk.task(successor_of(task_id)) is None


@pytest.mark.parametrize(
    "repeats",
    [
        replace(daily, time_zone="Mars/Olympus"),
        replace(daily, times=3, until=MONDAY),
        replace(daily, until=datetime(3000, 1, 1, tzinfo=UTC)),
        replace(daily, since=datetime(1969, 1, 1, tzinfo=UTC)),
    ],
)
def test_what_cannot_be_repeated_is_refused(repeats: Repeats) -> None:
    with pytest.raises(RepetitionUnclear):
        Desk(replace(task, repeats=repeats))


def test_a_task_is_due_while_there_are_calendars() -> None:
    for year in (1969, 3000):
        with pytest.raises(TaskNeverDue):
            Desk(replace(task, due_at=MONDAY.replace(year=year)))


def test_the_longest_way_is_found_in_time() -> None:
    last = datetime(2999, 12, 31, 23, tzinfo=UTC)
    for unit in Unit:
        most = Repeats(unit=unit, time_zone="UTC", every=999, times=MOST_TIMES)
        assert next_time(most, last, last) == judged(most, last, 1)
