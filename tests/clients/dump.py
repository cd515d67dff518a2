"""Everything the database holds, as a dump would have it, and where in it a word is found."""

from base64 import b64encode
from collections.abc import Iterable, Mapping
from typing import Final

import psycopg
from psycopg import sql

TABLES: Final = """
    SELECT schemaname::text, tablename::text FROM pg_tables
    WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1, 2
"""


def dumped(dsn: str) -> dict[str, bytes]:
    """Return every table of every schema as COPY writes it."""
    with psycopg.connect(dsn) as connection:
        tables = connection.execute(TABLES).fetchall()
        return {".".join(table): _copied(connection, *table) for table in tables}


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
    statement = sql.SQL("COPY (SELECT * FROM {}) TO STDOUT").format(sql.Identifier(schema, table))
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        return b"".join(bytes(piece) for piece in copy)
