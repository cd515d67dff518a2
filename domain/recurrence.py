"""What happens again and again: RFC 5545 rules on the local wall clock.

Rules come from strangers, so each period of a rule (day, week, month or year) is computed by itself
and a window costs what the window holds. `dateutil` begins at the beginning each time, and for
FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30 it searches up to the year 9999; in the tests it is the judge.
"""

import re
from calendar import isleap, monthrange
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from enum import Enum
from functools import lru_cache
from itertools import islice
from math import inf
from typing import Final, assert_never
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from domain.faults import Fault
from domain.messages import Value
from domain.zones import NOT_A_WALL_CLOCK, ZONES, is_wall_clock, to_local, to_utc, zone

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

A_DAY: Final = timedelta(days=1)


class Recurrence(Value, frozen=True, kw_only=True):
    """All times are what the wall clock in `time_zone` reads: 09:00 stays 09:00 over the year.

    `rule` is the text of an RRULE, `except_at` and `also_at` are its EXDATE and RDATE.
    """

    starts_at: datetime
    time_zone: str
    rule: str
    except_at: tuple[datetime, ...] = ()
    also_at: tuple[datetime, ...] = ()


def starts(recurrence: Recurrence, first: datetime, last: datetime) -> list[datetime]:
    """Give the local starts from `first` to `last`, both included, in order.

    >>> mondays = Recurrence(
    ...     starts_at=datetime(2026, 1, 5, 9), time_zone="Europe/Paris", rule="FREQ=WEEKLY"
    ... )
    >>> [start.day for start in starts(mondays, datetime(2026, 3, 1), datetime(2026, 3, 31))]
    [2, 9, 16, 23, 30]
    """
    found = set(_by_rule(_rule_of(recurrence), first, last))
    found.update(start for start in recurrence.also_at if first <= start <= last)
    return sorted(found.difference(recurrence.except_at))


def first_starts(recurrence: Recurrence, most: int) -> list[datetime]:
    """Return the first local starts, in order, at most so many. Raises ValueError where finding them
    would take too long.
    """
    by_rule = _within_a_lifetime(_rule_of(recurrence), MOST_LOOKED_AT)
    found = {*islice(by_rule, most + len(recurrence.except_at)), *recurrence.also_at}
    return sorted(found.difference(recurrence.except_at))[:most]


def faults_of_recurrence(recurrence: Recurrence) -> Iterator[Fault]:
    """Say what is wrong with it, if anything."""
    if recurrence.time_zone not in ZONES:
        yield Fault("/time_zone", "unknown-time-zone", "not an IANA time zone")
        return
    for place in ("except_at", "also_at"):
        times: tuple[datetime, ...] = getattr(recurrence, place)
        if len(times) > MOST:
            yield Fault(f"/{place}", "too-many", f"more than {MOST}")
        if not all(map(is_wall_clock, times)):
            yield Fault(f"/{place}", "not-a-wall-clock", NOT_A_WALL_CLOCK)
    if not is_wall_clock(recurrence.starts_at):
        yield Fault("/starts_at", "not-a-wall-clock", NOT_A_WALL_CLOCK)
    elif (fault := _fault_of_rule(recurrence)) is not None:
        yield Fault("/rule", "invalid-rule", fault)


def times_a_day(recurrence: Recurrence) -> int:
    """Say how often at most it happens on a day, exceptions and additions spread over a month."""
    named = len(recurrence.except_at) + len(recurrence.also_at)
    return len(_rule_of(recurrence).times) + named // 31


def _fault_of_rule(recurrence: Recurrence) -> str | None:
    """Judge a rule by what looking for its times costs, before anybody does so for good."""
    try:
        rule, count = _parsed(recurrence.rule, recurrence.starts_at, recurrence.time_zone)
        _refuse_costly(rule)
        found = list(islice(_within_a_lifetime(rule, MOST_LOOKED_AT), count or 1))
    except ValueError as error:
        return str(error)
    return None if found else "never comes true"


# --- A rule, once read ----------------------------------------------------------------


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


def _refuse_costly(rule: Rule) -> None:
    if len(rule.times) > MOST_A_DAY:
        raise ValueError(f"more than {MOST_A_DAY} times a day")
    if not rule.positions:
        return
    to_choose_from = LONGEST[rule.every] * len(rule.times)
    if to_choose_from > MOST_TO_CHOOSE_FROM:
        raise ValueError(f"BYSETPOS chooses from more than {MOST_TO_CHOOSE_FROM} times")
    if min(map(abs, rule.positions)) > to_choose_from:
        raise ValueError("BYSETPOS names a place that is never there")


def _by_rule(
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


def _within_a_lifetime(rule: Rule, most_looked_at: float = inf) -> Iterator[datetime]:
    return _by_rule(rule, rule.starts_at, rule.starts_at + LIFETIME, most_looked_at)


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
    """Give the days of a period, as ordinals."""
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
    """Tell whether the `place`th of `size` is named, from the front or from the end."""
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


# --- A rule, as text ------------------------------------------------------------------

WEEKDAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
WEEKDAY: Final = re.compile(r"([+-]?(?:0?[1-9]|[1-4][0-9]|5[0-3]))?(MO|TU|WE|TH|FR|SA|SU)")
NUMBER: Final = re.compile(r"[+-]?[0-9]{1,4}")
UNTIL: Final = re.compile(r"[0-9]{8}(T[0-9]{6}Z?)?")

NUMBERS: Final = {
    "BYMONTH": range(1, 13),
    "BYWEEKNO": range(-53, 54),
    "BYYEARDAY": range(-366, 367),
    "BYMONTHDAY": range(-31, 32),
    "BYHOUR": range(24),
    "BYMINUTE": range(60),
    "BYSETPOS": range(-366, 367),
    "INTERVAL": range(1, 1000),
    "COUNT": range(1, MOST + 1),
}
"""What each part may name; nothing is the 0th."""

PARTS: Final = {"FREQ", "UNTIL", "WKST", "BYDAY", *NUMBERS}

SENSELESS: Final = {
    Every.DAY: {"BYWEEKNO", "BYYEARDAY"},
    Every.WEEK: {"BYWEEKNO", "BYYEARDAY", "BYMONTHDAY"},
    Every.MONTH: {"BYWEEKNO", "BYYEARDAY"},
    Every.YEAR: set[str](),
}
"""The parts that RFC 5545 does not allow for a period."""


def _rule_of(recurrence: Recurrence) -> Rule:
    return _read(recurrence.rule, recurrence.starts_at, recurrence.time_zone)


@lru_cache(maxsize=4096)
def _read(text: str, starts_at: datetime, time_zone: str) -> Rule:
    return _counted(*_parsed(text, starts_at, time_zone))


@lru_cache(maxsize=4096)
def _parsed(text: str, starts_at: datetime, time_zone: str) -> tuple[Rule, int | None]:
    """Read a rule, and how many times it counts; nothing is looked for yet."""
    parts, where = _parts(text), zone(time_zone)
    until = _until(parts)
    ends = until if until and until.tzinfo else None
    rule = Rule(
        starts_at=starts_at,
        every=Every(parts["FREQ"]),
        interval=_number(parts, "INTERVAL") or 1,
        until=to_local(ends, where) + A_DAY if ends else until,
        ends=ends,
        where=where,
        week_starts_on=_week_start(parts),
        months=_numbers(parts, "BYMONTH"),
        weeks=_numbers(parts, "BYWEEKNO"),
        days_of_year=_numbers(parts, "BYYEARDAY"),
        days_of_month=_numbers(parts, "BYMONTHDAY"),
        weekdays=_weekdays(parts),
        times=_times(parts, starts_at.time()),
        positions=_numbers(parts, "BYSETPOS"),
    )
    return _with_what_the_start_says(rule), _number(parts, "COUNT")


def _parts(text: str) -> Mapping[str, str]:
    pairs = [part.partition("=") for part in text.upper().removeprefix("RRULE:").split(";")]
    parts = {name: value for name, _, value in pairs}
    if len(parts) < len(pairs):
        raise ValueError("names a part twice")
    if unknown := parts.keys() - PARTS:
        raise ValueError(f"{', '.join(sorted(unknown))} cannot be used")
    if parts.get("FREQ") not in {every.value for every in Every}:
        raise ValueError("FREQ must be DAILY, WEEKLY, MONTHLY or YEARLY")
    if senseless := parts.keys() & SENSELESS[Every(parts["FREQ"])]:
        raise ValueError(f"{', '.join(sorted(senseless))} makes no sense when {parts['FREQ']}")
    if {"COUNT", "UNTIL"} <= parts.keys():
        raise ValueError("COUNT and UNTIL exclude each other")
    return parts


def _numbers(parts: Mapping[str, str], name: str) -> Sequence[int]:
    texts = parts[name].split(",") if name in parts else ()
    if not all(NUMBER.fullmatch(text) for text in texts):
        raise ValueError(f"{name} must be numbers")
    numbers = sorted({int(text) for text in texts})
    allowed = NUMBERS[name]
    if any(number not in allowed or (number == 0 and allowed.start < 0) for number in numbers):
        raise ValueError(f"{name} is out of range")
    return numbers


def _number(parts: Mapping[str, str], name: str) -> int | None:
    if "," in parts.get(name, ""):
        raise ValueError(f"{name} must be one number")
    return next(iter(_numbers(parts, name)), None)


def _weekdays(parts: Mapping[str, str]) -> Sequence[tuple[int, int]]:
    found = [WEEKDAY.fullmatch(text) for text in parts.get("BYDAY", "MO").split(",")]
    weekdays = [(int(each[1] or 0), WEEKDAYS.index(each[2])) for each in found if each]
    if len(weekdays) < len(found):
        raise ValueError("BYDAY must be weekdays like MO or -1FR")
    which_of_many = any(place for place, _ in weekdays)
    if which_of_many and (parts["FREQ"] in {"DAILY", "WEEKLY"} or "BYWEEKNO" in parts):
        raise ValueError("BYDAY can number weekdays only in a month or a year")
    return weekdays if "BYDAY" in parts else ()


def _week_start(parts: Mapping[str, str]) -> int:
    if parts.get("WKST", "MO") not in WEEKDAYS:
        raise ValueError("WKST must be a weekday like MO")
    return WEEKDAYS.index(parts.get("WKST", "MO"))


def _times(parts: Mapping[str, str], start: time) -> Sequence[time]:
    hours = _numbers(parts, "BYHOUR") or [start.hour]
    minutes = _numbers(parts, "BYMINUTE") or [start.minute]
    return [start.replace(hour=hour, minute=minute) for hour in hours for minute in minutes]


def _until(parts: Mapping[str, str]) -> datetime | None:
    """Read an instant, a wall clock or a day; the day is included, as those who write it mean."""
    text = parts.get("UNTIL")
    if text is None:
        return None
    if not UNTIL.fullmatch(text):
        raise ValueError("UNTIL must be like 20261231T225959Z")
    if "T" not in text:
        return datetime.combine(date.fromisoformat(text), time.max)
    until = datetime.fromisoformat(text)
    if not is_wall_clock(until.replace(tzinfo=None)):
        raise ValueError("UNTIL is out of range")
    return until


def _with_what_the_start_says(rule: Rule) -> Rule:
    """Fill in which days are meant when the rule names none: those like the first."""
    first = rule.starts_at
    if rule.weekdays or rule.days_of_month or rule.days_of_year:
        return rule
    if rule.every is Every.WEEK or rule.weeks:
        return replace(rule, weekdays=[(0, first.weekday())])
    if rule.every is Every.MONTH:
        return replace(rule, days_of_month=[first.day])
    if rule.every is Every.YEAR:
        return replace(rule, months=rule.months or [first.month], days_of_month=[first.day])
    return rule


def _counted(rule: Rule, count: int | None) -> Rule:
    """Turn a count into the time of the last one, so that it need not be counted again."""
    if count is None:
        return rule
    counted = list(islice(_within_a_lifetime(rule), count))
    return replace(rule, until=counted[-1]) if len(counted) == count else rule
