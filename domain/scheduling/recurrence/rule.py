"""A rule, once read: when it happens, and what finding that out costs."""

from calendar import isleap, monthrange
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from enum import Enum
from math import inf
from typing import Final, assert_never
from zoneinfo import ZoneInfo

from domain.messages import Value
from domain.zones import to_utc

MOST: Final = 3660
"""Occurrences a rule may count, and exceptions or additions it may have: ten years of days."""

MOST_A_DAY: Final = 24

LIFETIME: Final = timedelta(days=100 * 366)
"""A rule that counts to its end, or never comes true, is looked at no further than this."""

MOST_LOOKED_AT: Final = 40_000
"""Days and times that are looked at to judge a rule: a hundred years of days, and what they hold."""

A_PERIOD: Final = 2
"""To find out which days a period has costs as much as looking at two of them."""

MOST_TO_CHOOSE_FROM: Final = 1000
"""Times in one period of a rule with BYSETPOS: they must all be made before one is chosen."""


class Every(Enum):
    """The period of a rule."""

    DAY = "DAILY"
    WEEK = "WEEKLY"
    MONTH = "MONTHLY"
    YEAR = "YEARLY"


LONGEST: Final = {Every.DAY: 1, Every.WEEK: 7, Every.MONTH: 31, Every.YEAR: 366}
"""Days of the longest period of each kind."""


class Rule(Value, frozen=True, kw_only=True):
    """Empty means any; a number below zero counts from the end.

    A weekday is which one of its month or year (0 for each), and its number from Monday on 0.
    Nothing happens after the reading `until`, nor after the instant `ends` on the clock of `where`.
    """

    starts_at: datetime
    every: Every
    interval: int
    until: datetime | None
    ends: datetime | None
    where: ZoneInfo
    week_starts_on: int
    months: Sequence[int]
    weeks: Sequence[int]
    days_of_year: Sequence[int]
    days_of_month: Sequence[int]
    weekdays: Sequence[tuple[int, int]]
    times: Sequence[time]
    positions: Sequence[int]


def refuse_costly(rule: Rule) -> None:
    if len(rule.times) > MOST_A_DAY:
        raise ValueError(f"more than {MOST_A_DAY} times a day")
    if not rule.positions:
        return
    to_choose_from = LONGEST[rule.every] * len(rule.times)
    if to_choose_from > MOST_TO_CHOOSE_FROM:
        raise ValueError(f"BYSETPOS chooses from more than {MOST_TO_CHOOSE_FROM} times")
    if min(map(abs, rule.positions)) > to_choose_from:
        raise ValueError("BYSETPOS names a place that is never there")


def by_rule(
    rule: Rule, first: datetime, last: datetime, most_looked_at: float = inf
) -> Iterator[datetime]:
    """Return the starts in order. Raises ValueError once too much was looked at for them."""
    first, last = max(first, rule.starts_at), min(last, rule.until or last)
    if last < first:
        return
    earliest = _period(rule, first.date())
    aligned = earliest + (_period(rule, rule.starts_at.date()) - earliest) % rule.interval
    looked_at = 0
    for period in range(aligned, _period(rule, last.date()) + 1, rule.interval):
        days = _days_to_look_at(rule, period, first, last)
        found = _starts_on(rule, days)
        looked_at += A_PERIOD + len(days) + len(found)
        if looked_at > most_looked_at:
            raise ValueError("happens too rarely to be looked for")
        for start in _picked(found, rule.positions) if rule.positions else found:
            if first <= start <= last and not _is_over(rule, start):
                yield start


def within_a_lifetime(rule: Rule, most_looked_at: float = inf) -> Iterator[datetime]:
    return by_rule(rule, rule.starts_at, rule.starts_at + LIFETIME, most_looked_at)


def _is_over(rule: Rule, start: datetime) -> bool:
    """Tell by instants: in autumn one reading stands for two of them."""
    return rule.ends is not None and to_utc(start, rule.where) > rule.ends


def _days_to_look_at(rule: Rule, period: int, first: datetime, last: datetime) -> range:
    """Return the days of one period, as ordinals; all of them where places in it are counted."""
    days = _days(rule, period)
    if rule.positions:
        return days
    return range(max(days.start, first.toordinal()), min(days.stop, last.toordinal() + 1))


def _starts_on(rule: Rule, days: range) -> Sequence[datetime]:
    fitting = (day for day in map(date.fromordinal, days) if _fits(rule, day))
    return [datetime.combine(day, at) for day in fitting for at in rule.times]


def _picked(found: Sequence[datetime], positions: Sequence[int]) -> Sequence[datetime]:
    places = {position - 1 if position > 0 else len(found) + position for position in positions}
    return [found[place] for place in sorted(places) if 0 <= place < len(found)]


def _period(rule: Rule, day: date) -> int:
    """Number the periods of a rule without gaps."""
    match rule.every:
        case Every.DAY:
            return day.toordinal()
        case Every.WEEK:
            return (day.toordinal() - 1 - rule.week_starts_on) // 7
        case Every.MONTH:
            return day.year * 12 + day.month - 1
        case Every.YEAR:
            return day.year
        case _:
            assert_never(rule.every)


def _days(rule: Rule, period: int) -> range:
    """Return the days of a period, as ordinals."""
    match rule.every:
        case Every.DAY:
            return range(period, period + 1)
        case Every.WEEK:
            monday = period * 7 + 1
            return range(monday + rule.week_starts_on, monday + rule.week_starts_on + 7)
        case Every.MONTH:
            first = date(period // 12, period % 12 + 1, 1)
            return range(first.toordinal(), first.toordinal() + _days_in_month(first))
        case Every.YEAR:
            return range(date(period, 1, 1).toordinal(), date(period, 12, 31).toordinal() + 1)
        case _:
            assert_never(rule.every)


def _fits(rule: Rule, day: date) -> bool:
    """Whether it happens on a day; what is quick to see first."""
    return (
        (not rule.months or day.month in rule.months)
        and (not rule.weekdays or _is_weekday(rule, day))
        and (not rule.days_of_month or _named(rule.days_of_month, day.day, _days_in_month(day)))
        and (not rule.days_of_year or _named(rule.days_of_year, *_place_in_year(day)))
        and (not rule.weeks or _named(rule.weeks, *_week(day, rule.week_starts_on)))
    )


def _named(numbers: Sequence[int], place: int, size: int) -> bool:
    """Whether the `place`th of `size` is named, from the front or from the end."""
    return place in numbers or place - size - 1 in numbers


def _is_weekday(rule: Rule, day: date) -> bool:
    weekday = day.weekday()
    named = [which for which, each in rule.weekdays if each == weekday]
    if not named or 0 in named:
        return bool(named)
    of_month = rule.every is Every.MONTH or rule.months
    place, size = (day.day, _days_in_month(day)) if of_month else _place_in_year(day)
    return (place - 1) // 7 + 1 in named or -((size - place) // 7) - 1 in named


def _week(day: date, starts_on: int) -> tuple[int, int]:
    """Number the week of a day, and say how many its year has: a week is of its fourth day's year."""
    fourth = day + timedelta(days=3 - (day.weekday() - starts_on) % 7)
    place = _day_of_year(fourth)
    number = (place - 1) // 7 + 1
    return number, number + (_days_in_year(fourth) - place) // 7


def _days_in_month(day: date) -> int:
    return monthrange(day.year, day.month)[1]


def _place_in_year(day: date) -> tuple[int, int]:
    return _day_of_year(day), _days_in_year(day)


def _day_of_year(day: date) -> int:
    return day.timetuple().tm_yday


def _days_in_year(day: date) -> int:
    return 366 if isleap(day.year) else 365
