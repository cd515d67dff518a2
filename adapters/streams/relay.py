"""Publishes the log: every event at least once, and those of a partition in order.

One relay is active at a time, by a lock that its connection holds; another waits for it. Events are
read, published, acknowledged by the broker, and only then is the checkpoint moved on: what was not
acknowledged is published again, under the same numbers.
"""

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from typing import Any, Final, Protocol

import structlog
from psycopg import Connection, Error

from adapters.consumers import checkpoints
from adapters.event_store.reader import LAST, WRITTEN, cut
from adapters.event_store.unread import is_ours
from adapters.postgres import WORKER, Database, DatabaseUnavailableError
from adapters.streams import RELAY
from adapters.streams.records import Record, Row, record_of
from adapters.streams.topics import is_placed, place_of
from adapters.wakeups.bell import Bell

BATCH: Final = 500
IDLE: Final = 0.5
"""Seconds after which it looks without being woken."""

STANDBY: Final = 0.2
"""Seconds after which a relay that waits sees whether the other is gone."""

AGAIN: Final = 1.0
"""Seconds after which a broker or a database that is away is tried again."""

STREAM: Final = 3
TYPE: Final = 5
"""The columns of a row with its stream, and with its type."""

log = structlog.get_logger()

Counts = Counter[tuple[str, int]]
"""Records, by topic and partition."""


class PlaceNotKnown(Exception):
    """An event comes next of a kind of things that only a newer release knows."""

    def __init__(self, type_: str) -> None:
        super().__init__(type_)
        self.type = type_


class NotAcknowledged(Exception):
    """The broker did not say of every record that it has it."""


class Publisher(Protocol):
    """See `adapters/streams/producer.py`."""

    def publish(self, records: Sequence[Record]) -> None:
        """Send these and wait until the broker has them all. Raises NotAcknowledged."""

    def close(self) -> None:
        """Give the connection up."""


class Relay:
    """Carries the log to Kafka, as soon as `appended` is rung."""

    def __init__(
        self,
        database: Database,
        publisher: Publisher,
        *,
        appended: Bell,
        batch: int = BATCH,
        knows: Callable[[str], bool] = lambda _: True,
        unread: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._database = database
        self._publisher = publisher
        self._appended = appended
        self._batch = batch
        self._knows = knows
        self._unread = unread
        self.is_active = False

    def run(self, stop: threading.Event) -> None:
        """Publish until told to stop; whatever is in the way is said, and waited for."""
        with closing(self._publisher):
            while not stop.is_set():
                try:
                    with self._database.connect(WORKER, "frontdesk relay") as line:
                        self.take_over(line, stop)
                        self._carry_on(line, stop)
                except PlaceNotKnown as problem:
                    self.is_active = False
                    self._unread(problem.type)
                    stop.wait(AGAIN)
                except (Error, DatabaseUnavailableError) as error:
                    self.is_active = False
                    log.warning("the log cannot be reached", error=str(error))
                    stop.wait(AGAIN)

    def take_over(self, line: Connection[Any], stop: threading.Event) -> None:
        """Wait until no other relay is active; this one is, for as long as the connection lasts."""
        while not stop.is_set():
            row = line.execute(
                "SELECT pg_try_advisory_lock(hashtext('frontdesk.relay'))"
            ).fetchone()
            if row == (True,):
                checkpoints.begin(line, RELAY)
                self.is_active = True
                log.info("this relay is active")
                return
            stop.wait(STANDBY)

    def _carry_on(self, line: Connection[Any], stop: threading.Event) -> None:
        while not stop.is_set():
            heard = self._appended.rings
            try:
                done = self.step(line)
            except NotAcknowledged as error:
                log.warning("the broker cannot be reached", error=str(error.__cause__ or error))
                stop.wait(AGAIN)
                continue
            if not done:
                self._appended.wait(heard, IDLE)

    def step(self, line: Connection[Any]) -> int:
        """Publish one batch; return the number of events. Raises NotAcknowledged, PlaceNotKnown."""
        after = checkpoints.read(line, [RELAY])[RELAY]
        found = line.execute(NEXT, (after, LAST, self._batch), prepare=True, binary=True).fetchall()
        if not found:
            return 0
        rows = self._placed(found)
        counts: Counts = Counter()
        before = _published(line)
        self._publisher.publish([_numbered(row, counts, before) for row in rows])
        self._move_on(line, after, rows[-1][0], counts)
        return len(rows)

    def _placed(self, rows: Sequence[Row]) -> Sequence[Row]:
        """Return those before the first of which only a newer release knows where it is published."""
        for n, row in enumerate(rows):
            type_ = row[TYPE]
            if not (is_placed(row[STREAM]) or self._knows(type_)) and is_ours(type_):
                if n == 0:
                    raise PlaceNotKnown(type_)
                return rows[:n]
        return rows

    def _move_on(self, line: Connection[Any], after: int, to: int, counts: Counts) -> None:
        """Note what was published, unless another relay has done so meanwhile."""
        with line.transaction():
            place = checkpoints.lock(line, [RELAY])[RELAY]
            if place.position != after:
                return
            checkpoints.advance(line, [RELAY], to)
            topics, partitions = zip(*counts, strict=True)
            values = (list(topics), list(partitions), list(counts.values()))
            line.execute(COUNT, values, prepare=True)


def _published(connection: Connection[Any]) -> Counts:
    """Return how many records of each partition of each topic were published."""
    rows = connection.execute("SELECT topic, partition, records FROM work.published").fetchall()
    return Counter({(topic, partition): records for topic, partition, records in rows})


def _numbered(row: Row, counts: Counts, before: Counts) -> Record:
    place = place_of(row[STREAM])
    counts[place] += 1
    return record_of(row, before[place] + counts[place])


NEXT: Final = cut(
    f"""
    SELECT {WRITTEN}, NULL AS wrapped FROM log.events e
    WHERE e.position > %s AND e.position <= %s ORDER BY e.position LIMIT %s
    """,
    "position",
)
COUNT: Final = """
    INSERT INTO work.published AS p (topic, partition, records)
    SELECT * FROM unnest(%s::text[], %s::integer[], %s::bigint[])
    ON CONFLICT (topic, partition) DO UPDATE SET records = p.records + excluded.records
"""
