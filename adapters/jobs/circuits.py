"""A lane in which nothing answers is left alone for a while, so that nothing stands there in vain.

    answering ── fails FAILURES times in a row ─► left alone ── its pause is over ─► tried, by one
        ▲                                             ▲                                │   │
        │                                             └── it fails: a longer pause ────┘   │
        └────────────────────────── it answers ────────────────────────────────────────────┘

Kept in the database: every process leaves it alone, and `/v1/status` says so. Until when, a worker says
by its own clock; whoever has seen it for long enough says that it is over: see `postponed.py`.
"""

import threading
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
import structlog
from psycopg import Connection

from adapters.jobs.lanes import COMMANDS

FAILURES: Final = 3
PAUSE: Final = timedelta(seconds=30)
LONGEST_PAUSE: Final = timedelta(minutes=5)

GET: Final = "SELECT lane, failures, since, until FROM work.failing_lanes WHERE lane = %s"

ALL: Final = "SELECT lane, failures, since, until FROM work.failing_lanes ORDER BY lane"

# What was begun before it was left alone says nothing new.
FAILED: Final = """
    INSERT INTO work.failing_lanes AS lane (lane, failures, since) VALUES (%(lane)s, 1, %(now)s)
    ON CONFLICT (lane) DO UPDATE SET failures = lane.failures + 1, until = CASE
        WHEN lane.failures + 1 >= %(failures)s
        THEN %(now)s + least(
            %(pause)s * 2 ^ least(lane.failures + 1 - %(failures)s, 10), %(longest)s
        )
    END
    WHERE lane.until IS NULL OR lane.until <= %(now)s
    RETURNING lane, failures, since, until
"""

OVER: Final = "UPDATE work.failing_lanes SET until = %s WHERE lane = %s AND until = %s"

ANSWERED: Final = "DELETE FROM work.failing_lanes WHERE lane = %s"

log = structlog.get_logger()


class FailingLane(msgspec.Struct, frozen=True, kw_only=True):
    """A lane in which the last attempts met nobody; `until` when it is left alone, if it is."""

    lane: str
    failures: int
    since: datetime
    until: datetime | None


def failing(connection: Connection[Any]) -> list[FailingLane]:
    """Return the lanes in which nothing answers."""
    return [_read(row) for row in connection.execute(ALL).fetchall()]


def look(connection: Connection[Any], lane: str) -> FailingLane | None:
    """Return how a lane fails, if it does."""
    row = connection.execute(GET, (lane,), prepare=True).fetchone()
    return None if row is None else _read(row)


def failed(connection: Connection[Any], lane: str, *, now: datetime) -> FailingLane | None:
    """Count that nobody answered; None when it is left alone already."""
    values = {
        "lane": lane,
        "now": now,
        "failures": FAILURES,
        "pause": PAUSE,
        "longest": LONGEST_PAUSE,
    }
    row = connection.execute(FAILED, values).fetchone()
    return None if row is None else _read(row)


def answered(connection: Connection[Any], lane: str) -> bool:
    """Say that it answers; True when it did not before."""
    return connection.execute(ANSWERED, (lane,)).rowcount == 1


def too_long(connection: Connection[Any], now: datetime) -> dict[FailingLane, timedelta]:
    """Return what is left alone for longer than it can be, and for how long it can."""
    found = {lane: length(lane.failures) for lane in failing(connection)}
    return {lane: most for lane, most in found.items() if lane.until and lane.until > now + most}


def reopen(connection: Connection[Any], late: Sequence[FailingLane], *, now: datetime) -> None:
    """Have it tried at once, unless somebody did meanwhile."""
    for lane in late:
        connection.execute(OVER, (now, lane.lane, lane.until))


def length(failures: int) -> timedelta:
    """Return how long a lane is left alone after so many failures."""
    doublings = min(max(failures - FAILURES, 0), 10)
    return min(PAUSE * (1 << doublings), LONGEST_PAUSE)


class Gates:
    """What one process lets through: nothing into a lane that is left alone, and one at a time into
    one that is tried again. Commands go through nothing but ourselves.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._standing: Counter[str] = Counter()
        self._failing: set[str] = set()

    def room(self, connection: Connection[Any], lane: str, *, now: datetime, most: int) -> int:
        """Return how many may be begun now, of `most`."""
        found = None if lane == COMMANDS else look(connection, lane)
        with self._lock:
            (self._failing.discard if found is None else self._failing.add)(lane)
            if found is None or found.until is None:
                return most
            return int(found.until <= now and not self._standing[lane])

    def enter(self, lane: str, jobs: int) -> None:
        """Say that so many are begun."""
        with self._lock:
            self._standing[lane] += jobs

    def leave(self, lane: str, jobs: int = 1) -> None:
        """Say that so many have ended."""
        self.enter(lane, -jobs)

    def met_nobody(self, connection: Connection[Any], lane: str, *, now: datetime) -> None:
        """Count it, and leave the lane alone if that is too often. The first time is logged, too."""
        found = failed(connection, lane, now=now)
        if found is None:
            return
        if found.failures == 1:
            log.warning("nobody answers in a lane", lane=lane)
        if found.until is not None:
            log.warning("a lane is left alone", lane=lane, until=found.until.isoformat())

    def met_somebody(self, connection: Connection[Any], lane: str) -> bool:
        """Open the lane; return whether it was not."""
        with self._lock:
            was_failing = lane in self._failing
        opened = was_failing and answered(connection, lane)
        if opened:
            log.info("a lane answers again", lane=lane)
        return opened


def _read(row: tuple[Any, ...]) -> FailingLane:
    lane, failures, since, until = row
    return FailingLane(lane=lane, failures=failures, since=since, until=until)
