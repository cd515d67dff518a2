"""What auditors ask of the log: who did what, when, to what; how something stood then; what
happens now. Always of one tenant, and by that tenant's positions.
"""

import threading
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
from psycopg import Connection

from adapters.bell import Bell
from adapters.event_store.moments import end_of, first_since, known_at, last_until
from adapters.event_store.reader import COLUMNS, LAST, Reader
from adapters.postgres import Database
from application.ports import Recorded

PAGE: Final = 100
MOST_LOOKED_AT: Final = 100_000
"""Events that one page looks at. Actors and types have no index, which every append would have to
pay for: whoever asks for rare ones gets short pages, and goes on where they end."""


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """Which events are meant; what is not said does not matter. `types` are stored names.

    `since` is included, `until` is not.
    """

    stream: str | None = None
    types: tuple[str, ...] = ()
    actor: str | None = None
    since: datetime | None = None
    until: datetime | None = None


class Page(msgspec.Struct, frozen=True):
    """Events, and the position that the search has reached; it goes on behind (or before) that.

    `more` says whether there is anything left to look at.
    """

    events: list[Recorded]
    reached: int
    more: bool


EVERYTHING: Final = Asked()
MOMENT: Final = timedelta(microseconds=1)
"""The least that two times differ by."""


class History:
    """Asks over a connection that sees the tenant."""

    def __init__(self, reader: Reader, *, most: int = MOST_LOOKED_AT) -> None:
        self._reader = reader
        self._most = most

    def after(
        self,
        connection: Connection[Any],
        tenant: str,
        asked: Asked = EVERYTHING,
        *,
        position: int = 0,
        limit: int = PAGE,
    ) -> Page:
        """Give what happened behind a position, the oldest first."""
        first, last = _bounds(connection, tenant, asked)
        first = max(first, position + 1)
        stop = last if asked.stream else min(last, first + self._most - 1)
        events = self._select(connection, tenant, asked, (first, stop), "ASC", limit)
        reached = events[-1].tenant_position if len(events) == limit else max(stop, position)
        return Page(events, reached, more=reached < last)

    def before(
        self,
        connection: Connection[Any],
        tenant: str,
        asked: Asked = EVERYTHING,
        *,
        position: int = LAST,
        limit: int = PAGE,
    ) -> Page:
        """Give what happened before a position, the newest first."""
        first, last = _bounds(connection, tenant, asked)
        last = min(last, position - 1)
        stop = first if asked.stream else max(first, last - self._most + 1)
        events = self._select(connection, tenant, asked, (stop, last), "DESC", limit)
        reached = events[-1].tenant_position if len(events) == limit else min(stop, position)
        return Page(events, reached, more=reached > first)

    def event(self, connection: Connection[Any], tenant: str, position: int) -> Recorded | None:
        """Give one event."""
        found = self._select(connection, tenant, EVERYTHING, (position, position), "ASC", 1)
        return found[0] if found else None

    def stream(
        self,
        connection: Connection[Any],
        tenant: str,
        stream: str,
        *,
        version: int | None = None,
        at: datetime | None = None,
    ) -> Sequence[Recorded]:
        """Give what had happened to one thing at a version, or at a time: fold it to see how it
        stood.
        """
        events = self._reader.stream(
            connection, tenant, stream, to=2**31 - 1 if version is None else version
        )
        return known_at(events, at)

    def live(
        self,
        database: Database,
        appended: Bell,
        tenant: str,
        asked: Asked = EVERYTHING,
        *,
        position: int = 0,
        idle: float = 0.5,
        stop: threading.Event | None = None,
    ) -> Iterator[Page]:
        """Give pages behind a position, then what is appended, for as long as one likes.

        When nothing happens an empty page is given every `idle` seconds: whoever follows can say
        where he stands, or leave.
        """
        while stop is None or not stop.is_set():
            heard = appended.rings
            with database.as_tenant(tenant) as connection:
                page = self.after(connection, tenant, asked, position=position)
            position = page.reached
            if page.events or not page.more:
                yield page
            if not page.more:
                appended.wait(heard, idle)

    def _select(
        self,
        connection: Connection[Any],
        tenant: str,
        asked: Asked,
        places: tuple[int, int],
        order: str,
        limit: int,
    ) -> list[Recorded]:
        conditions = ["e.tenant_id = %s", "e.tenant_position BETWEEN %s AND %s"]
        values: list[Any] = [tenant, *places]
        for wanted, condition, value in (
            (asked.stream, "e.stream = %s", asked.stream),
            (asked.types, "e.type = ANY(%s)", list(asked.types)),
            (asked.actor, "e.metadata->>'actor' = %s", asked.actor),
            (asked.since, "e.recorded_at >= %s", asked.since),
            (asked.until, "e.recorded_at < %s", asked.until),
        ):
            if wanted:
                conditions.append(condition)
                values.append(value)
        # Within a stream versions are in the order of positions, and have the index.
        by = "e.version" if asked.stream else "e.tenant_position"
        sql = f"""
            SELECT {COLUMNS} FROM log.events e WHERE {" AND ".join(conditions)}
            ORDER BY {by} {order} LIMIT %s
        """
        rows = connection.execute(sql.encode(), [*values, limit], binary=True).fetchall()
        return self._reader.recorded(rows)


def _bounds(connection: Connection[Any], tenant: str, asked: Asked) -> tuple[int, int]:
    """Give the first and the last position in question."""
    since, until = asked.since, asked.until
    first = first_since(connection, tenant, since) if since else 1
    if until is None:
        return first, end_of(connection, tenant)
    return first, last_until(connection, tenant, until - MOMENT).tenant_position
