"""A rule, as text: read, or refused with what is wrong with it."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import islice
from typing import Final

from msgspec.structs import replace

from domain.scheduling.recurrence.rule import MOST, Every, Rule, within_a_lifetime
from domain.zones import is_wall_clock, to_local, zone

A_DAY: Final = timedelta(days=1)
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


@lru_cache(maxsize=4096)
def read(text: str, starts_at: datetime, time_zone: str) -> Rule:
    return _counted(*parsed(text, starts_at, time_zone))


@lru_cache(maxsize=4096)
def parsed(text: str, starts_at: datetime, time_zone: str) -> tuple[Rule, int | None]:
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
    counted = list(islice(within_a_lifetime(rule), count))
    return replace(rule, until=counted[-1]) if len(counted) == count else rule
