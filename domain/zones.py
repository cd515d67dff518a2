"""Wall clocks and instants, by the pinned `tzdata` package and never by the machine's zone files.

Every zone comes from here: two machines must agree on what 10:00 in Vancouver means.
"""

from datetime import UTC, datetime
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo, available_timezones, reset_tzpath

import tzdata  # type: ignore[import-untyped]  # it ships no types

from domain.messages import DomainError

reset_tzpath(())
ZoneInfo.clear_cache()

ZONES: Final = frozenset(available_timezones())
"""Every name one may use."""

NOT_A_WALL_CLOCK: Final = "a wall clock reads a time from 1970 to 2999, and no offset"


class UnknownTimeZone(DomainError):
    """There is no such time zone; use an IANA name like Europe/Paris."""


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
    """Tell whether a wall clock can read this; the far ends of time have no room for an offset."""
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


def tzdata_version() -> str:
    """Return the release of the IANA data in use, like 2026b."""
    return str(tzdata.IANA_VERSION)
