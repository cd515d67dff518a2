"""`application.files.store.Ledger`, in PostgreSQL."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from adapters.postgres import Database
from application.files.store import StorageIsFull
from application.ports import Clock

AT_ONCE: Final = 500
"""Files that are looked at in one sweep; the next goes on."""


class PostgresLedger:
    """Of which files there may be bytes, and how many."""

    def __init__(self, database: Database, clock: Clock, most_bytes: int) -> None:
        self._database = database
        self._clock = clock
        self._most_bytes = most_bytes

    def reserve(self, tenant: str, file_id: str, size: int) -> None:
        """Take room for a file, once. Raises StorageIsFull."""
        with self._database.as_desk() as connection, connection.transaction():
            connection.execute(OPEN, (tenant,))
            row = (tenant, file_id, size, self._clock())
            if connection.execute(RESERVE, row).fetchone() is None:
                return
            taken = connection.execute(TAKE, (size, tenant, size, self._most_bytes)).fetchone()
            if taken is None:
                raise StorageIsFull(most_bytes=self._most_bytes)

    def release(self, tenant: str, file_id: str) -> None:
        """Count a file no more: its bytes are gone, and nothing leads to it any more."""
        with self._database.as_desk() as connection, connection.transaction():
            connection.execute(FORGET, (tenant, file_id))
            for (size,) in connection.execute(RELEASE, (tenant, file_id)).fetchall():
                connection.execute(GIVE_BACK, (size, tenant))

    def unsettled(self, before: datetime) -> Sequence[tuple[str, str]]:
        """Return tenant and id of some that came before a time and are not known to be recorded."""
        with self._database.as_worker() as connection:
            found = connection.execute(UNSETTLED, (before, AT_ONCE)).fetchall()
        return [(str(tenant), file_id) for tenant, file_id in found]

    def settle(self, tenant: str, file_id: str) -> None:
        """Note that it was recorded."""
        with self._database.as_worker() as connection:
            connection.execute(SETTLE, (tenant, file_id))

    def used(self, tenant: str) -> int:
        """Return how many bytes a business has."""
        with self._database.as_desk() as connection:
            found = connection.execute(USED, (tenant,)).fetchone()
        return int(found[0]) if found else 0

    def moved_to(self, path: str) -> tuple[str, str] | None:
        """Return tenant and id of the file that was at an old address."""
        with self._database.as_desk() as connection:
            found = connection.execute(MOVED, (path,)).fetchone()
        return (str(found[0]), found[1]) if found else None

    def move(self, moved: Iterable[tuple[str, str, str]]) -> int:
        """Note which file was at which old address: path, tenant and id. Return how many were new, or
        lead elsewhere now.
        """
        with self._database.as_worker() as connection, connection.transaction():
            cursor = connection.cursor()
            cursor.executemany(MOVE, moved)
            return cursor.rowcount


OPEN: Final = "INSERT INTO work.storage VALUES (%s, 0) ON CONFLICT DO NOTHING"
RESERVE: Final = """
    INSERT INTO work.file_bytes (tenant_id, file_id, bytes, came_at) VALUES (%s, %s, %s, %s)
    ON CONFLICT DO NOTHING RETURNING bytes
"""
TAKE: Final = """
    UPDATE work.storage SET bytes = bytes + %s
    WHERE tenant_id = %s AND bytes + %s <= %s RETURNING bytes
"""
RELEASE: Final = """
    DELETE FROM work.file_bytes WHERE tenant_id = %s AND file_id = %s RETURNING bytes
"""
GIVE_BACK: Final = "UPDATE work.storage SET bytes = bytes - %s WHERE tenant_id = %s"
FORGET: Final = "DELETE FROM work.old_file_addresses WHERE tenant_id = %s AND file_id = %s"
UNSETTLED: Final = """
    SELECT tenant_id, file_id FROM work.file_bytes
    WHERE NOT settled AND came_at < %s ORDER BY came_at LIMIT %s
"""
SETTLE: Final = "UPDATE work.file_bytes SET settled = true WHERE tenant_id = %s AND file_id = %s"
USED: Final = "SELECT bytes FROM work.storage WHERE tenant_id = %s"
MOVED: Final = "SELECT tenant_id, file_id FROM work.old_file_addresses WHERE path = %s"
MOVE: Final = """
    INSERT INTO work.old_file_addresses AS o VALUES (%s, %s, %s)
    ON CONFLICT (path) DO UPDATE SET tenant_id = excluded.tenant_id, file_id = excluded.file_id
    WHERE (o.tenant_id, o.file_id) <> (excluded.tenant_id, excluded.file_id)
"""
