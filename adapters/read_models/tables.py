"""The table of a read model, made from its declaration.

    live.bookings, next.bookings, previous.bookings
        tenant_id, key, version, <columns>, document        primary key (tenant_id, key)

`document` is the row as JSON, ready to be sent; the columns repeat what one filters and sorts by, or counts.
PostgreSQL takes no samples of what people have typed: they would outlast an erasure.
"""

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import cached_property, lru_cache
from operator import attrgetter
from typing import Any, Final, get_origin, get_type_hints
from uuid import UUID, uuid4

import msgspec
from psycopg import Connection, sql

from adapters.keys import Key
from adapters.postgres import APP
from projections.read_model import ReadModel, Row, plain, some

LIVE: Final = "live"
NEXT: Final = "next"
PREVIOUS: Final = "previous"

MANY: Final = 100
"""New rows from which on COPY is faster than INSERT."""

Rows = dict[Key, Row | None]
"""Rows as they are to be; None removes."""

# Subclasses come first: a bool is an int, and a datetime a date.
TYPES: Final[Mapping[type, str]] = {
    str: "text",
    bool: "boolean",
    int: "bigint",
    float: "double precision",
    datetime: "timestamptz",
    date: "date",
    Mapping: "json",
}
CATALOGUE_NAMES: Final = {"timestamptz": "timestamp with time zone"}


@lru_cache(maxsize=256)
def table_for(model: ReadModel, schema: str = LIVE) -> "Table":
    """Return the table of a read model in a schema. Its statements are composed once in a process."""
    return Table(model, schema)


WORDS: Final = frozenset({"description", "title"})


def _schema(row: type[Row]) -> str:
    """Return the form of the documents, without what is said of it in words."""
    _, found = msgspec.json.schema_components([row])
    return json.dumps(_wordless(found), sort_keys=True, default=str)


def _wordless(schema: Any) -> Any:
    """Leave words out; a field that is called so is none."""
    if isinstance(schema, Mapping):
        parts = ((n, p) for n, p in schema.items() if not (n in WORDS and isinstance(p, str)))
        return {name: _wordless(part) for name, part in parts}
    return [*map(_wordless, schema)] if isinstance(schema, list) else schema


class Table:
    """Reads and writes the rows of one read model in one schema."""

    def __init__(self, model: ReadModel, schema: str = LIVE) -> None:
        self.model = model
        self.schema = schema
        hints = get_type_hints(model.row)
        self._kinds = {name: _stored(hint) for name, hint in hints.items()}
        self._typed = [name for name in model.columns if _is_typed(hints[name])]
        self._leading = sorted({leading for leading, *more in model.indexes if more})
        self._decode = msgspec.json.Decoder(model.row).decode
        self._encode = msgspec.json.Encoder().encode
        self._fields = self._as_kept(_getter("version", *model.columns))
        self._columns = ("tenant_id", "key", "version", *model.columns, "document")
        self._names = {
            "table": sql.Identifier(schema, model.name),
            "columns": sql.SQL(", ").join(map(sql.Identifier, self._columns)),
        }
        # As bytes: what is composed is otherwise put together anew for every statement.
        self._load_sql = self._sql(LOAD).as_bytes(None)
        self._delete_sql = self._sql(DELETE).as_bytes(None)
        self._types = ("uuid", "text", "bigint", *map(self.type, model.columns), "json")
        self._copy_sql = self._sql("COPY {table} ({columns}) FROM STDIN (FORMAT BINARY)")
        self._upsert_sql = self._upsert().as_bytes(None)

    @cached_property
    def shape(self) -> str:
        """Tell declarations apart: a changed one needs a rebuild."""
        columns = [f"{name} {self._declared(name)}" for name in self.model.columns]
        indexes = map(str, self.model.indexes)
        text = "|".join([str(self.model.version), *columns, *indexes, _schema(self.model.row)])
        return f"{self.model.version}-{hashlib.sha256(text.encode()).hexdigest()[:12]}"

    def type(self, column: str) -> str:
        """Return the PostgreSQL type of a column."""
        return TYPES[self._kinds[column]]

    def _declared(self, column: str) -> str:
        said = " without samples" * (column in self._typed)
        return self.type(column) + said + " of many values" * (column in self._leading)

    # --- The table ------------------------------------------------------------------------

    def create(self, connection: Connection[Any]) -> None:
        """Make the table, empty; what stood there before is dropped."""
        columns = sql.SQL("").join(
            sql.SQL("{} {},").format(sql.Identifier(name), sql.SQL(_collated(self.type(name))))
            for name in self.model.columns
        )
        names = {"columns": columns, "app": sql.Identifier(APP), "key": self._unique("key")}
        connection.execute(sql.SQL(CREATE).format(**{**self._names, **names}))
        for name in self._typed:
            self._alter(connection, NO_SAMPLES, name)
        for name in self._leading:
            self._alter(connection, MANY_VALUES, name)

    def _alter(self, connection: Connection[Any], statement: str, column: str) -> None:
        names = {**self._names, "column": sql.Identifier(column)}
        connection.execute(sql.SQL(statement).format(**names))

    def create_indexes(self, connection: Connection[Any]) -> None:
        """Make the indexes, each beginning with the tenant."""
        for number, columns in enumerate(self.model.indexes):
            statement = sql.SQL("CREATE INDEX {name} ON {table} ({names})").format(
                name=self._unique(str(number)),
                table=self._names["table"],
                names=sql.SQL(", ").join(map(sql.Identifier, ("tenant_id", *columns, "key"))),
            )
            connection.execute(statement)

    def drop(self, connection: Connection[Any]) -> None:
        """Remove the table."""
        connection.execute(self._sql("DROP TABLE IF EXISTS {table}"))

    def analyze(self, connection: Connection[Any]) -> None:
        """Let PostgreSQL know what is in it, so that it plans well from the first question on."""
        connection.execute(self._sql("ANALYZE {table}"))

    def suffices(self, connection: Connection[Any]) -> bool:
        """Whether the table that stands there has all columns of this declaration."""
        found = dict(connection.execute(COLUMNS, (self.schema, self.model.name)).fetchall())
        return "document" in found and all(
            found.get(name) == CATALOGUE_NAMES.get(self.type(name), self.type(name))
            for name in self.model.columns
        )

    # --- The rows -------------------------------------------------------------------------

    def load(self, connection: Connection[Any], keys: Iterable[Key]) -> Rows:
        """Return the rows there are for these keys."""
        wanted = list(keys)
        if not wanted:
            return {}
        found = connection.execute(self._load_sql, _pairs(wanted), prepare=True).fetchall()
        return {wanted[number - 1]: self._decode(text) for number, text in found}

    def hold(self, connection: Connection[Any], keys: Iterable[Key]) -> None:
        """Let nobody else change these rows until the transaction ends."""
        connection.execute(self._sql(HOLD), _pairs(list(keys)))

    def store(
        self,
        connection: Connection[Any],
        rows: Mapping[Key, Row | None],
        there: Collection[Key] | None = None,
    ) -> None:
        """Write rows as they are to be; None removes. `there` are the keys that have a row already,
        if that is known.
        """
        gone = [key for key, row in rows.items() if row is None and (there is None or key in there)]
        if gone:
            connection.execute(self._delete_sql, _pairs(gone), prepare=True)
        kept = {key: row for key, row in rows.items() if row is not None}
        if there is not None and len(kept) > MANY:
            new = {key: row for key, row in kept.items() if key not in there}
            if len(new) > MANY:
                self._copy(connection, new)
                kept = {key: row for key, row in kept.items() if key in there}
        if kept:
            columns = [list(column) for column in zip(*self._lines(kept), strict=True)]
            connection.execute(self._upsert_sql, columns, prepare=True)

    def _copy(self, connection: Connection[Any], rows: Mapping[Key, Row]) -> None:
        tenants = {tenant: UUID(tenant) for tenant in {tenant for tenant, _ in rows}}
        with connection.cursor() as cursor, cursor.copy(self._copy_sql) as copy:
            # As text: of a type json the driver would make a JSON string of what is JSON already.
            copy.set_types(["text" if kind == "json" else kind for kind in self._types])
            for tenant, *rest in self._lines(rows):
                copy.write_row((tenants[tenant], *rest))

    def _lines(self, rows: Mapping[Key, Row]) -> Iterator[tuple[Any, ...]]:
        """Return rows as the table's columns."""
        encode, fields = self._encode, self._fields
        for key, row in rows.items():
            yield (*key, *fields(row), encode(row).decode())

    def _as_kept(
        self, fields: Callable[[Any], tuple[Any, ...]]
    ) -> Callable[[Any], tuple[Any, ...]]:
        """Return a function that reads the same, with JSON as text."""
        if "json" not in map(self.type, self.model.columns):
            return fields
        encode = msgspec.json.Encoder().encode
        return lambda row: tuple(
            encode(each).decode() if isinstance(each, Mapping) else each for each in fields(row)
        )

    def _upsert(self) -> sql.Composed:
        changed = [name for name in self._columns if name not in ("tenant_id", "key")]
        return sql.SQL(
            "INSERT INTO {table} ({columns}) SELECT * FROM unnest({arrays}) "
            "ON CONFLICT (tenant_id, key) DO UPDATE SET {changed}"
        ).format(
            **self._names,
            arrays=sql.SQL(", ").join(sql.SQL(f"%b::{kind}[]") for kind in self._types),
            changed=sql.SQL(", ").join(
                sql.SQL("{0} = excluded.{0}").format(sql.Identifier(name)) for name in changed
            ),
        )

    def _sql(self, text: str) -> sql.Composed:
        return sql.SQL(text).format(**self._names)

    def _unique(self, part: str) -> sql.Identifier:
        """Name an index for good: it moves with its table to where its namesake may be."""
        return sql.Identifier(f"{self.model.name[:40]}_{part}_{uuid4().hex[:8]}")


CREATE: Final = """
    DROP TABLE IF EXISTS {table};
    CREATE TABLE {table} (
        tenant_id uuid NOT NULL, key text COLLATE "C" NOT NULL, version bigint NOT NULL, {columns}
        document json NOT NULL, CONSTRAINT {key} PRIMARY KEY (tenant_id, key)
    ) WITH (fillfactor = 85);
    ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
    CREATE POLICY own_rows ON {table} TO {app} USING (tenant_id = (SELECT log.tenant()));
    GRANT SELECT ON {table} TO {app}
"""
NO_SAMPLES: Final = "ALTER TABLE {table} ALTER COLUMN {column} SET STATISTICS 0"
# What is planned once for any value shall go by the index that has it in order. Where a column had one
# value when that was planned, PostgreSQL would walk over all rows in order for one that no row has.
MANY_VALUES: Final = "ALTER TABLE {table} ALTER COLUMN {column} SET (n_distinct = 1000)"
COLUMNS: Final = """
    SELECT attname::text, format_type(atttypid, atttypmod) FROM pg_attribute
    WHERE attrelid = to_regclass(format('%%I.%%I', %s::text, %s::text))
      AND attnum > 0 AND NOT attisdropped
"""
# Row by row along the primary key: a join might read the whole table to find a few thousand rows.
LOAD: Final = """
    SELECT k.number, r.document
    FROM unnest(%b::uuid[], %b::text[]) WITH ORDINALITY AS k(tenant_id, key, number)
    CROSS JOIN LATERAL (
        SELECT r.document::text FROM {table} r
        WHERE r.tenant_id = k.tenant_id AND r.key = k.key LIMIT 1
    ) r
"""
HOLD: Final = """
    SELECT FROM {table} r JOIN unnest(%b::uuid[], %b::text[]) AS k(tenant_id, key)
        ON r.tenant_id = k.tenant_id AND r.key = k.key
    ORDER BY r.tenant_id, r.key FOR UPDATE OF r
"""
DELETE: Final = """
    DELETE FROM {table} r USING unnest(%b::uuid[], %b::text[]) AS k(tenant_id, key)
    WHERE r.tenant_id = k.tenant_id AND r.key = k.key
"""


def _pairs(keys: Sequence[Key]) -> tuple[list[str], list[str]]:
    return [tenant for tenant, _ in keys], [key for _, key in keys]


def _getter(*names: str) -> Callable[[Any], tuple[Any, ...]]:
    """Return a function that reads these fields; `attrgetter` gives no tuple for a single one."""
    get = attrgetter(*names)
    return get if len(names) > 1 else lambda row: (get(row),)


def _collated(kind: str) -> str:
    return 'text COLLATE "C"' if kind == "text" else kind


def _is_typed(hint: Any) -> bool:
    """Whether it is a text as somebody typed it, and neither an id nor one of some words of ours."""
    return some(hint) is str


def _stored(hint: Any) -> type:
    """Return as which of our types PostgreSQL keeps it: `BookingId | None` is text."""
    known = plain(hint)
    known = get_origin(known) or known
    kinds = (kind for kind in TYPES if isinstance(known, type) and issubclass(known, kind))
    return next(kinds, object)
