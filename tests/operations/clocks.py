"""PostgreSQL's clock, for whoever asks it in one database: right, until somebody sets it.

A database looks for `now` and `clock_timestamp` where it is told to look first.
"""

from datetime import timedelta
from typing import Final, Self
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

MADE: Final = """
    CREATE SCHEMA clocks;
    CREATE TABLE clocks.off AS SELECT interval '0' AS by;
    CREATE FUNCTION clocks.now() RETURNS timestamptz LANGUAGE sql STABLE
        RETURN pg_catalog.now() + (SELECT by FROM clocks.off);
    CREATE FUNCTION clocks.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE
        RETURN pg_catalog.clock_timestamp() + (SELECT by FROM clocks.off);
    GRANT USAGE ON SCHEMA clocks TO PUBLIC;
    GRANT SELECT ON clocks.off TO PUBLIC;
"""
FIRST: Final = "ALTER DATABASE {} SET search_path TO clocks, pg_catalog, public"


class DatabaseClock:
    """That of a database to which nobody is connected yet."""

    def __init__(self, dsn: str) -> None:
        self._connection = psycopg.connect(dsn, autocommit=True)
        name = sql.Identifier(urlsplit(dsn).path.removeprefix("/"))
        self._connection.execute(MADE)
        self._connection.execute(sql.SQL(FIRST).format(name))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def set_off(self, by: timedelta) -> None:
        """Let it be ahead from now on, or behind."""
        self._connection.execute("UPDATE clocks.off SET by = %s", (by,))
