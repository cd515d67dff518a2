"""A recurrence: a rule with its exceptions and additions, and what is wrong with one."""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice

from domain.faults import Fault
from domain.messages import Value
from domain.scheduling.recurrence.rule import (
    MOST,
    MOST_LOOKED_AT,
    Rule,
    by_rule,
    refuse_costly,
    within_a_lifetime,
)
from domain.scheduling.recurrence.text import parsed, read
from domain.zones import NOT_A_WALL_CLOCK, ZONES, is_wall_clock


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
    """Return the local starts from `first` to `last`, both included, in order.

    >>> mondays = Recurrence(
    ...     starts_at=datetime(2026, 1, 5, 9), time_zone="Europe/Paris", rule="FREQ=WEEKLY"
    ... )
    >>> [start.day for start in starts(mondays, datetime(2026, 3, 1), datetime(2026, 3, 31))]
    [2, 9, 16, 23, 30]
    """
    found = set(by_rule(_rule_of(recurrence), first, last))
    found.update(start for start in recurrence.also_at if first <= start <= last)
    return sorted(found.difference(recurrence.except_at))


def first_starts(recurrence: Recurrence, most: int) -> list[datetime]:
    """Return the first local starts, in order, at most so many. Raises ValueError where finding them
    would take too long.
    """
    ruled = within_a_lifetime(_rule_of(recurrence), MOST_LOOKED_AT)
    found = {*islice(ruled, most + len(recurrence.except_at)), *recurrence.also_at}
    return sorted(found.difference(recurrence.except_at))[:most]


def ends_of(recurrence: Recurrence) -> tuple[datetime, datetime | None]:
    """Return local times before and after which it never starts; None where it goes on without end."""
    until = _rule_of(recurrence).until
    begins = (recurrence.starts_at, *recurrence.also_at)
    return min(begins), None if until is None else max(until, *begins)


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
        rule, count = parsed(recurrence.rule, recurrence.starts_at, recurrence.time_zone)
        refuse_costly(rule)
        found = list(islice(within_a_lifetime(rule, MOST_LOOKED_AT), count or 1))
    except ValueError as error:
        return str(error)
    return None if found else "never comes true"


def _rule_of(recurrence: Recurrence) -> Rule:
    return read(recurrence.rule, recurrence.starts_at, recurrence.time_zone)
