"""Takes a person, or what was purged, out of the tables of read models: those that are asked, built, or
kept for going back, also of rows that are set aside.

The rows become what they will be once the erasure is folded, whenever that is. What cannot be told
of a table of another release is not kept: one that is being built, or was there before, is thrown
away; of one that nobody declares any more the rows are.
"""

from collections.abc import Sequence
from typing import Any, Final

from msgspec.structs import replace
from psycopg import Connection, sql

from adapters.consumers import checkpoints
from adapters.event_store.erased import note_again
from adapters.read_models.consumer import ReadModelConsumer
from adapters.read_models.rebuild import LOADING
from adapters.read_models.tables import LIVE, NEXT, PREVIOUS
from domain.messages import Erasure
from projections.read_model import ReadModel, Row

SCHEMAS: Final = (LIVE, NEXT, PREVIOUS)


class TableOfAnotherReleaseError(Exception):
    """The table is kept by another release; a process of that release can take the person out, and
    when none is there any more, it is rebuilt before long.
    """


def clear(
    connection: Connection[Any], models: Sequence[ReadModel], tenant: str, erased: Erasure
) -> None:
    """Take out what was erased, in the caller's transaction.

    Raises TableOfAnotherReleaseError.
    """
    for schema in SCHEMAS:
        for model in models:
            if type(erased) in model.subscribes_to:
                _clear(connection, ReadModelConsumer(model, schema), tenant, erased)
        _clear_undeclared(connection, schema, models, tenant, erased)
    note_again(connection, tenant, list(erased.streams))


def _clear(
    connection: Connection[Any], consumer: ReadModelConsumer, tenant: str, erased: Erasure
) -> None:
    place = checkpoints.places(connection, [consumer.name]).get(consumer.name)
    if place is None:
        return
    if consumer.accepts(connection, (place.shape or "").removeprefix(LOADING)):
        keys = [(tenant, key) for key in consumer.model.key(erased)]
        consumer.table.hold(connection, keys)
        found = consumer.table.load(connection, keys)
        rows = {key: _without(consumer.model, row, erased) for key, row in found.items()}
        consumer.table.store(connection, rows)
    elif consumer.table.schema == LIVE:
        raise TableOfAnotherReleaseError(consumer.name)
    else:
        consumer.table.drop(connection)
        checkpoints.forget(connection, consumer.name)


def _without(model: ReadModel, row: Row | None, erased: Erasure) -> Row | None:
    """Return the row without the person, as old as it was; what cannot be folded is not kept."""
    if row is None or row.updated_at is None:
        return None
    try:
        new = model.after(row, erased, row.updated_at)
    except Exception:  # noqa: BLE001 - a fold may fail at anything, and then its row is set aside
        return None
    if new is None:
        return None
    return replace(new, version=row.version, created_at=row.created_at, updated_at=row.updated_at)


def _clear_undeclared(
    connection: Connection[Any],
    schema: str,
    models: Sequence[ReadModel],
    tenant: str,
    erased: Erasure,
) -> None:
    declared = [model.name for model in models]
    keys = [*erased.streams, *getattr(erased, "note_ids", ())]
    for (name,) in connection.execute(UNDECLARED, (schema, declared)).fetchall():
        table = sql.Identifier(schema, name)
        connection.execute(sql.SQL(DELETE).format(table), (tenant, keys))


UNDECLARED: Final = """
    SELECT tablename::text FROM pg_tables WHERE schemaname = %s AND tablename <> ALL(%s)
"""
DELETE: Final = "DELETE FROM {} WHERE tenant_id = %s AND key = ANY(%s)"
