"""How leads do: who came, from where, how soon they were answered, how far they are, who was won.

Periods are days, ISO weeks or months by the clock of the business; the first and the last may be a part of
one. What is said of a period is said of those who came in it, as they are by now; but for `converted`, which
is who was won in it, whenever they came.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import islice, pairwise
from typing import Final

from domain.messages import Invalid, Value
from domain.sales.leads import LeadStatus
from domain.zones import to_utc, zone

MOST_PERIODS: Final = 400

MOST_LEADS: Final = 100_000
"""Of one question."""

MOST_SOURCES: Final = 20
"""That are told by name: those from which most came."""

A_DAY: Final = timedelta(days=1)


class By(StrEnum):
    """In periods of which length something is counted."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


# --- What is told -----------------------------------------------------------------------------


class FirstResponse(Value, frozen=True, kw_only=True):
    """How soon those who were answered were answered first, in seconds: the wait of whom half of them, or
    95 of a hundred, waited no longer than (nearest rank: it is always somebody's).
    """

    answered: int = 0
    median_seconds: int | None = None
    p95_seconds: int | None = None


class SourceFigures(Value, frozen=True, kw_only=True):
    """Those who came from one source at first. Without a `source` it is not known; or, where it `is_rest`,
    it is one of all that are not told by name.
    """

    source: str | None = None
    is_rest: bool = False
    opened: int
    opened_and_converted: int
    conversion_rate: float | None


class StatusFigures(Value, frozen=True, kw_only=True):
    """How many are in a status `now`; and of those who `left` it, for how many seconds they were there, all
    their stays added up, in the median (nearest rank).
    """

    status: LeadStatus
    now: int = 0
    left: int = 0
    median_seconds: int | None = None


class LeadFigures(Value, frozen=True, kw_only=True):
    """Of those who `opened`, how many are won by now; the rate is null where nobody came. `converted` were
    won in the period, whenever they came. Sources add up to `opened`, and so does who is where `now`.
    """

    opened: int
    opened_and_converted: int
    conversion_rate: float | None
    converted: int
    first_response: FirstResponse
    sources: Sequence[SourceFigures]
    pipeline: Sequence[StatusFigures]


class PeriodFigures(LeadFigures, frozen=True, kw_only=True):
    """A period begins on a day by the clock of the business; `ends_at` is not in it."""

    starts_on: date
    starts_at: datetime
    ends_at: datetime


class LeadAnalytics(Value, frozen=True, kw_only=True):
    """How leads did in each of some periods, and in all of them together."""

    time_zone: str
    by: By
    total: LeadFigures
    periods: Sequence[PeriodFigures]


def rate(part: int, whole: int) -> float | None:
    """Return a share, to four digits; of nothing there is none."""
    return round(part / whole, 4) if whole else None


# --- What is asked ----------------------------------------------------------------------------


class PeriodsInvalid(Invalid):
    """The last day comes after the first, and there are 400 periods at most between them."""

    most: int


class TooManyLeads(Invalid):
    """So many leads came in this time that they are not counted at once; ask for a shorter one."""

    most: int


class Period(Value, frozen=True):
    """From an instant, at which a day begins, until before another."""

    starts_on: date
    starts_at: datetime
    ends_at: datetime


def periods_of(
    by: By, first: date | None, until: date | None, *, today: date, time_zone: str
) -> Sequence[Period]:
    """Return the periods from a day until before another, in order. Without a first day it is some periods
    before the last; without a last, today is the last that is in it. Raises PeriodsInvalid.
    """
    until = until or today + A_DAY
    first = first or _usual(by, until)
    days = [*islice(_days(by, first, until), MOST_PERIODS + 1)]
    if first >= until or len(days) > MOST_PERIODS:
        raise PeriodsInvalid(most=MOST_PERIODS)
    where = zone(time_zone)
    starts = [(day, to_utc(datetime.combine(day, time()), where)) for day in (*days, until)]
    return [Period(day, start, end) for (day, start), (_, end) in pairwise(starts)]


def _days(by: By, first: date, until: date) -> Iterator[date]:
    """Return the days on which periods begin."""
    day = first
    while day < until:
        yield day
        day = NEXT[by](day)


def _next_day(day: date) -> date:
    return day + A_DAY


def _next_week(day: date) -> date:
    return day + timedelta(days=7 - day.weekday())


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=31)).replace(day=1)


def _usual(by: By, until: date) -> date:
    """Return the first day where none is named: thirty days, twelve weeks, twelve months."""
    last = until - A_DAY
    match by:
        case By.DAY:
            return last - timedelta(days=29)
        case By.WEEK:
            return last - timedelta(days=last.weekday(), weeks=11)
        case By.MONTH:
            return _next_month(last.replace(year=last.year - 1, day=1))


NEXT: Final[Mapping[By, Callable[[date], date]]] = {
    By.DAY: _next_day,
    By.WEEK: _next_week,
    By.MONTH: _next_month,
}
