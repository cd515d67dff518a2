"""How far each consumer of the log has read, kept in the same transaction as what it did.

The row is also a lock: whoever holds it is the only one to carry this consumer on, so a zombie
that wakes up late finds that others have moved it.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, Final

from psycopg import Connection

SOURCE: Final = "log"

Parked = dict[str, set[tuple[str, str]]]


def lock(connection: Connection[Any], consumers: Sequence[str]) -> dict[str, int]:
    """Lock the checkpoints of these consumers and give their positions; until the transaction ends."""
    rows = connection.execute(
        """
        SELECT consumer, position FROM work.checkpoints
        WHERE consumer = ANY(%s) AND source = %s ORDER BY consumer FOR UPDATE
        """,
        (list(consumers), SOURCE),
        prepare=True,
    )
    return dict(rows.fetchall())


def read(connection: Connection[Any], consumers: Sequence[str]) -> dict[str, int]:
    """Give the positions of these consumers; those that never began are missing."""
    rows = connection.execute(
        "SELECT consumer, position FROM work.checkpoints WHERE consumer = ANY(%s) AND source = %s",
        (list(consumers), SOURCE),
        prepare=True,
    )
    return dict(rows.fetchall())


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
    connection.execute(
        """
        UPDATE work.checkpoints SET position = %s, moved_at = clock_timestamp()
        WHERE consumer = ANY(%s) AND source = %s
        """,
        (position, list(consumers), SOURCE),
        prepare=True,
    )


def parked(connection: Connection[Any], consumers: Sequence[str]) -> Parked:
    """Give the keys that were set aside, per consumer."""
    rows = connection.execute(
        "SELECT consumer, tenant_id::text, key FROM work.parked WHERE consumer = ANY(%s)",
        (list(consumers),),
        prepare=True,
    )
    keys: Parked = defaultdict(set)
    for consumer, tenant, key in rows.fetchall():
        keys[consumer].add((tenant, key))
    return keys


def park(
    connection: Connection[Any], consumer: str, failures: Iterable[tuple[tuple[str, str], int, str]]
) -> None:
    """Set keys aside, each with the position of the event at which it failed."""
    for (tenant, key), position, error in failures:
        connection.execute(
            """
            INSERT INTO work.parked (consumer, tenant_id, key, position, error)
            VALUES (%s, %s, %s, %s, %s)
            ON CONFLICT (consumer, tenant_id, key)
            DO UPDATE SET error = excluded.error, parked_at = now()
            """,
            (consumer, tenant, key, position, error),
        )
