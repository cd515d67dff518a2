"""What auditors ask of the log: who did what, when, to what; how something stood then; what
happens now. Always of one tenant, and by that tenant's positions.
"""

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
from psycopg import Connection

from adapters.event_store.moments import end_of, first_since, last_until
from adapters.event_store.reader import COLUMNS, LAST, Reader
from adapters.event_store.reader import cut as cut_at
from adapters.postgres import Database
from adapters.wakeups.bell import Bell
from application.operations.audit import AuditPage
from application.ports import Recorded

PAGE: Final = 100
MOST_BYTES: Final = 4_000_000
"""Of a page, so that an answer with it has 5 MB at most."""

MOST_LOOKED_AT: Final = 10_000
"""Events that one page looks at. Actors and types have no index, which every append would have to
pay for: whoever asks for rare ones gets short pages, and goes on where they end."""

# `middle` is a column: what is computed in a condition is kept away from indexes by row-level
# security, which lets only functions near that it knows to keep secrets, and a sum is not among them.
VERSION_AT: Final = """
    WITH RECURSIVE halved(low, high, middle) AS (
        SELECT 0, top.version, (top.version + 1) / 2
        FROM (SELECT coalesce((
            SELECT version FROM log.events WHERE tenant_id = %(tenant)s AND stream = %(stream)s
            ORDER BY version DESC LIMIT 1
        ), 0)) AS top(version)
        UNION ALL
        SELECT next.low, next.high, (next.low + next.high + 1) / 2
        FROM halved h
        CROSS JOIN LATERAL (
            SELECT tenant_position > %(position)s AS is_later FROM log.events
            WHERE tenant_id = %(tenant)s AND stream = %(stream)s AND version <= h.middle
            ORDER BY version DESC LIMIT 1
        ) found
        CROSS JOIN LATERAL (
            SELECT CASE WHEN is_later THEN h.low ELSE h.middle END,
                   CASE WHEN is_later THEN h.middle - 1 ELSE h.high END
        ) next(low, high)
        WHERE h.low < h.high
    )
    SELECT low FROM halved WHERE low = high
"""


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """Which events are meant; what is not said does not matter. `types` are stored names, and so are those
    that are not meant, whatever else there may be: `but`.

    `since` is included, `until` is not.
    """

    stream: str | None = None
    types: tuple[str, ...] = ()
    but: tuple[str, ...] = ()
    actor: str | None = None
    since: datetime | None = None
    until: datetime | None = None


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
    ) -> AuditPage:
        """Return what happened behind a position, the oldest first."""
        first, last = _bounds(connection, tenant, asked)
        first = max(first, position + 1)
        stop = min(last, first + self._most - 1)
        events, cut = self._select(connection, tenant, asked, (first, stop), "ASC", limit)
        reached = _place(events[-1], asked) if cut else max(stop, position)
        return AuditPage(events, reached, more=reached < last)

    def before(
        self,
        connection: Connection[Any],
        tenant: str,
        asked: Asked = EVERYTHING,
        *,
        position: int = LAST,
        limit: int = PAGE,
    ) -> AuditPage:
        """Return what happened before a position, the newest first."""
        first, last = _bounds(connection, tenant, asked)
        last = min(last, position - 1)
        stop = max(first, last - self._most + 1)
        events, cut = self._select(connection, tenant, asked, (stop, last), "DESC", limit)
        reached = _place(events[-1], asked) if cut else min(stop, position)
        return AuditPage(events, reached, more=reached > first)

    def event(self, connection: Connection[Any], tenant: str, position: int) -> Recorded | None:
        """Return one event."""
        found, _ = self._select(connection, tenant, EVERYTHING, (position, position), "ASC", 1)
        return found[0] if found else None

    def version_at(
        self, connection: Connection[Any], tenant: str, stream: str, at: datetime
    ) -> int:
        """Return the version that one thing had at a time, 0 before it began."""
        position = last_until(connection, tenant, at).tenant_position
        return _version_at(connection, tenant, stream, position)

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
    ) -> Iterator[AuditPage]:
        """Return pages behind a position, then what is appended, for as long as one likes.

        When nothing happens an empty page is given every `idle` seconds: whoever follows can say
        where they stand, or leave.
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
    ) -> tuple[list[Recorded], bool]:
        """Return a page, and whether it was cut: at its limit, or where it is large enough."""
        by = _line(asked)
        conditions = ["e.tenant_id = %s", f"{by} BETWEEN %s AND %s"]
        values: list[Any] = [tenant, *places]
        for wanted, condition, value in (
            (asked.stream, "e.stream = %s", asked.stream),
            (asked.types, "e.type = ANY(%s)", list(asked.types)),
            (asked.but, "e.type <> ALL(%s)", list(asked.but)),
            (asked.actor, "e.metadata->>'actor' = %s", asked.actor),
            (asked.since, "e.recorded_at >= %s", asked.since),
            (asked.until, "e.recorded_at < %s", asked.until),
        ):
            if wanted:
                conditions.append(condition)
                values.append(value)
        page = f"""
            SELECT {COLUMNS} FROM log.events e WHERE {" AND ".join(conditions)}
            ORDER BY {by} {order} LIMIT %s
        """
        sql = cut_at(page, f"{by.removeprefix('e.')} {order}", most=MOST_BYTES)
        rows = connection.execute(sql.encode(), [*values, limit], binary=True).fetchall()
        return self._reader.recorded(rows), len(rows) == limit or bool(rows and rows[-1][-1])


def _line(asked: Asked) -> str:
    """Return along what is looked: the positions of a tenant or the versions of a stream. Both are in
    the same order, are dense, and have an index.
    """
    return "e.version" if asked.stream else "e.tenant_position"


def _place(past: Recorded, asked: Asked) -> int:
    return past.version if asked.stream else past.tenant_position


def _bounds(connection: Connection[Any], tenant: str, asked: Asked) -> tuple[int, int]:
    """Return the first and the last place in question."""
    first, last = _positions(connection, tenant, asked)
    if not asked.stream:
        return first, last
    before, end = (_version_at(connection, tenant, asked.stream, at) for at in (first - 1, last))
    return before + 1, end


def _version_at(connection: Connection[Any], tenant: str, stream: str, position: int) -> int:
    """Return the version that a stream had when its tenant's log stood at this position."""
    values = {"tenant": tenant, "stream": stream, "position": position}
    row = connection.execute(VERSION_AT, values, binary=True).fetchone()
    return int(row[0]) if row else 0


def _positions(connection: Connection[Any], tenant: str, asked: Asked) -> tuple[int, int]:
    """Return the first and the last position in question."""
    since, until = asked.since, asked.until
    first = first_since(connection, tenant, since) if since else 1
    if until is None:
        return first, end_of(connection, tenant)
    return first, last_until(connection, tenant, until - MOMENT).tenant_position
