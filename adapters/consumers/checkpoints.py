"""How far each consumer of the log has read, kept in the same transaction as what it did.

The row is also a lock: whoever holds it is the only one to carry this consumer on, so a zombie
that wakes up late finds that others have moved it.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

import structlog
from psycopg import Connection

from adapters.keys import Key

SOURCE: Final = "log"

log = structlog.get_logger()


class Place(NamedTuple):
    """Where a consumer stands; `shape` is that of a read model's table. `waits_for` is a type that
    whoever is in charge cannot read, or the shape, if they cannot carry on such a table: who can may
    go on in their stead.
    """

    position: int
    shape: str | None = None
    waits_for: str | None = None


def places(connection: Connection[Any], consumers: Sequence[str]) -> dict[str, Place]:
    """Return where these consumers stand; those that never began are missing."""
    return _places(connection, PLACES, consumers)


def lock(connection: Connection[Any], consumers: Sequence[str]) -> dict[str, Place]:
    """Lock these consumers until the transaction ends; return where they stand.

    A commit that is lost is done again from the log, so from here on none is waited for.
    """
    return _places(connection, LOCK, consumers)


def read(connection: Connection[Any], consumers: Sequence[str]) -> dict[str, int]:
    """Return the positions of these consumers; those that never began are missing."""
    found = places(connection, consumers)
    return {consumer: place.position for consumer, place in found.items()}


def begin(
    connection: Connection[Any], consumer: str, position: int = 0, shape: str | None = None
) -> None:
    """Enter a consumer, unless it is there already."""
    connection.execute(
        """
        INSERT INTO work.checkpoints (consumer, source, position, shape) VALUES (%s, %s, %s, %s)
        ON CONFLICT DO NOTHING
        """,
        (consumer, SOURCE, position, shape),
    )


def advance(connection: Connection[Any], consumers: Sequence[str], position: int) -> None:
    """Move these consumers on to `position`."""
    connection.execute(ADVANCE, (position, list(consumers), SOURCE), prepare=True)


def hand_over(connection: Connection[Any], consumer: str, position: int, waits_for: str) -> None:
    """Say that whoever is in charge stops at this position, before an event of this type, or before a
    table of this shape. Somebody who moves the consumer at this moment is not waited for: they need no telling.
    """
    connection.execute(HAND_OVER, (waits_for, consumer, SOURCE, position, waits_for))


def take_back(connection: Connection[Any], consumer: str) -> None:
    """Say that whoever is in charge can go on."""
    connection.execute(TAKE_BACK, (consumer, SOURCE))


def reshape(connection: Connection[Any], consumer: str, shape: str) -> None:
    """Note that the table of a read model has another shape now."""
    connection.execute(
        "UPDATE work.checkpoints SET shape = %s WHERE consumer = %s AND source = %s",
        (shape, consumer, SOURCE),
    )


def rename(connection: Connection[Any], consumer: str, new: str) -> None:
    """Let what is known of a consumer be that of another name; who had it is forgotten."""
    forget(connection, new)
    for table in ("checkpoints", "parked"):
        connection.execute(
            f"UPDATE work.{table} SET consumer = %s WHERE consumer = %s", (new, consumer)
        )


def forget(connection: Connection[Any], consumer: str) -> None:
    """Forget a consumer, and what it has set aside."""
    for table in ("checkpoints", "parked"):
        connection.execute(f"DELETE FROM work.{table} WHERE consumer = %s", (consumer,))


# --- What is set aside --------------------------------------------------------------------


def parked(connection: Connection[Any], consumers: Sequence[str]) -> dict[str, set[Key]]:
    """Return the keys that were set aside, per consumer."""
    rows = connection.execute(PARKED, (list(consumers),), prepare=True)
    keys: dict[str, set[Key]] = {}
    for consumer, tenant, key in rows.fetchall():
        keys.setdefault(consumer, set()).add((tenant, key))
    return keys


def park(
    connection: Connection[Any],
    consumer: str,
    failures: Iterable[tuple[Key, int, str, str | None]],
) -> None:
    """Set keys aside, each with the position of the event at which it failed first."""
    first: dict[Key, tuple[int, str, str | None]] = {}
    for key, position, error, needs in failures:
        first.setdefault(key, (position, error, needs))
    if not first:
        return
    rows = [(tenant, key, *failed) for (tenant, key), failed in first.items()]
    columns = [list(column) for column in zip(*rows, strict=True)]
    connection.execute(PARK, (consumer, *columns))
    for tenant, name, position, error, _ in rows:
        log.error(
            "a key was set aside",
            consumer=consumer,
            tenant=tenant,
            key=name,
            position=position,
            error=error,
        )


def unpark(connection: Connection[Any], consumer: str, keys: Iterable[Key]) -> None:
    """Let these keys take part again."""
    tenants, names = zip(*keys, strict=True)
    connection.execute(UNPARK, (list(tenants), list(names), consumer))


def locked(
    connection: Connection[Any], consumers: Sequence[str], master_keys: Sequence[str]
) -> list[tuple[str, str, str]]:
    """Return some of what was set aside for want of one of these master keys: by consumer, tenant
    and key.
    """
    return connection.execute(LOCKED, (list(consumers), list(master_keys))).fetchall()


def _places(
    connection: Connection[Any], statement: str, consumers: Sequence[str]
) -> dict[str, Place]:
    rows = connection.execute(statement, (list(consumers), SOURCE), prepare=True).fetchall()
    return {row[0]: Place(row[1], row[2], row[3]) for row in rows}


PLACES: Final = """
    SELECT consumer, position, shape, waits_for FROM work.checkpoints
    WHERE consumer = ANY(%s) AND source = %s
"""
LOCK: Final = """
    SELECT consumer, position, shape, waits_for, set_config('synchronous_commit', 'off', true)
    FROM work.checkpoints WHERE consumer = ANY(%s) AND source = %s ORDER BY consumer FOR UPDATE
"""
ADVANCE: Final = """
    UPDATE work.checkpoints SET position = %s, moved_at = clock_timestamp()
    WHERE consumer = ANY(%s) AND source = %s
"""
HAND_OVER: Final = """
    UPDATE work.checkpoints c SET waits_for = %s FROM (
        SELECT consumer, source FROM work.checkpoints
        WHERE consumer = %s AND source = %s AND position = %s AND waits_for IS DISTINCT FROM %s
        FOR UPDATE SKIP LOCKED
    ) stopped
    WHERE c.consumer = stopped.consumer AND c.source = stopped.source
"""
TAKE_BACK: Final = """
    UPDATE work.checkpoints SET waits_for = NULL WHERE consumer = %s AND source = %s
"""
LOCKED: Final = """
    SELECT consumer, tenant_id::text, key FROM work.parked
    WHERE consumer = ANY(%s) AND needs = ANY(%s) ORDER BY consumer, position LIMIT 100
"""
PARKED: Final = "SELECT consumer, tenant_id::text, key FROM work.parked WHERE consumer = ANY(%s)"
PARK: Final = """
    INSERT INTO work.parked (consumer, tenant_id, key, position, error, needs)
    SELECT %s, * FROM unnest(%s::uuid[], %s::text[], %s::bigint[], %s::text[], %s::text[])
    ON CONFLICT (consumer, tenant_id, key)
    DO UPDATE SET error = excluded.error, needs = excluded.needs, parked_at = now()
"""
UNPARK: Final = """
    DELETE FROM work.parked p USING unnest(%s::uuid[], %s::text[]) AS k(tenant_id, key)
    WHERE p.consumer = %s AND p.tenant_id = k.tenant_id AND p.key = k.key
"""
