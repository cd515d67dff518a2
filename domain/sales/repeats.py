"""What is to be done again and again: every so many days, weeks, months or years, by the clock on a wall."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Final

from domain.fields import Held
from domain.messages import Value
from domain.scheduling.recurrence import Recurrence, starts
from domain.zones import A_DAY, ZONES, is_wall_clock, to_local, to_utc, zone

MOST_TIMES: Final = 1_000
ALWAYS_THERE: Final = 28
"""Every month has so many days."""


class Unit(StrEnum):
    """What is counted between two times."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


class Repeats(Value, frozen=True, kw_only=True):
    """Every so many of a `unit`, at the same time of day by the clock of `time_zone`; in a month without such
    a day, on its last. Not after `until`, nor more than so many `times`: what was passed over counts, too.
    `since` is when the first was due, of which nobody has to say it.
    """

    unit: Unit
    time_zone: Annotated[str, Held(max_length=64)]
    every: Annotated[int, Held(ge=1, le=999)] = 1
    until: datetime | None = None
    times: Annotated[int, Held(ge=1, le=MOST_TIMES)] | None = None
    since: datetime | None = None


FREQUENCY: Final = {
    Unit.DAY: "DAILY",
    Unit.WEEK: "WEEKLY",
    Unit.MONTH: "MONTHLY",
    Unit.YEAR: "YEARLY",
}
LONGEST: Final = {
    Unit.DAY: A_DAY,
    Unit.WEEK: 7 * A_DAY,
    Unit.MONTH: 31 * A_DAY,
    Unit.YEAR: 366 * A_DAY,
}


def is_clear(repeats: Repeats) -> bool:
    """Whether it says when: in a zone that there is, and ending in one way."""
    moments = (each for each in (repeats.until, repeats.since) if each is not None)
    ends_twice = repeats.until is not None and repeats.times is not None
    known = repeats.time_zone in ZONES and all(map(is_in_calendars, moments))
    return known and not ends_twice


def is_in_calendars(moment: datetime) -> bool:
    """Whether a clock can read it, wherever it hangs, and a little before and after."""
    return is_wall_clock(moment.replace(tzinfo=None))


def next_time(repeats: Repeats, due_at: datetime, now: datetime) -> datetime | None:
    """Return when it is to be done next after it was due at `due_at`: not in the past, for what was missed is
    not made up for; and None if that was the last time.

    >>> from datetime import UTC
    >>> monthly = Repeats(unit=Unit.MONTH, time_zone="Europe/Paris")
    >>> at = datetime(2027, 1, 31, 8, tzinfo=UTC)
    >>> next_time(monthly, at, at).isoformat()
    '2027-02-28T08:00:00+00:00'
    """
    where, passed = zone(repeats.time_zone), max(due_at, now)
    first, reached = to_local(repeats.since or due_at, where), to_local(passed, where)
    around = _times(repeats, first, reached - A_DAY, max(first, reached))
    found = next(each for each in around if to_utc(each, where) > passed)
    if repeats.times is not None and _passed(repeats, first, found) >= repeats.times:
        return None
    next_ = to_utc(found, where)
    return None if repeats.until is not None and next_ > repeats.until else next_


def _times(
    repeats: Repeats, first: datetime, begin: datetime, reached: datetime
) -> Sequence[datetime]:
    """Return the local times from `begin` on, up to one after what is `reached`."""
    recurrence = Recurrence(
        starts_at=first, time_zone=repeats.time_zone, rule=_rule(repeats, first)
    )
    return starts(recurrence, begin, reached + LONGEST[repeats.unit] * (repeats.every + 1))


def _passed(repeats: Repeats, first: datetime, local: datetime) -> int:
    """Return how many times come before this one."""
    years, days = local.year - first.year, (local.date() - first.date()).days
    units = {
        Unit.DAY: days,
        Unit.WEEK: days // 7,
        Unit.MONTH: 12 * years + local.month - first.month,
        Unit.YEAR: years,
    }
    return units[repeats.unit] // repeats.every


def _rule(repeats: Repeats, first: datetime) -> str:
    """Say it as RFC 5545 does."""
    parts = [f"FREQ={FREQUENCY[repeats.unit]}", f"INTERVAL={repeats.every}"]
    if repeats.unit is Unit.MONTH and first.day > ALWAYS_THERE:
        parts += _on_this_day_or_the_last(first.day)
    if repeats.unit is Unit.YEAR and (first.month, first.day) == (2, 29):
        parts += ["BYMONTH=2", *_on_this_day_or_the_last(first.day)]
    return ";".join(parts)


def _on_this_day_or_the_last(day: int) -> list[str]:
    days = ",".join(map(str, range(ALWAYS_THERE, day + 1)))
    return [f"BYMONTHDAY={days}", "BYSETPOS=-1"]
