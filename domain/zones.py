"""Wall clocks and instants, by the pinned `tzdata` package and never by the machine's zone files.

Every zone comes from here: two machines must agree on what 10:00 in Vancouver means.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo, available_timezones, reset_tzpath

import tzdata  # type: ignore[import-untyped]  # it ships no types

from domain.messages import Invalid
from domain.values import TimeSlot

reset_tzpath(())
ZoneInfo.clear_cache()

ZONES: Final = frozenset(available_timezones())
"""Every name one may use."""

A_DAY: Final = timedelta(days=1)
"""By the clock on the wall: between two instants it may be an hour more, or less."""

NOT_A_WALL_CLOCK: Final = "a wall clock reads a time from 1970 to 2999, and no offset"


class UnknownTimeZone(Invalid):
    """There is no such time zone; use an IANA name like Europe/Paris."""

    time_zone: str | None = None


@cache
def zone(name: str) -> ZoneInfo:
    """Return the zone of this IANA name.

    >>> to_utc(datetime(2026, 12, 10, 10), zone("America/Vancouver")).isoformat()
    '2026-12-10T17:00:00+00:00'
    """
    if name not in ZONES:
        raise UnknownTimeZone(time_zone=name)
    return ZoneInfo(name)


def is_wall_clock(reading: datetime) -> bool:
    """Whether a wall clock can read this; the far ends of time have no room for an offset."""
    return reading.tzinfo is None and 1970 <= reading.year < 3000


def to_utc(local: datetime, where: ZoneInfo) -> datetime:
    """Return the instant at which the wall clock there reads `local`.

    As RFC 5545 has it: of two such instants the first, and a reading that is skipped in spring
    is moved on by what was skipped (02:30 becomes 03:30).
    """
    return local.replace(tzinfo=where, fold=0).astimezone(UTC)


def to_local(instant: datetime, where: ZoneInfo) -> datetime:
    """Return what the wall clock there reads at `instant`; naive, for it names no instant."""
    return instant.astimezone(where).replace(tzinfo=None, fold=0)


def day_from(start: datetime, where: ZoneInfo) -> timedelta:
    """Return how long it is until the wall clock there reads the same on the next day."""
    return to_utc(to_local(start, where) + A_DAY, where) - start


def days_in(window: TimeSlot, where: ZoneInfo) -> Iterator[datetime]:
    """Return where days begin: the window, every midnight in it, and its end."""
    yield window.starts_at
    day = to_local(window.starts_at, where).date() + A_DAY
    while (midnight := to_utc(datetime.combine(day, time()), where)) < window.ends_at:
        yield midnight
        day += A_DAY
    yield window.ends_at


def tzdata_version() -> str:
    """Return the release of the IANA data in use, like 2026b."""
    return str(tzdata.IANA_VERSION)
