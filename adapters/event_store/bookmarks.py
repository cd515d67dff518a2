"""Whether a tenant's log is still the one that somebody has seen: what is at its positions.

What was found is believed for some seconds, and in a bounded number, so that who reads with a fresh
token costs no question. A database becomes another only by being stopped, and that takes longer.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from psycopg import Connection

from adapters.postgres import Database
from application.ports import Bookmark, PositionUnknown

BELIEVED: Final = 5.0
"""Seconds for which it is known what is at a position."""

MOST: Final = 10_000
"""Positions of which it is known at a time."""


class Bookmarks:
    """Gives bookmarks, and knows those of a log that is lost."""

    def __init__(
        self, database: Database, *, clock: Callable[[], float] = time.monotonic, most: int = MOST
    ) -> None:
        self._database = database
        self._clock = clock
        self._most = most
        self._gate = threading.Lock()
        self._known: OrderedDict[tuple[str, int], tuple[str, float]] = OrderedDict()

    def latest(self, tenant: str) -> Bookmark:
        """Return where a tenant's log ends."""
        with self._database.as_tenant(tenant) as connection:
            found = end_of(connection, tenant)
        self.learn(tenant, found)
        return found

    def refuse_lost(self, tenant: str, bookmark: Bookmark) -> None:
        """Raise PositionUnknown if something else is at this position, or nothing."""
        if bookmark.position and not self._is_known(tenant, bookmark):
            with self._database.as_tenant(tenant) as connection:
                found = mark_at(connection, tenant, bookmark.position)
            if found != bookmark.mark:
                raise PositionUnknown
            self.learn(tenant, bookmark)

    def of(self, tenant: str, positions: Sequence[int]) -> Mapping[int, Bookmark]:
        """Return the bookmarks of positions of a tenant's log; those where nothing is are missing."""
        with self._database.as_tenant(tenant) as connection:
            return bookmarks_of(connection, tenant, positions)

    def learn(self, tenant: str, bookmark: Bookmark) -> None:
        """Note what was seen in the log at this moment."""
        key = (tenant, bookmark.position)
        with self._gate:
            self._known[key] = (bookmark.mark, self._clock() + BELIEVED)
            self._known.move_to_end(key)
            if len(self._known) > self._most:
                self._known.popitem(last=False)

    def forget(self) -> None:
        """Believe nothing any more: the database may be another."""
        with self._gate:
            self._known.clear()

    def _is_known(self, tenant: str, bookmark: Bookmark) -> bool:
        mark, until = self._known.get((tenant, bookmark.position), ("", 0.0))
        return mark == bookmark.mark and self._clock() < until


def bookmarks_of(
    connection: Connection[Any], tenant: str, positions: Sequence[int]
) -> Mapping[int, Bookmark]:
    """Return the bookmarks of these positions."""
    rows = connection.execute(OF, (tenant, list(positions)), prepare=True).fetchall()
    return {position: Bookmark(position, mark) for position, mark in rows}


def mark_at(connection: Connection[Any], tenant: str, position: int) -> str:
    """Return the mark at a position; nothing where nothing is."""
    row = connection.execute(AT, (tenant, position), prepare=True).fetchone()
    return str(row[0]) if row else ""


def end_of(connection: Connection[Any], tenant: str) -> Bookmark:
    """Return where a tenant's log ends, at the moment that the connection sees."""
    row = connection.execute(END, (tenant,), prepare=True).fetchone()
    return Bookmark(*row[1:]) if row else Bookmark()


AT: Final = "SELECT log.mark(hash) FROM log.events WHERE tenant_id = %s AND tenant_position = %s"
OF: Final = """
    SELECT tenant_position, log.mark(hash) FROM log.events
    WHERE tenant_id = %s AND tenant_position = ANY(%s)
"""
END: Final = """
    SELECT position, tenant_position, log.mark(hash) FROM log.events WHERE tenant_id = %s
    ORDER BY tenant_position DESC LIMIT 1
"""
