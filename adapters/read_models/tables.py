"""The table of a read model, made from its declaration.

    live.bookings, next.bookings, previous.bookings
        tenant_id, key, version, <columns>, document        primary key (tenant_id, key)

`document` is the row as JSON, ready to be sent; the columns repeat what one filters and sorts by.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from types import NoneType, UnionType
from typing import Any, Final, Union, get_args, get_origin, get_type_hints

import msgspec
from psycopg import Connection, sql

from adapters.postgres import APP
from projections.read_model import ReadModel, Row

LIVE: Final = "live"
NEXT: Final = "next"
PREVIOUS: Final = "previous"

Key = tuple[str, str]
"""Tenant and key of a row."""

Rows = dict[Key, Row | None]
"""Rows as they are to be; None removes."""

# Subclasses come first: a bool is an int, and a datetime a date.
TYPES: Final[Mapping[type, str]] = {
    str: 'text COLLATE "C"',
    bool: "boolean",
    int: "bigint",
    float: "double precision",
    datetime: "timestamptz",
    date: "date",
}


class Table:
    """Reads and writes the rows of one read model in one schema."""

    def __init__(self, model: ReadModel, schema: str = LIVE) -> None:
        self.model = model
        self.schema = schema
        self._kinds = {name: _plain(hint) for name, hint in get_type_hints(model.row).items()}
        self._decode = msgspec.json.Decoder(model.row).decode
        self._encode = msgspec.json.Encoder().encode
        self._names = {"table": sql.Identifier(schema, model.name)}
        self._load_sql = self._sql(
            "SELECT r.tenant_id::text, r.key, r.document::text FROM {table} r "
            "JOIN unnest(%s::uuid[], %s::text[]) AS k(tenant_id, key) USING (tenant_id, key)"
        )
        self._delete_sql = self._sql(
            "DELETE FROM {table} r USING unnest(%s::uuid[], %s::text[]) AS k(tenant_id, key) "
            "WHERE r.tenant_id = k.tenant_id AND r.key = k.key"
        )
        self._upsert_sql = self._upsert()

    @property
    def shape(self) -> str:
        """Tell declarations apart: a changed one needs a rebuild."""
        columns = [f"{name} {self.type(name)}" for name in self.model.columns]
        text = "|".join([str(self.model.version), *columns, *map(str, self.model.indexes)])
        return f"{self.model.version}-{hashlib.sha256(text.encode()).hexdigest()[:12]}"

    def type(self, column: str) -> str:
        """Give the PostgreSQL type of a column."""
        return TYPES[self._kinds[column]]

    def create(self, connection: Connection[Any]) -> None:
        """Make the table, empty; what stood there before is dropped."""
        columns = sql.SQL("").join(
            sql.SQL("{} {},").format(sql.Identifier(name), sql.SQL(self.type(name)))
            for name in self.model.columns
        )
        statement = """
            DROP TABLE IF EXISTS {table};
            CREATE TABLE {table} (
                tenant_id uuid NOT NULL, key text COLLATE "C" NOT NULL,
                version bigint NOT NULL, {columns}
                document json NOT NULL, PRIMARY KEY (tenant_id, key)
            );
            ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
            CREATE POLICY own_rows ON {table} TO {app} USING (tenant_id = (SELECT log.tenant()));
            GRANT SELECT ON {table} TO {app}
        """
        connection.execute(
            sql.SQL(statement).format(**self._names, columns=columns, app=sql.Identifier(APP))
        )

    def create_indexes(self, connection: Connection[Any]) -> None:
        """Make the indexes, each beginning with the tenant."""
        for columns in self.model.indexes:
            names = sql.SQL(", ").join(map(sql.Identifier, ("tenant_id", *columns, "key")))
            statement = sql.SQL("CREATE INDEX ON {table} ({names})")
            connection.execute(statement.format(**self._names, names=names))

    def drop(self, connection: Connection[Any]) -> None:
        """Remove the table."""
        connection.execute(sql.SQL("DROP TABLE IF EXISTS {table}").format(**self._names))

    def load(self, connection: Connection[Any], keys: Iterable[Key]) -> Rows:
        """Give the rows there are for these keys."""
        wanted = list(keys)
        if not wanted:
            return {}
        found = connection.execute(self._load_sql, _columns(wanted), prepare=True)
        return {(tenant, key): self._decode(text) for tenant, key, text in found.fetchall()}

    def store(self, connection: Connection[Any], rows: Mapping[Key, Row | None]) -> None:
        """Write rows as they are to be; None removes."""
        gone = [key for key, row in rows.items() if row is None]
        if gone:
            connection.execute(self._delete_sql, _columns(gone), prepare=True)
        kept = {key: row for key, row in rows.items() if row is not None}
        if kept:
            connection.execute(self._upsert_sql, self._arrays(kept), prepare=True)

    def values(self, key: Key, row: Row) -> tuple[Any, ...]:
        """Give a row as the table's columns."""
        columns = (getattr(row, name) for name in self.model.columns)
        return (*key, row.version, *columns, self._encode(row).decode())

    def _arrays(self, rows: Mapping[Key, Row]) -> list[Sequence[Any]]:
        columns = zip(*(self.values(key, row) for key, row in rows.items()), strict=True)
        return [list(column) for column in columns]

    def _upsert(self) -> sql.Composed:
        names = ("tenant_id", "key", "version", *self.model.columns, "document")
        arrays = ["uuid[]", "text[]", "bigint[]", *map(self._array, self.model.columns), "json[]"]
        changed = [name for name in names if name not in ("tenant_id", "key")]
        return sql.SQL(
            "INSERT INTO {table} ({names}) SELECT * FROM unnest({arrays}) "
            "ON CONFLICT (tenant_id, key) DO UPDATE SET {changed}"
        ).format(
            **self._names,
            names=sql.SQL(", ").join(map(sql.Identifier, names)),
            arrays=sql.SQL(", ").join(sql.SQL("%s::" + kind) for kind in arrays),
            changed=sql.SQL(", ").join(
                sql.SQL("{0} = excluded.{0}").format(sql.Identifier(name)) for name in changed
            ),
        )

    def _array(self, column: str) -> str:
        return self.type(column).removesuffix(' COLLATE "C"') + "[]"

    def _sql(self, text: str) -> sql.Composed:
        return sql.SQL(text).format(**self._names)


def _columns(keys: Sequence[Key]) -> tuple[list[str], list[str]]:
    return [tenant for tenant, _ in keys], [key for _, key in keys]


def _plain(hint: Any) -> type:
    """Give the plain type behind a hint: `BookingId | None` is text."""
    if get_origin(hint) in (Union, UnionType):
        hint = next(part for part in get_args(hint) if part is not NoneType)
    hint = getattr(hint, "__supertype__", hint)
    kinds = (kind for kind in TYPES if isinstance(hint, type) and issubclass(hint, kind))
    return next(kinds, object)
