"""Rows that long work was sent, and those that it has set aside: they say who people are, so they are
sealed, and do not stay. Each belongs to a side, `sent` or `made`, and has a number there from 0 on.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from psycopg import Connection

from adapters.event_store.personal_data import MasterKeys, UnknownMasterKeyError
from adapters.postgres import Database
from adapters.sealing import Sealed, keys_in, opened, seal
from application.operations.long_operations import KEEP_ROWS, Operation, SentRowsGone
from application.ports import NotReadableHere

ROW_KEYS: Final = keys_in("work.operation_rows")

SENT: Final = "sent"
MADE: Final = "made"

KEEP: Final = """
    INSERT INTO work.operation_rows
        (id, operation_id, tenant_id, side, number, wrapped, sealed, came_at)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
"""
FIND: Final = "SELECT wrapped, sealed FROM work.operation_rows WHERE id = %s AND tenant_id = %s"
TAKEN_IN: Final = """
    DELETE FROM work.operation_rows WHERE operation_id = %s AND side = 'sent' AND number < %s
"""
FORGET: Final = "DELETE FROM work.operation_rows WHERE operation_id = ANY(%s)"
ERASE: Final = "DELETE FROM work.operation_rows WHERE tenant_id = %s AND side = 'made'"
PRUNE: Final = """
    DELETE FROM work.operation_rows WHERE id IN (
        SELECT id FROM work.operation_rows WHERE came_at < %s LIMIT 1000
    )
"""


class SentRows:
    """What operations were sent, for whoever carries them on."""

    def __init__(self, database: Database, keys: MasterKeys) -> None:
        self._database = database
        self._keys = keys

    def __call__(self, operation: Operation) -> bytes:
        """Return the part that is the next step's. Raises SentRowsGone, NotReadableHere."""
        name = _name(operation.id, SENT, operation.steps)
        with self._database.as_worker() as connection:
            found = found_part(connection, self._keys, operation.tenant, name)
        if found is None:
            raise SentRowsGone
        return found


def keep_sent(
    connection: Connection[Any],
    keys: MasterKeys,
    tenant: str,
    operation_id: str,
    parts: Sequence[bytes],
    now: datetime,
) -> None:
    """Keep what was sent, part by part."""
    with connection.cursor() as cursor:
        cursor.executemany(
            KEEP,
            (
                _row(keys, tenant, operation_id, SENT, number, part, now)
                for number, part in enumerate(parts)
            ),
        )


def keep_made(
    connection: Connection[Any],
    keys: MasterKeys,
    operation: Operation,
    number: int,
    part: bytes,
    now: datetime,
) -> None:
    """Keep a part of what was made."""
    row = _row(keys, operation.tenant, operation.id, MADE, number, part, now)
    connection.execute(KEEP, row)


def made_part(
    connection: Connection[Any], keys: MasterKeys, tenant: str, operation_id: str, number: int
) -> bytes | None:
    """Return a part of what was made; None behind the last. Raises NotReadableHere."""
    return found_part(connection, keys, tenant, _name(operation_id, MADE, number))


def found_part(
    connection: Connection[Any], keys: MasterKeys, tenant: str, name: str
) -> bytes | None:
    row = connection.execute(FIND, (name, tenant), binary=True).fetchone()
    if row is None:
        return None
    try:
        return opened(keys, tenant, name, Sealed(*row))
    except UnknownMasterKeyError as error:
        raise NotReadableHere(needs="key") from error


def take_away(connection: Connection[Any], operation: Operation) -> None:
    """Destroy what was sent, as far as it was taken in."""
    connection.execute(TAKEN_IN, (operation.id, operation.steps))


def forget_rows(connection: Connection[Any], operation_ids: Sequence[str]) -> None:
    """Destroy all rows of operations."""
    connection.execute(FORGET, (list(operation_ids),))


def clear_rows(connection: Connection[Any], tenant: str) -> None:
    """Destroy what was set aside for a business of whose people one is erased: of whom it speaks nobody
    can tell, and it can be made again.
    """
    connection.execute(ERASE, (tenant,))


def prune_rows(connection: Connection[Any], now: datetime) -> int:
    """Destroy what is too old; return how many parts that were."""
    forgotten = 0
    while count := connection.execute(PRUNE, (now - KEEP_ROWS,)).rowcount:
        forgotten += count
    return forgotten


def _name(operation_id: str, side: str, number: int) -> str:
    return f"{operation_id}/{side}/{number}"


def _row(
    keys: MasterKeys,
    tenant: str,
    operation_id: str,
    side: str,
    number: int,
    plain: bytes,
    now: datetime,
) -> tuple[Any, ...]:
    name = _name(operation_id, side, number)
    return (name, operation_id, tenant, side, number, *seal(keys, tenant, name, plain), now)
