"""What processes have passed over: events that order something, of which nothing is in the queue.

That is so where an older release read the log that could not read these events. Doing it again does
nothing twice: an order is named after the event that it comes from.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from psycopg import Connection

from adapters import checkpoints
from adapters.event_store.reader import Reader
from adapters.event_store.unread import Hearer
from adapters.jobs.queue import ordered
from adapters.processes import ProcessConsumer
from application.ports import Recorded


class Missed(NamedTuple):
    """An event, and the kinds of what it orders that is not in the queue."""

    past: Recorded
    kinds: Sequence[str]


def missed(
    connection: Connection[Any], reader: Reader, consumer: ProcessConsumer, since: datetime
) -> Iterator[Missed]:
    """Find what a process has passed over since then."""
    for page in _pages(connection, reader, consumer, since):
        jobs = [
            (past, job)
            for past in page
            for job in ordered(consumer.reacts(past), past, consumer.name)
        ]
        keys = [job.dedupe_key for _, job in jobs]
        there = {key for (key,) in connection.execute(THERE, (keys,)).fetchall()}
        for past in page:
            kinds = [
                job.kind for cause, job in jobs if cause is past and job.dedupe_key not in there
            ]
            if kinds:
                yield Missed(past, kinds)


def redo(
    connection: Connection[Any], reader: Reader, consumer: ProcessConsumer, since: datetime
) -> None:
    """Let a process react once more to all that happened since then, in order."""
    for page in _pages(connection, reader, consumer, since):
        with connection.transaction():
            checkpoints.lock(connection, [consumer.name])
            aside = checkpoints.parked(connection, [consumer.name]).get(consumer.name, set())
            failures = consumer.handle(connection, page, aside)
            checkpoints.park(connection, consumer.name, failures)


def _pages(
    connection: Connection[Any], reader: Reader, consumer: ProcessConsumer, since: datetime
) -> Iterator[Sequence[Recorded]]:
    """Return what a process has gone through since then. Raises NotReadableHere."""
    place = checkpoints.places(connection, [consumer.name]).get(consumer.name)
    row = connection.execute(FIRST, (since,)).fetchone()
    if place is None or row is None or row[0] is None:
        return
    for page in reader.follow(connection, row[0] - 1, to=place.position):
        yield reader.heard(connection, page, Hearer(consumer.name, consumer.types))


FIRST: Final = "SELECT min(position) FROM log.events WHERE recorded_at >= %s"
THERE: Final = "SELECT dedupe_key FROM work.jobs WHERE dedupe_key = ANY(%s)"
