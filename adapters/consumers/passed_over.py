"""What processes have passed over: events that order something, of which nothing is in the queue.

That is so where an older release read the log that could not read these events. Doing it again does
nothing twice: an order is named after the event that it comes from. What was ordered about a person
who was erased since is gone because of that. Streams that are set aside, or whose master key is not known
here, are left out.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from psycopg import Connection

from adapters.consumers import checkpoints
from adapters.consumers.processes import ProcessConsumer
from adapters.event_store.reader import Reader
from adapters.event_store.unread import Hearer
from adapters.jobs.queue import ordered
from adapters.keys import Key
from application.ports import Recorded
from domain.catalogue import EVENTS
from domain.messages import Erasure, Event, StreamErased

ERASING: Final[tuple[type[Event], ...]] = (
    StreamErased,
    *(each for each in EVENTS.values() if issubclass(each, Erasure)),
)
"""The events that say of their own stream that it was erased."""


class Missed(NamedTuple):
    """An event, and the kinds of what it orders that is not in the queue."""

    past: Recorded
    kinds: Sequence[str]


def missed(
    connection: Connection[Any],
    reader: Reader,
    consumer: ProcessConsumer,
    since: datetime,
    left_out: set[Key] | None = None,
) -> Iterator[Missed]:
    """Find what a process has passed over since then; note the streams that are `left_out`."""
    for page in _pages(connection, reader, consumer, since, left_out):
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
    connection: Connection[Any],
    reader: Reader,
    consumer: ProcessConsumer,
    since: datetime,
    left_out: set[Key] | None = None,
) -> Iterator[Sequence[Recorded]]:
    """Return what a process has gone through since then, and may have ordered something about that
    has to be there. Raises NotReadableHere before what only another release can read.
    """
    left_out, names = set() if left_out is None else left_out, set(reader.names(consumer.types))
    aside = checkpoints.parked(connection, [consumer.name]).get(consumer.name, set())
    place = checkpoints.places(connection, [consumer.name]).get(consumer.name)
    row = connection.execute(FIRST, (since,)).fetchone()
    if place is None or row is None or row[0] is None:
        return
    for page in reader.follow(connection, row[0] - 1, to=place.position):
        left_out |= {
            _key(past)
            for past in page
            if past.type in names and (past.needs or _key(past) in aside)
        }
        readable = [past for past in page if not past.needs and _key(past) not in left_out]
        heard = reader.heard(connection, readable, Hearer(consumer.name, consumer.types))
        waited_for = [past for past in heard if past.type in names]
        yield _not_erased(connection, reader, waited_for)


def _not_erased(
    connection: Connection[Any], reader: Reader, events: Sequence[Recorded]
) -> list[Recorded]:
    """Return events without those of a stream that was erased after them: what was ordered about a
    person was taken away with them.
    """
    if not events:
        return []
    tenants, streams = zip(*{_key(past) for past in events}, strict=True)
    values = (list(tenants), list(streams), reader.names(ERASING))
    erased = {(row[0], row[1]): row[2] for row in connection.execute(ERASED, values).fetchall()}
    return [past for past in events if past.position >= erased.get(_key(past), 0)]


def _key(past: Recorded) -> Key:
    return past.tenant, past.stream


FIRST: Final = "SELECT min(position) FROM log.events WHERE recorded_at >= %s"
ERASED: Final = """
    SELECT e.tenant_id::text, e.stream, max(e.position) FROM log.events e
    JOIN unnest(%s::uuid[], %s::text[]) AS k(tenant_id, stream) USING (tenant_id, stream)
    WHERE e.type = ANY(%s) GROUP BY 1, 2
"""
THERE: Final = "SELECT dedupe_key FROM work.jobs WHERE dedupe_key = ANY(%s)"
