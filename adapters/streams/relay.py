"""Publishes the log: every event at least once, and those of a partition in order. What others are
told of it goes the same way, beside it.

One relay is active at a time, by a lock that its connection holds; another waits for it. Events are
read, published, acknowledged by the broker, and only then is the checkpoint moved on: what was not
acknowledged is published again, under the same numbers.
"""

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from typing import Any, Final, Protocol

import structlog
from psycopg import Connection, Error

from adapters.consumers import checkpoints
from adapters.event_store.reader import LAST, WRITTEN, cut
from adapters.event_store.unread import is_ours
from adapters.postgres import WORKER, Database, DatabaseUnavailableError
from adapters.streams import RELAY
from adapters.streams.records import Record, Row, Said, record_of, told_record_of
from adapters.streams.topics import place_of, told_place_of
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


class EventNotKnown(Exception):
    """An event comes next that only another release knows: where it goes, or what to tell of it."""

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
        knows: Callable[[str, str], bool] = lambda _stream, _type: True,
        tells: Callable[[Row], Said | None] = lambda _: None,
        unread: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._database = database
        self._publisher = publisher
        self._appended = appended
        self._batch = batch
        self._knows = knows
        self._tells = tells
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
                except EventNotKnown as problem:
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
        """Publish one batch; return the number of events. Raises NotAcknowledged, EventNotKnown."""
        after = checkpoints.read(line, [RELAY])[RELAY]
        found = line.execute(NEXT, (after, LAST, self._batch), prepare=True, binary=True).fetchall()
        if not found:
            return 0
        rows = self._known(found)
        counts: Counts = Counter()
        before = _published(line)
        records = [record for row in rows for record in self._records(row, counts, before)]
        self._publisher.publish(records)
        self._move_on(line, after, rows[-1][0], counts)
        return len(rows)

    def _known(self, rows: Sequence[Row]) -> Sequence[Row]:
        """Return those before the first that only another release knows."""
        for n, row in enumerate(rows):
            if not self._knows(row[STREAM], row[TYPE]) and is_ours(row[TYPE]):
                if n == 0:
                    raise EventNotKnown(row[TYPE])
                return rows[:n]
        return rows

    def _records(self, row: Row, counts: Counts, before: Counts) -> Iterator[Record]:
        """Return an event as our workers read it and, if they are told of it, as others do."""
        stream = row[STREAM]
        yield record_of(row, _next(place_of(stream), counts, before))
        if (said := self._tells(row)) is not None:
            number = _next(told_place_of(stream), counts, before)
            yield told_record_of(row, said, number)

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


def _next(place: tuple[str, int], counts: Counts, before: Counts) -> int:
    """Count one more record at a place; return its number."""
    counts[place] += 1
    return before[place] + counts[place]


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
