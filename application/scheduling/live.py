"""What happens at this moment, for a dashboard: bookings made in each minute of the last hour."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

import msgspec

MINUTE: Final = timedelta(minutes=1)
SHOWN: Final = 60
"""Minutes, with the one that runs."""


class Minute(msgspec.Struct, frozen=True):
    """How many bookings were made from `minute` on until the next."""

    minute: datetime
    bookings: int


class LastHour(msgspec.Struct, frozen=True):
    """Every minute, the oldest first."""

    minutes: list[Minute]


class LiveBookings(Protocol):
    """Counts, wherever that is done; there is one contract for all who do."""

    def by_minute(self, tenant: str, since: datetime) -> Mapping[datetime, int]:
        """Return how many bookings were made in each minute from `since` on, by its beginning in
        UTC; a minute without any may be left out.
        """


def first_shown(now: datetime) -> datetime:
    """Return the beginning of the oldest minute that is shown."""
    running = now.astimezone(UTC).replace(second=0, microsecond=0)
    return running - (SHOWN - 1) * MINUTE


def last_hour(live: LiveBookings, tenant: str, now: datetime) -> LastHour:
    """Tell of every minute, also of those in which nobody booked."""
    first = first_shown(now)
    counts = live.by_minute(tenant, first)
    minutes = (first + number * MINUTE for number in range(SHOWN))
    return LastHour([Minute(minute, counts.get(minute, 0)) for minute in minutes])
