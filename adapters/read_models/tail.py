"""What the projector has not done yet, applied for one question and never committed.

The question is asked inside the transaction that applied it, and then everything is rolled back.
The snapshot makes sure that nothing is applied which the projector has just applied itself.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from psycopg import Connection, sql

from adapters.consumers import checkpoints
from adapters.consumers.delivery import is_poison
from adapters.event_store.reader import COLUMNS, Reader, cut
from adapters.event_store.unread import Hearer
from adapters.postgres import APP
from adapters.read_models.consumer import ReadModelConsumer
from adapters.read_models.fold import fold, relevant
from adapters.read_models.freshness import aside, lacked_by, refuse_hidden
from adapters.read_models.tables import LIVE, Rows
from application.ports import ProjectionParked, Recorded
from projections.read_model import Row

LONGEST: Final = 20_000
"""Positions of the log that are looked through for one question at most."""

MOST: Final = 3_000
"""Events that are applied for one question at most."""

MOST_BYTES: Final = 2_000_000
"""And their bytes: each is there three times over, as an event, in a row, and on its way to the table."""

Consumers = Sequence[ReadModelConsumer]


class TailTooLong(Exception):
    """There is more to apply than for one question; the projector must do it."""


def apply_tail(
    connection: Connection[Any],
    reader: Reader,
    tenant: str,
    consumers: Consumers,
    position: int,
    *,
    lock_ms: int,
) -> None:
    """Let the tables show what happened to a tenant up to `position`, in this transaction only, and
    let the rest of it be asked in the tenant's name.

    Raises TailTooLong, and ProjectionParked when what was written cannot be shown.
    """
    _look_at_one_moment(connection, consumers, lock_ms)
    names = [consumer.name for consumer in consumers]
    at = _places(connection, consumers, position)
    events = _tail(connection, reader, tenant, consumers, min(at.values()), position)
    hidden = dict(aside(connection, tenant, names, position))
    parked = checkpoints.parked(connection, names)
    for consumer in consumers:
        due = [past for past in events if past.position > at[consumer.name]]
        try:
            failures = consumer.handle(connection, due, parked.get(consumer.name, frozenset()))
        except Exception as error:
            if not is_poison(error):
                raise
            raise ProjectionParked(position=position, consumer=consumer.name) from error
        hidden |= {(consumer.name, failure.key[1]): failure.needs for failure in failures}
    refuse_hidden(hidden, position)
    connection.execute(AS_TENANT, (tenant, APP))


def row_with_tail(
    connection: Connection[Any],
    reader: Reader,
    tenant: str,
    consumer: ReadModelConsumer,
    key: str,
    position: int,
    *,
    lock_ms: int,
) -> Row | None:
    """Return one row as it is up to `position`: nothing is written for that.

    Raises TailTooLong, and ProjectionParked when it cannot be shown.
    """
    _look_at_one_moment(connection, [consumer], lock_ms)
    at = _places(connection, [consumer], position)[consumer.name]
    hidden = aside(connection, tenant, [consumer.name], position)
    refuse_hidden(lacked_by(consumer.model, key, hidden), position)
    wanted = (tenant, key)
    rows: Rows = dict(consumer.table.load(connection, [wanted]))
    events = _tail(connection, reader, tenant, [consumer], at, position)
    touches = [
        (past, [wanted]) for past, keys in relevant(consumer.model, events) if wanted in keys
    ]
    if fold(consumer.model, rows, touches):
        raise ProjectionParked(position=position, consumer=consumer.name)
    return rows.get(wanted)


def _look_at_one_moment(connection: Connection[Any], consumers: Consumers, lock_ms: int) -> None:
    """Hold the tables where they are, then look at one moment: a switch must not come between."""
    tables = [sql.Identifier(LIVE, consumer.model.name) for consumer in consumers]
    statement = sql.SQL(ONE_MOMENT).format(sql.Literal(f"{lock_ms}ms"), sql.SQL(", ").join(tables))
    connection.execute(statement)


def _places(connection: Connection[Any], consumers: Consumers, position: int) -> Mapping[str, int]:
    places = checkpoints.places(connection, [consumer.name for consumer in consumers])
    for consumer in consumers:
        place = places.get(consumer.name)
        if (
            place is None
            or position - place.position > LONGEST
            or not consumer.accepts(connection, place.shape)
        ):
            raise TailTooLong
    return {name: place.position for name, place in places.items()}


def _tail(
    connection: Connection[Any],
    reader: Reader,
    tenant: str,
    consumers: Consumers,
    after: int,
    to: int,
) -> Sequence[Recorded]:
    types = dict.fromkeys(kind for consumer in consumers for kind in consumer.types)
    values = (after, to, tenant, reader.others(tuple(types)), MOST + 1)
    rows = connection.execute(TAIL, values, prepare=True, binary=True).fetchall()
    if len(rows) > MOST or (rows and rows[-1][-1]):
        raise TailTooLong
    hearers = (Hearer(consumer.name, consumer.types) for consumer in consumers)
    return reader.heard(connection, reader.recorded(rows), *hearers)


ONE_MOMENT: Final = """
    SET TRANSACTION ISOLATION LEVEL REPEATABLE READ;
    SET LOCAL lock_timeout = {};
    LOCK TABLE {} IN ACCESS SHARE MODE
"""
AS_TENANT: Final = "SELECT set_config('frontdesk.tenant', %s, true), set_config('role', %s, true)"
TAIL: Final = cut(
    f"""
    SELECT {COLUMNS} FROM log.events e
    WHERE e.position > %s AND e.position <= %s AND e.tenant_id = %s AND e.type <> ALL(%s)
    ORDER BY e.position LIMIT %s
    """,
    "position",
    most=MOST_BYTES,
)
