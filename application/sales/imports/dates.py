"""Dates as people and programs write them: year first, or day and month first where it is clear which is
which.
"""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from application.sales.imports.refusals import DateAmbiguous, DateNotUnderstood
from domain.zones import is_wall_clock, to_utc


class Dates(StrEnum):
    """What comes first in a date that begins with neither the year nor anything else that tells."""

    DAY_FIRST = "day-first"
    MONTH_FIRST = "month-first"


YEAR_FIRST: Final = re.compile(
    r"(\d{4})[-/.](\d{2})[-/.](\d{2})"
    r"(?:[T ](\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?)\s*(?:(Z|UTC)|([+-]\d{2}):?(\d{2}))?)?",
    re.ASCII,
)
YEAR_LAST: Final = re.compile(
    r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})"
    r"(?:,?[T ]\s*(\d{1,2}):(\d{2})(?::(\d{2}))?(?:\s*([AaPp])\.?[Mm]\.?)?)?",
    re.ASCII,
)
MONTHS: Final = 12
NOON: Final = 12


def instant_of(text: str, where: ZoneInfo, order: Dates | None) -> datetime:
    """Return the instant that is written there, by the clock of a place where no zone is. Raises
    DateNotUnderstood, DateAmbiguous.

    >>> from domain.zones import zone
    >>> instant_of("31/01/2027 09:30", zone("Europe/Paris"), None).isoformat()
    '2027-01-31T08:30:00+00:00'
    """
    try:
        found = _read(text, order)
        instant = to_utc(found, where) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        raise DateNotUnderstood from None
    if not is_wall_clock(instant.replace(tzinfo=None)):
        raise DateNotUnderstood
    return instant


def on_clock(text: str, order: Dates | None) -> datetime | None:
    """Return what a clock read then, wherever it was: good enough to say what came first. None where
    nobody can tell.

    >>> on_clock("2027-01-31T09:30:00+01:00", None), on_clock("tomorrow", None)
    (datetime.datetime(2027, 1, 31, 8, 30), None)
    """
    try:
        found = _read(text, order)
        return (found if found.tzinfo is None else found.astimezone(UTC)).replace(tzinfo=None)
    except (DateNotUnderstood, DateAmbiguous, ValueError, OverflowError):
        return None


def _read(text: str, order: Dates | None) -> datetime:
    found = _year_first(text) or _year_last(text, order)
    if found is None:
        raise DateNotUnderstood
    return found


def order_in(texts: Iterable[str]) -> Dates | None:
    """Return what comes first in all of these, if some of them tell and none says otherwise.

    >>> order_in(["03/04/2027", "31/01/2027"]), order_in(["03/04/2027"])
    (<Dates.DAY_FIRST: 'day-first'>, None)
    """
    found = {_order_of(match) for match in map(YEAR_LAST.fullmatch, texts) if match}
    told = found - {None}
    return told.pop() if len(told) == 1 else None


def _year_first(text: str) -> datetime | None:
    if not (found := YEAR_FIRST.fullmatch(text)):
        return None
    year, month, day, time, zulu, hours, minutes = found.groups()
    offset = "Z" if zulu else f"{hours}:{minutes}" if hours else ""
    return datetime.fromisoformat(f"{year}-{month}-{day}T{time or '00:00'}{offset}")


def _year_last(text: str, order: Dates | None) -> datetime | None:
    if not (found := YEAR_LAST.fullmatch(text)):
        return None
    first, _, second, year, hour, minute, seconds, half = found.groups()
    order = _order_of(found) or order
    if order is None and int(first) != int(second):
        raise DateAmbiguous
    day, month = (second, first) if order is Dates.MONTH_FIRST else (first, second)
    on_clock = int(hour or 0)
    if half is not None:
        if not 1 <= on_clock <= NOON:
            raise DateNotUnderstood
        on_clock = on_clock % NOON + (NOON if half in "Pp" else 0)
    return datetime(  # noqa: DTZ001 - the wall clock's
        int(year), int(month), int(day), on_clock, int(minute or 0), int(seconds or 0)
    )


def _order_of(found: re.Match[str]) -> Dates | None:
    """Return what comes first, as a date tells by itself: with dots, the day."""
    first, sign, second = found[1], found[2], found[3]
    if sign == "." or int(first) > MONTHS:
        return Dates.DAY_FIRST
    return Dates.MONTH_FIRST if int(second) > MONTHS else None
