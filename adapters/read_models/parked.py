"""How every consumer of the log is doing, and what was set aside: seen, and tried again.

A row that was set aside is folded anew from the whole history of its key; a process goes on in its
stream from the event at which it failed, in order.
"""

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Any, Final

import msgspec
from psycopg import Connection
from psycopg.rows import class_row

from adapters.consumers import checkpoints
from adapters.consumers.delivery import Careful, Consumer, is_poison
from adapters.errors import without_data
from adapters.event_store.erased import ErasedMeanwhileError, noted, refuse_erased
from adapters.event_store.reader import Reader
from adapters.event_store.unread import Hearer
from adapters.keys import Key
from adapters.read_models.as_of import hearer, stored_of_tenant
from adapters.read_models.consumer import ReadModelConsumer
from adapters.read_models.fold import Failure, Touches, fold, relevant
from adapters.read_models.tables import Rows
from application.operations.parked import NotParked, ParkedKey
from application.ports import NotReadableHere, Recorded
from projections.read_model import ReadModel

PAGE: Final = 500


class ConsumerStatus(msgspec.Struct, frozen=True, kw_only=True):
    """How a consumer is doing. `version` is that of the declaration its table was made from;
    `lag_seconds` the age of the oldest event that it has not handled; `waits_for` a type of events
    that whoever is in charge cannot read, or the shape of a table that they cannot carry on.
    """

    consumer: str
    source: str
    version: int | None
    shape: str | None
    position: int
    moved_at: datetime
    lag_events: int
    lag_seconds: float
    parked: int
    waits_for: str | None


def status(connection: Connection[Any], *, now: datetime | None = None) -> list[ConsumerStatus]:
    """Return how each consumer is doing, by name. `now` is PostgreSQL's time unless it is given."""
    with connection.cursor(row_factory=class_row(ConsumerStatus)) as cursor:
        return cursor.execute(STATUS, {"now": now}).fetchall()


def parked(
    connection: Connection[Any],
    *,
    consumer: str | None = None,
    tenant: str | None = None,
    after: tuple[str, str, str] = ("", "", ""),
    most: int = PAGE,
) -> list[ParkedKey]:
    """List what is set aside, by consumer, tenant and key, beginning `after` such a place."""
    places = zip(("after_consumer", "after_tenant", "after_key"), after, strict=True)
    values = {"consumer": consumer, "tenant": tenant, "most": most, **dict(places)}
    with connection.cursor(row_factory=class_row(ParkedKey)) as cursor:
        return cursor.execute(PARKED, values).fetchall()


def everything_parked(connection: Connection[Any]) -> Iterator[ParkedKey]:
    """Return all that is set aside, in that order."""
    after = ("", "", "")
    while page := parked(connection, after=after):
        yield from page
        after = (page[-1].consumer, page[-1].tenant, page[-1].key)


def retry(
    connection: Connection[Any], reader: Reader, consumer: Consumer, tenant: str, key: str
) -> Failure | None:
    """Let a key take part again; if it fails once more, it is set aside where it fails now.

    Raises NotParked, and NotReadableHere if the table is another release's.
    """
    while True:
        try:
            return _retry(connection, reader, consumer, tenant, key)
        except ErasedMeanwhileError:
            continue


def _retry(
    connection: Connection[Any], reader: Reader, consumer: Consumer, tenant: str, key: str
) -> Failure | None:
    since = noted(connection)
    with connection.transaction():
        place = checkpoints.lock(connection, [consumer.name]).get(consumer.name)
        row = connection.execute(SINCE, (consumer.name, tenant, key)).fetchone()
        if place is None or row is None:
            raise NotParked(consumer=consumer.name, key=key)
        if not consumer.accepts(connection, place.shape):
            raise NotReadableHere(needs="release")
        checkpoints.unpark(connection, consumer.name, [(tenant, key)])
        span = range(row[0], place.position + 1)
        if isinstance(consumer, ReadModelConsumer):
            failure = _row_again(connection, reader, consumer, (tenant, key), span)
        else:
            failure = _stream_again(connection, reader, consumer, (tenant, key), span)
        if failure is not None:
            checkpoints.park(connection, consumer.name, [failure])
        refuse_erased(connection, since, 0, place.position)
        return failure


def _stream_again(
    connection: Connection[Any], reader: Reader, consumer: Consumer, key: Key, span: range
) -> Failure | None:
    """Go on in a stream from the event that failed, as far as the consumer has come."""
    try:
        events = reader.stream(connection, *key)
    except Exception as error:
        if not is_poison(error):
            raise
        return Failure(key, span.start, without_data(error))
    careful = Careful(consumer)
    due = [past for past in events if past.position in span]
    reader.heard(connection, due, Hearer(consumer.name, consumer.types))
    failures = (careful.handle(connection, [past], frozenset()) for past in due)
    return next((failed[0] for failed in failures if failed), None)


def _row_again(
    connection: Connection[Any],
    reader: Reader,
    consumer: ReadModelConsumer,
    key: Key,
    span: range,
) -> Failure | None:
    """Fold rows from all that ever happened to them."""
    tenant, name = key
    at = span.start
    others = reader.others(consumer.types)
    try:
        with connection.transaction():
            aside = checkpoints.parked(connection, [consumer.name]).get(consumer.name, set())
            with reader.parts(connection, tenant, name) as parts:
                events = (past for part in parts for past in part)
                touched = {each for past in events for each in consumer.keys_of(past)}
            rows: Rows = dict.fromkeys({key, *(touched - aside)})
            for stored in stored_of_tenant(connection, others, tenant, to=span.stop - 1):
                owned = consumer.model.owner is not None  # then no other stream has a say
                page = [row for row in stored if not owned or row[3] == name]
                at = page[0][0] if page else at
                touches = _touches(reader, connection, consumer.model, page, rows, aside)
                if failures := fold(consumer.model, rows, touches):
                    return failures[0]._replace(key=key)
            consumer.table.store(connection, rows)
    except NotReadableHere:
        raise
    except Exception as error:
        if not is_poison(error):
            raise
        return Failure(key, at, without_data(error))
    return None


def _unlocked(events: Sequence[Recorded], aside: AbstractSet[Key]) -> list[Recorded]:
    """Return events without those that need a master key in streams that are set aside."""
    return [each for each in events if not each.needs or (each.tenant, each.stream) not in aside]


def _touches(
    reader: Reader,
    connection: Connection[Any],
    model: ReadModel,
    page: Sequence[tuple[Any, ...]],
    rows: Rows,
    aside: AbstractSet[Key],
) -> Touches:
    """Return the events of a page that touch these rows; what is unreadable in another stream that is
    set aside stays out, as it did when it was.
    """
    try:
        events = reader.recorded(page)
        found = relevant(model, reader.heard(connection, _unlocked(events, aside), hearer(model)))
    except NotReadableHere:
        raise
    except Exception:
        if len(page) > 1:
            halves = page[: len(page) // 2], page[len(page) // 2 :]
            again = (_touches(reader, connection, model, half, rows, aside) for half in halves)
            return [touch for touches in again for touch in touches]
        if (page[0][1], page[0][3]) not in aside:
            raise
        return []
    return [(past, [each for each in keys if each in rows]) for past, keys in found]


STATUS: Final = """
    SELECT c.consumer, c.source, c.shape, c.position, c.moved_at,
        substring(c.shape from '([0-9]+)-')::integer AS version,
        log.position - c.position AS lag_events, c.waits_for,
        greatest(0, extract(epoch FROM coalesce(%(now)s::timestamptz, clock_timestamp()) - next.recorded_at))
            ::double precision AS lag_seconds,
        (SELECT count(*) FROM work.parked p WHERE p.consumer = c.consumer) AS parked
    FROM work.checkpoints c
    CROSS JOIN LATERAL (SELECT coalesce(max(e.position), 0) AS position FROM log.events e) log
    LEFT JOIN log.events next ON next.position = c.position + 1
    ORDER BY c.consumer, c.source
"""
PARKED: Final = """
    SELECT p.consumer, p.tenant_id::text AS tenant, p.key, p.position, e.type, p.error, p.parked_at
    FROM work.parked p LEFT JOIN log.events e ON e.position = p.position
    WHERE (%(consumer)s::text IS NULL OR p.consumer = %(consumer)s)
      AND (%(tenant)s::uuid IS NULL OR p.tenant_id = %(tenant)s)
      AND (p.consumer, p.tenant_id::text, p.key) > (%(after_consumer)s, %(after_tenant)s, %(after_key)s)
    ORDER BY p.consumer, p.tenant_id::text, p.key LIMIT %(most)s
"""
SINCE: Final = (
    "SELECT position FROM work.parked WHERE consumer = %s AND tenant_id = %s AND key = %s"
)
