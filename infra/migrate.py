"""Bring a database's own tables up to date: plain SQL files, each applied once, in order.

Read models need none of this: their tables are made from their rows, and rebuilt from history.
"""

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from psycopg import Connection
from psycopg.errors import InsufficientPrivilege, LockNotAvailable

from adapters.postgres import LIMITS, connected, conninfo

FOLDER: Final = Path(__file__).parent / "migrations"
ONE_AT_A_TIME: Final = 7_236_823_467

LOCK: Final = "SET LOCAL lock_timeout TO '10s'"
"""So long a migration waits for a table: whoever comes after it waits behind it."""


class MigrationChangedError(Exception):
    """A migration that was applied here has been edited since. Add a new file instead."""


class DatabaseTooNewError(Exception):
    """The database was migrated by a newer release; run that one, or restore a backup."""


class MigrationBlockedError(Exception):
    """A long transaction is in the way. Nothing was changed: end it, or try again later."""


class MigrationForbiddenError(Exception):
    """The database is not up to date. Run `frontdesk migrate`, with its owner as DATABASE_URL."""


class Migration(NamedTuple):
    """A file of SQL statements; its name orders it."""

    name: str
    sql: str

    @property
    def digest(self) -> str:
        """Tell edited files from applied ones."""
        return hashlib.sha256(self.sql.encode()).hexdigest()


def migrations() -> Iterator[Migration]:
    """Return the migrations of this release, oldest first."""
    for path in sorted(FOLDER.glob("*.sql")):
        yield Migration(path.stem, path.read_text(encoding="utf-8"))


def migrate(dsn: str) -> list[str]:
    """Apply what is missing, in one transaction; return the names of what was applied.

    Two at once wait for each other. Where nothing is missing, no more is needed than to read. Raises
    MigrationChangedError, DatabaseTooNewError, MigrationBlockedError, MigrationForbiddenError.
    """
    with connected(conninfo(dsn), None, "frontdesk migrate", LIMITS.long) as connection:
        if not list(_missing(_applied(connection))):
            return []
        try:
            with connection.transaction():
                return _brought_up_to_date(connection)
        except LockNotAvailable as error:
            raise MigrationBlockedError from error
        except InsufficientPrivilege as error:
            raise MigrationForbiddenError(error.diag.message_primary) from error


def schema_version(connection: Connection[Any]) -> str | None:
    """Return the name of the newest migration applied."""
    row = connection.execute("SELECT max(name) FROM frontdesk_migrations").fetchone()
    return row[0] if row else None


def _brought_up_to_date(connection: Connection[Any]) -> list[str]:
    connection.execute("SELECT pg_advisory_xact_lock(%s)", (ONE_AT_A_TIME,))
    connection.execute(LOCK)
    connection.execute(REMEMBER)
    missing = list(_missing(_applied(connection)))
    for each in missing:
        connection.execute(each.sql.encode())
        connection.execute(
            "INSERT INTO frontdesk_migrations (name, digest) VALUES (%s, %s)",
            (each.name, each.digest),
        )
    return [each.name for each in missing]


def _applied(connection: Connection[Any]) -> dict[str, str]:
    found = connection.execute("SELECT to_regclass('frontdesk_migrations')").fetchone()
    if found is None or found[0] is None:
        return {}
    applied = dict(connection.execute("SELECT name, digest FROM frontdesk_migrations").fetchall())
    if unknown := set(applied) - {each.name for each in migrations()}:
        raise DatabaseTooNewError(", ".join(sorted(unknown)))
    return applied


def _missing(applied: Mapping[str, str]) -> Iterator[Migration]:
    for each in migrations():
        if each.name not in applied:
            yield each
        elif applied[each.name] != each.digest:
            raise MigrationChangedError(each.name)


REMEMBER: Final = """
    CREATE TABLE IF NOT EXISTS frontdesk_migrations (
        name text PRIMARY KEY, digest text NOT NULL, applied_at timestamptz DEFAULT now()
    );
    GRANT SELECT ON frontdesk_migrations TO PUBLIC
"""
