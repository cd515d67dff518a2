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
from typing import Final, assert_never

from msgspec.structs import replace

from domain.faults import Fault
from domain.messages import Value
from domain.zones import NOT_A_WALL_CLOCK, ZONES, is_wall_clock, to_local, zone

MOST: Final = 3660
"""Occurrences a rule may count, and exceptions or additions it may have: ten years of days."""

MOST_A_DAY: Final = 24

LIFETIME: Final = timedelta(days=100 * 366)
"""A rule that counts to its end, or never comes true, is looked at no further than this."""


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


def _fault_of_rule(recurrence: Recurrence) -> str | None:
    try:
        rule = _rule_of(recurrence)
    except ValueError as error:
        return str(error)
    if len(rule.times) > MOST_A_DAY:
        return f"more than {MOST_A_DAY} times a day"
    if next(_by_rule(rule, rule.starts_at, rule.starts_at + LIFETIME), None) is None:
        return "never comes true"
    return None


# --- A rule, once read ----------------------------------------------------------------


class Every(Enum):
    """The period of a rule."""

    DAY = "DAILY"
    WEEK = "WEEKLY"
    MONTH = "MONTHLY"
    YEAR = "YEARLY"


class Rule(Value, frozen=True, kw_only=True):
    """Empty means any; a number below zero counts from the end.

    A weekday is which one of its month or year (0 for each), and its number from Monday on 0.
    """

    starts_at: datetime
    every: Every
    interval: int
    until: datetime | None
    week_starts_on: int
    months: Sequence[int]
    weeks: Sequence[int]
    days_of_year: Sequence[int]
    days_of_month: Sequence[int]
    weekdays: Sequence[tuple[int, int]]
    times: Sequence[time]
    positions: Sequence[int]


def _by_rule(rule: Rule, first: datetime, last: datetime) -> Iterator[datetime]:
    first, last = max(first, rule.starts_at), min(last, rule.until or last)
    if last < first:
        return
    earliest = _period(rule, first.date())
    aligned = earliest + (_period(rule, rule.starts_at.date()) - earliest) % rule.interval
    for period in range(aligned, _period(rule, last.date()) + 1, rule.interval):
        for start in _starts_in(rule, period, first, last):
            if first <= start <= last:
                yield start


def _starts_in(rule: Rule, period: int, first: datetime, last: datetime) -> Sequence[datetime]:
    """Give the starts in one period; what lies before `first` or after `last` may be missing."""
    days = _days(rule, period)
    if not rule.positions:
        days = range(max(days.start, first.toordinal()), min(days.stop, last.toordinal() + 1))
    fitting = (day for day in map(date.fromordinal, days) if _fits(rule, day))
    found = [datetime.combine(day, at) for day in fitting for at in rule.times]
    return _picked(found, rule.positions) if rule.positions else found


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
    return (
        (not rule.months or day.month in rule.months)
        and _named(rule.days_of_month, day.day, _days_in_month(day))
        and _named(rule.days_of_year, _day_of_year(day), _days_in_year(day))
        and (not rule.weeks or _named(rule.weeks, *_week(day, rule.week_starts_on)))
        and (not rule.weekdays or _is_weekday(rule, day))
    )


def _named(numbers: Sequence[int], place: int, size: int) -> bool:
    """Tell whether the `place`th of `size` is named, from the front or from the end."""
    return not numbers or place in numbers or place - size - 1 in numbers


def _is_weekday(rule: Rule, day: date) -> bool:
    if (0, day.weekday()) in rule.weekdays:
        return True
    if rule.every is Every.MONTH or rule.months:
        place, size = day.day, _days_in_month(day)
    else:
        place, size = _day_of_year(day), _days_in_year(day)
    from_front, from_end = (place - 1) // 7 + 1, -((size - place) // 7) - 1
    return not {(from_front, day.weekday()), (from_end, day.weekday())}.isdisjoint(rule.weekdays)


def _week(day: date, starts_on: int) -> tuple[int, int]:
    """Number the week of a day, and say how many its year has: a week is of its fourth day's year."""
    fourth = day + timedelta(days=3 - (day.weekday() - starts_on) % 7)
    place = _day_of_year(fourth)
    number = (place - 1) // 7 + 1
    return number, number + (_days_in_year(fourth) - place) // 7


def _days_in_month(day: date) -> int:
    return monthrange(day.year, day.month)[1]


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
    parts = _parts(text)
    rule = _with_what_the_start_says(
        Rule(
            starts_at=starts_at,
            every=Every(parts["FREQ"]),
            interval=_number(parts, "INTERVAL") or 1,
            until=_until(parts, time_zone),
            week_starts_on=_week_start(parts),
            months=_numbers(parts, "BYMONTH"),
            weeks=_numbers(parts, "BYWEEKNO"),
            days_of_year=_numbers(parts, "BYYEARDAY"),
            days_of_month=_numbers(parts, "BYMONTHDAY"),
            weekdays=_weekdays(parts),
            times=_times(parts, starts_at.time()),
            positions=_numbers(parts, "BYSETPOS"),
        )
    )
    return _counted(rule, _number(parts, "COUNT"))


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


def _until(parts: Mapping[str, str], time_zone: str) -> datetime | None:
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
    return to_local(until, zone(time_zone)) if until.tzinfo else until


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
    counted = list(islice(_by_rule(rule, rule.starts_at, rule.starts_at + LIFETIME), count))
    return replace(rule, until=counted[-1]) if len(counted) == count else rule
