"""Bring a database's own tables up to date: plain SQL files, each applied once, in order.

Read models need none of this: their tables are made from their rows, and rebuilt from history.
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import psycopg
from psycopg import Connection

FOLDER: Final = Path(__file__).parent / "migrations"
ONE_AT_A_TIME: Final = 7_236_823_467


class MigrationChangedError(Exception):
    """A migration that was applied here has been edited since. Add a new file instead."""


class DatabaseTooNewError(Exception):
    """The database was migrated by a newer release; run that one, or restore a backup."""


class Migration(NamedTuple):
    """A file of SQL statements; its name orders it."""

    name: str
    sql: str

    @property
    def digest(self) -> str:
        """Tell edited files from applied ones."""
        return hashlib.sha256(self.sql.encode()).hexdigest()


def migrations() -> Iterator[Migration]:
    """Give the migrations of this release, oldest first."""
    for path in sorted(FOLDER.glob("*.sql")):
        yield Migration(path.stem, path.read_text(encoding="utf-8"))


def migrate(dsn: str) -> list[str]:
    """Apply what is missing, in one transaction, and give the names of what was applied.

    Two at once wait for each other. Raises MigrationChangedError, DatabaseTooNewError.
    """
    with psycopg.connect(dsn) as connection:
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (ONE_AT_A_TIME,))
        applied = _applied(connection)
        return [each.name for each in migrations() if _apply(connection, each, applied)]


def schema_version(connection: Connection[Any]) -> str | None:
    """Give the name of the newest migration applied."""
    row = connection.execute("SELECT max(name) FROM frontdesk_migrations").fetchone()
    return row[0] if row else None


def _applied(connection: Connection[Any]) -> dict[str, str]:
    connection.execute(
        """
        CREATE TABLE IF NOT EXISTS frontdesk_migrations (
            name text PRIMARY KEY, digest text NOT NULL, applied_at timestamptz DEFAULT now()
        );
        GRANT SELECT ON frontdesk_migrations TO PUBLIC
        """
    )
    applied = dict(connection.execute("SELECT name, digest FROM frontdesk_migrations").fetchall())
    if unknown := set(applied) - {each.name for each in migrations()}:
        raise DatabaseTooNewError(", ".join(sorted(unknown)))
    return applied


def _apply(connection: Connection[Any], migration: Migration, applied: dict[str, str]) -> bool:
    if migration.name in applied:
        if applied[migration.name] != migration.digest:
            raise MigrationChangedError(migration.name)
        return False
    connection.execute(migration.sql.encode())
    connection.execute(
        "INSERT INTO frontdesk_migrations (name, digest) VALUES (%s, %s)",
        (migration.name, migration.digest),
    )
    return True
