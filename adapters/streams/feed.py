"""Puts what comes by Kafka in the order of the log again, and gets from the log what does not come.

Positions are dense over all topics, so a hole can be seen: what is missing is waited for, a moment,
and then read where it was written. Repeated records are dropped. Nothing depends on offsets.

What is published may be of another time: a log that was restored to an earlier moment gives the same
positions to other events. So before anything is handed on, the log is asked whether these are its
own: it compares what is noted of each, the event's id among it, and sends back one digest.
"""

import hashlib
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

import structlog
from psycopg import Connection

from adapters.event_store.reader import Reader
from adapters.keys import Key
from adapters.streams.records import Row
from adapters.wakeups.bell import Bell
from application.ports import Recorded

MOST: Final = 50_000
"""Events that are kept for consumers that lag behind; those further behind read the log."""

LATE: Final = 0.1
"""Seconds for what is missing in between: partitions are fetched one after the other."""

SILENT: Final = 1.0
"""Seconds without anything new, after which the log is asked whether that is true."""

NOTED: Final = 1_000
"""Places of which it is known since when somebody waits there; older ones are forgotten."""

NOTED_OF_IT: Final = 8
"""The column of a row with what is noted of the event: its id, the command, who ordered it."""

ENCRYPTED: Final = 9
"""The column of a row with what is personal."""

log = structlog.get_logger()


class Feed:
    """Reads as a runner does; `put` may be called from another thread."""

    def __init__(
        self,
        reader: Reader,
        *,
        appended: Bell,
        most: int = MOST,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._reader = reader
        self._appended = appended
        self._most = most
        self._now = now
        self._gate = threading.Lock()
        self._rows: dict[int, Row] = {}
        self._highest = 0
        self._missed: dict[int, float] = {}
        self._asked: dict[int, float] = {}
        self.healed = 0
        """How many events had to be read from the log."""

    @property
    def kept(self) -> int:
        """How many events are kept at this moment."""
        return len(self._rows)

    def put(self, rows: Iterable[Row]) -> None:
        """Take records, in whatever order, however often."""
        with self._gate:
            for row in rows:
                self._rows[row[0]] = row
                self._highest = max(self._highest, row[0])
            if len(self._rows) > self._most:
                kept = sorted(self._rows)[-self._most // 2 :]
                self._rows = {position: self._rows[position] for position in kept}
        self._appended.ring()

    def log(self, connection: Connection[Any], after: int, *, limit: int) -> Sequence[Recorded]:
        """Return what follows a position, without a hole; nothing if it is still to come."""
        with self._gate:
            rows = self._run(after, limit)
            healthy = bool(rows) or self._may_come(after)
        if rows and _are_in_the_log(connection, rows):
            return self._reader.recorded(_with_keys(connection, rows))
        if rows:
            self._forget(after)
        elif healthy:
            return []
        events = self._reader.log(connection, after, limit=limit)
        self.healed += len(events)
        return events

    def _forget(self, after: int) -> None:
        """Keep nothing of what may be of another time."""
        log.warning("what was published is not what is in the log", after=after)
        with self._gate:
            self._rows, self._highest = {}, 0

    def _run(self, after: int, limit: int) -> list[Row]:
        rows: list[Row] = []
        while len(rows) < limit and (row := self._rows.get(after + len(rows) + 1)) is not None:
            rows.append(row)
        if rows:
            self._missed.pop(after, None)
        return rows

    def _may_come(self, after: int) -> bool:
        now = self._now()
        if self._highest > after:
            if after + 1 < min(self._rows, default=0):
                return False  # it was published before we listened, or was kept for long enough
            return now - self._first(self._missed, after, now) < LATE
        if now - self._first(self._asked, after, now) < SILENT:
            return True
        self._asked[after] = now
        return False

    @staticmethod
    def _first(times: dict[int, float], after: int, now: float) -> float:
        """Return since when it is so for those who stand there; who was noted first has moved on."""
        since = times.setdefault(after, now)
        if len(times) > NOTED:
            times.pop(next(iter(times)))
        return since


def _are_in_the_log(connection: Connection[Any], rows: Sequence[Row]) -> bool:
    noted = "".join(row[NOTED_OF_IT] for row in rows)
    places = rows[0][0], rows[-1][0]
    [found] = connection.execute(DIGEST, places, prepare=True).fetchall()
    return bool(found[0] == hashlib.md5(noted.encode(), usedforsecurity=False).hexdigest())


def _with_keys(connection: Connection[Any], rows: Sequence[Row]) -> list[Row]:
    """Add the keys of what is personal, as they are now: they may have been destroyed meanwhile."""
    sealed = {(row[1], row[3]) for row in rows if row[ENCRYPTED] is not None}
    keys: dict[Key, bytes | None] = {}
    if sealed:
        tenants, streams = zip(*sealed, strict=True)
        found = connection.execute(KEYS, (list(tenants), list(streams)), prepare=True, binary=True)
        keys = {(tenant, stream): wrapped for tenant, stream, wrapped in found.fetchall()}
    return [(*row, keys.get((row[1], row[3]))) for row in rows]


KEYS: Final = """
    SELECT k.tenant_id::text, k.stream, k.wrapped FROM log.keys k
    JOIN unnest(%s::uuid[], %s::text[]) AS s(tenant_id, stream) USING (tenant_id, stream)
"""
DIGEST: Final = """
    SELECT md5(string_agg(metadata::text, '' ORDER BY position)) FROM log.events
    WHERE position BETWEEN %s AND %s
"""
