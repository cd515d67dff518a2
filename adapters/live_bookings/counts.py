"""Bookings made in each minute: counted in the log, or read where workers put what they counted.

A booking that was made counts whichever release recorded it: another version of an event is the
same fact in another shape, and of what we do not know other releases say whether it is to be counted.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from psycopg import Connection

from adapters.event_store.moments import first_since
from adapters.event_store.unread import base_of, who_hears
from adapters.postgres import Database

KEPT: Final = timedelta(hours=2)

LIVE_BOOKINGS: Final = "live-bookings"
"""As who we wait for types of events, like a consumer of the log; see `unread.py`."""


class Window(NamedTuple):
    """What was counted of one partition of a topic in one minute."""

    tenant: str
    minute: datetime
    partition: int
    bookings: int


class LiveBookingsInLog:
    """Counts when it is asked: nothing else has to run. `made` are the stored names of events that
    say that a booking was made.
    """

    def __init__(self, database: Database, made: Collection[str]) -> None:
        self._database = database
        self._made = list(made)

    def by_minute(self, tenant: str, since: datetime) -> Mapping[datetime, int]:
        """Look at what the tenant has recorded since then: a range of the index, and not long."""
        with self._database.as_tenant(tenant) as connection:
            made = {base_of(name) for name in [*self._made, *_made_elsewhere(connection)]}
            values = (tenant, first_since(connection, tenant, since), since, list(made))
            return dict(connection.execute(IN_LOG, values).fetchall())


class LiveBookingsCounted:
    """What workers counted, each those partitions that it was given."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def by_minute(self, tenant: str, since: datetime) -> Mapping[datetime, int]:
        """Add the partitions up."""
        with self._database.as_tenant(tenant) as connection:
            return dict(connection.execute(COUNTED, (tenant, since), prepare=True).fetchall())

    def put(self, windows: Sequence[Window]) -> None:
        """Note what was counted. Of two counts of the same the higher one is newer: whoever was
        late has no say.
        """
        if not windows:
            return
        columns = list(zip(*sorted(windows), strict=True))
        with self._database.as_worker() as connection:
            connection.execute(PUT, [list(column) for column in columns], prepare=True)

    def whose(self, types: Collection[str]) -> Mapping[str, bool]:
        """Return whether types that we do not know are to be counted, as far as releases say."""
        with self._database.as_worker() as connection:
            said = who_hears(connection, types)
        return {type_: LIVE_BOOKINGS in consumers for type_, consumers in said.items()}

    def forget(self, before: datetime) -> None:
        """Drop minutes that nobody asks for any more."""
        with self._database.as_worker() as connection:
            connection.execute("DELETE FROM work.live_bookings WHERE minute < %s", (before,))


def _made_elsewhere(connection: Connection[Any]) -> list[str]:
    rows = connection.execute(ELSEWHERE, (LIVE_BOOKINGS,)).fetchall()
    return [name for (name,) in rows]


ELSEWHERE: Final = "SELECT type FROM work.event_types WHERE %s = ANY(consumers)"
IN_LOG: Final = """
    SELECT date_bin('1 minute', recorded_at, 'epoch') AS minute, count(*) FROM log.events
    WHERE tenant_id = %s AND tenant_position >= %s AND recorded_at >= %s
      AND split_part(type, '.', 1) = ANY(%s)
    GROUP BY minute
"""
COUNTED: Final = """
    SELECT minute, sum(bookings)::integer FROM work.live_bookings
    WHERE tenant_id = %s AND minute >= %s GROUP BY minute
"""
PUT: Final = """
    INSERT INTO work.live_bookings AS counted (tenant_id, minute, partition, bookings)
    SELECT * FROM unnest(%s::uuid[], %s::timestamptz[], %s::integer[], %s::integer[])
    ON CONFLICT (tenant_id, minute, partition) DO UPDATE SET bookings = excluded.bookings
    WHERE counted.bookings < excluded.bookings
"""
