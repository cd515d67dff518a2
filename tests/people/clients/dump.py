"""Everything the database holds, as a dump would have it, and where in it a word is found. PostgreSQL keeps
samples of columns, so what it knows of them is part of it.
"""

from base64 import b64encode
from collections.abc import Iterable, Mapping
from typing import Final

import psycopg
from psycopg import sql

TABLES: Final = """
    SELECT schemaname::text, tablename::text FROM pg_tables
    WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1, 2
"""

STATISTICS: Final = """
    SELECT schemaname, tablename, attname, most_common_vals, histogram_bounds, most_common_elems
    FROM pg_stats WHERE schemaname NOT IN ('pg_catalog', 'information_schema')
"""


def dumped(dsn: str) -> dict[str, bytes]:
    """Return every table of every schema as COPY writes it."""
    with psycopg.connect(dsn) as connection:
        tables = connection.execute(TABLES).fetchall()
        held = {".".join(table): _copied(connection, *table) for table in tables}
        return {**held, "pg_stats": _sent(connection, sql.SQL(STATISTICS))}


def found(dsn: str, words: Iterable[str]) -> dict[str, list[str]]:
    """Return the tables in which any of these words stands."""
    return holding(dumped(dsn), words)


def holding(texts: Mapping[str, bytes], words: Iterable[str]) -> dict[str, list[str]]:
    """Return the texts in which any of these words stands: plain, in hex or in base64."""
    spelled = {word: _spellings(word) for word in words}
    held = {
        name: [word for word, ways in spelled.items() if any(way in text for way in ways)]
        for name, text in texts.items()
    }
    return {name: words for name, words in held.items() if words}


def _spellings(word: str) -> tuple[bytes, ...]:
    text = word.encode()
    escaped = word.encode("unicode_escape").replace(b"\\x", b"\\\\u00")
    return text, escaped, text.hex().encode(), b64encode(text).rstrip(b"=")[:-1]


def _copied(connection: psycopg.Connection, schema: str, table: str) -> bytes:
    return _sent(connection, sql.SQL("SELECT * FROM {}").format(sql.Identifier(schema, table)))


def _sent(connection: psycopg.Connection, question: sql.SQL | sql.Composed) -> bytes:
    statement = sql.SQL("COPY ({}) TO STDOUT").format(question)
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        return b"".join(bytes(piece) for piece in copy)
