"""Reading the log: a stream, a page of the whole log, a page of one tenant."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from typing import Any, Final

from msgspec.structs import replace
from psycopg import Connection

from adapters.event_store.mapper import Mapper
from adapters.event_store.personal_data import MasterKeys, UnknownMasterKeyError, decrypt
from adapters.event_store.unread import (
    Hearer,
    Notes,
    base_of,
    is_ours,
    is_unread,
    must_stop,
    unknown_types,
    who_hears,
)
from application.ports import LAST_VERSION, NotReadableHere, Recorded
from domain.messages import Event

WRITTEN: Final = """
    e.position, e.tenant_id::text, e.tenant_position, e.stream, e.version, e.type, e.data::text,
    e.recorded_at, e.metadata::text, e.personal
"""
"""An event as it was written: what is personal is encrypted, and the key is not with it."""

NAMES: Final = (
    "position, tenant_id, tenant_position, stream, version, type, data, recorded_at, metadata, "
    "personal, wrapped"
)
COLUMNS: Final = f"""
    {WRITTEN},
    CASE WHEN e.personal IS NOT NULL THEN (
        SELECT k.wrapped FROM log.keys k WHERE k.tenant_id = e.tenant_id AND k.stream = e.stream
    ) END AS wrapped
"""
MOST_BYTES: Final = 8_000_000
"""Of the events of one page: a page of many is of small ones, as nearly all are."""


def cut(page: str, order: str, *, most: int = MOST_BYTES) -> str:
    """Return a statement with as much of a page as has so many bytes, and its first event at least.
    `order` is that of the page, in its own columns. The last of them says in a column behind all
    others whether the page had `more`.
    """
    return f"""
        SELECT {NAMES}, more FROM (
            SELECT {NAMES}, row_number() OVER so_far AS number,
            lead(true, 1, false) OVER so_far AS more, sum(
                octet_length(data) + coalesce(octet_length(personal), 0)
            ) OVER so_far AS bytes
            FROM ({page}) page WINDOW so_far AS (ORDER BY {order} ROWS UNBOUNDED PRECEDING)
        ) page WHERE number = 1 OR bytes <= {most} ORDER BY {order}
    """


MOST_AT_ONCE: Final = 2_000_000
"""Bytes of the events of a stream that are read at once, by whoever folds it."""

SHORT: Final = 2_000
"""Events of a stream that are read at once: a stream of so many is folded in one go, where the bytes
allow, since a cursor costs a thousand events as much as reading them."""

IN_PARTS: Final = 32
"""Events that are taken at a time of a stream that is longer, or larger."""

OF_STREAM: Final = """
    e.tenant_id = %s AND e.stream = %s AND e.version > %s AND e.version <= %s AND e.position <= %s
"""
STREAM: Final = f"SELECT {COLUMNS} FROM log.events e WHERE {OF_STREAM} ORDER BY e.version"

# Its size is added up first: a sum beside each event costs a thousand of them twice as much. What is not
# compressed is as large as it is stored. Of what is too large the first event comes, and that there is more.
SHORT_STREAM: Final = f"""
    WITH size AS MATERIALIZED (
        SELECT sum(bytes) > {MOST_AT_ONCE} AS more, min(version) AS first FROM (
            SELECT e.version,
                CASE WHEN pg_column_compression(e.data) IS NULL THEN pg_column_size(e.data)
                ELSE octet_length(e.data::text) END + coalesce(octet_length(e.personal), 0) AS bytes
            FROM log.events e WHERE {OF_STREAM} ORDER BY e.version LIMIT {SHORT}
        ) events
    )
    SELECT {COLUMNS}, (SELECT more FROM size) FROM log.events e
    WHERE {OF_STREAM} AND (NOT (SELECT more FROM size) OR e.version = (SELECT first FROM size))
    ORDER BY e.version LIMIT {SHORT}
"""
# From the end of the stream: what it has come to is said often enough to be found soon.
CARRIED: Final = """
    SELECT e.version FROM log.events e
    WHERE e.tenant_id = %s AND e.stream = %s AND e.type = ANY(%s) ORDER BY e.version DESC LIMIT 1
"""
LOG: Final = cut(
    f"""
    SELECT {COLUMNS} FROM log.events e
    WHERE e.position > %s AND e.position <= %s ORDER BY e.position LIMIT %s
    """,
    "position",
)
LOG_OF_TYPES: Final = cut(
    f"""
    SELECT {COLUMNS} FROM log.events e
    WHERE e.position > %s AND e.position <= %s AND e.type = ANY(%s)
    ORDER BY e.position LIMIT %s
    """,
    "position",
)
OF_TENANT: Final = f"""
    SELECT {COLUMNS} FROM log.events e
    WHERE e.tenant_id = %s AND e.tenant_position > %s AND e.tenant_position <= %s
    ORDER BY e.tenant_position
"""
STREAMS: Final = cut(
    f"SELECT {COLUMNS} FROM log.events e WHERE e.tenant_id = %s AND e.stream = ANY(%s)",
    "stream, version",
)
LAST: Final = 2**62
PAGE: Final = 5_000

NOTHING: Final = b"{}"

Row = tuple[Any, ...]


class Reader:
    """Reads over a connection that is lent: what it may see is the connection's business."""

    def __init__(self, mapper: Mapper, master_keys: MasterKeys, notes: Notes | None = None) -> None:
        self._mapper = mapper
        self._keys = master_keys
        self.notes = notes or Notes()

    def stream(
        self, connection: Connection[Any], tenant: str, stream: str, after: int = 0
    ) -> list[Recorded]:
        """Return the events of a stream behind a version, in order. Who folds them takes `parts`."""
        with self.parts(connection, tenant, stream, after=after) as parts:
            return [past for part in parts for past in part]

    @contextmanager
    def parts(
        self,
        connection: Connection[Any],
        tenant: str,
        stream: str,
        *,
        after: int = 0,
        to: int = LAST_VERSION,
        until: int = LAST,
    ) -> Iterator[Iterable[list[Recorded]]]:
        """Lend the events of a stream with `after < version <= to` and no position beyond `until`, in
        order and in parts: no more of them is in memory at once than fits. All are of one moment.
        """
        values = (tenant, stream, after, to, until)
        twice = (*values, *values)
        rows = connection.execute(SHORT_STREAM, twice, prepare=True, binary=True).fetchall()
        if len(rows) < SHORT and not (rows and rows[-1][-1]):
            yield [self.recorded(rows)]
            return
        del rows
        with connection.transaction(), connection.cursor(stream) as cursor:
            cursor.execute(STREAM, values, binary=True)
            yield map(self.recorded, iter(lambda: cursor.fetchmany(IN_PARTS), []))

    def before_carried(
        self, connection: Connection[Any], tenant: str, stream: str, said: type[Event]
    ) -> int:
        """Return the version behind which a fold may begin: the next event says what all before came to."""
        values = (tenant, stream, self.names((said,)))
        row = connection.execute(CARRIED, values, prepare=True).fetchone()
        return int(row[0]) - 1 if row else 0

    def streams(
        self, connection: Connection[Any], tenant: str, streams: Sequence[str]
    ) -> Mapping[str, Sequence[Recorded]]:
        """Return the events of several streams, in order; none of what never was. Those that are beyond
        MOST_BYTES, or cannot be read here, are missing.
        """
        values = (tenant, list(streams))
        rows = connection.execute(STREAMS, values, prepare=True, binary=True).fetchall()
        end = rows[-1][3] if rows and rows[-1][-1] else None
        found: dict[str, list[Recorded]] = {
            each: [] for each in streams if end is None or each < end
        }
        for past in self.recorded(rows):
            if past.stream in found:
                found[past.stream].append(past)
        return {name: all_ for name, all_ in found.items() if not any(map(is_unread, all_))}

    def log(
        self,
        connection: Connection[Any],
        after: int,
        *,
        to: int = LAST,
        limit: int = PAGE,
        types: Sequence[str] | None = None,
    ) -> list[Recorded]:
        """Return a page of the log with `after < position <= to`, in order: no more than `limit` events
        and MOST_BYTES, but one.
        """
        if types is None:
            return self._read(connection, LOG, (after, to, limit))
        return self._read(connection, LOG_OF_TYPES, (after, to, list(types), limit))

    def follow(
        self, connection: Connection[Any], after: int, *, to: int = LAST, page: int = PAGE
    ) -> Iterator[list[Recorded]]:
        """Return pages of the log until it ends."""
        while batch := self.log(connection, after, to=to, limit=page):
            yield batch
            after = batch[-1].position

    def of_tenant(
        self, connection: Connection[Any], tenant: str, after: int, to: int
    ) -> list[Recorded]:
        """Return the events of a tenant with `after < tenant_position <= to`, in order."""
        return self._read(connection, OF_TENANT, (tenant, after, to))

    def unread(self, connection: Connection[Any], position: int) -> Recorded:
        """Return the place of an event without reading it."""
        [row] = connection.execute(LOG, (position - 1, position, 1), binary=True).fetchall()
        return self._bare(row)

    def names(self, types: tuple[type[Event], ...]) -> list[str]:
        """Return the stored names that read as one of these classes."""
        return self._mapper.names(types)

    def others(self, types: tuple[type[Event], ...]) -> list[str]:
        """Return the stored names that read as something else: see `Mapper.others`."""
        return self._mapper.others(types)

    def knows(self, type_: str) -> bool:
        """Whether events of this stored name can be read."""
        return type_ in self._mapper.known

    @property
    def master_keys(self) -> Sequence[str]:
        """The names of the master keys that are known."""
        return self._keys.names

    # --- What cannot be read --------------------------------------------------------------

    def whole(self, history: Sequence[Recorded]) -> Sequence[Recorded]:
        """Return a history whose events can all be read. Raises NotReadableHere."""
        for past in history:
            if is_unread(past):
                raise self.lacking(past.needs or past.type)
        return history

    def heard(
        self, connection: Connection[Any], events: Sequence[Recorded], *hearers: Hearer
    ) -> Sequence[Recorded]:
        """Return events of which these hearers miss nothing. Raises NotReadableHere."""
        if all(past.event is not None for past in events):
            return events
        stops = self.stops(connection, events, hearers)
        names = {name for hearer in hearers for name in self.names(hearer.types)}
        for past in events:
            if stops.get(past.type) or (past.needs is not None and past.type in names):
                raise self.lacking(past.needs or past.type)
        return events

    def stops(
        self, connection: Connection[Any], events: Iterable[Recorded], hearers: Sequence[Hearer]
    ) -> Mapping[str, AbstractSet[str]]:
        """Return the types among these events before which somebody has to stop, and who."""
        types = unknown_types(events)
        said = who_hears(connection, types) if types else {}
        waited_for = {
            hearer.name: {base_of(name) for name in self.names(hearer.types)} for hearer in hearers
        }
        return {
            type_: {
                name
                for name, bases in waited_for.items()
                if must_stop(name.partition("@")[0], bases, type_, said.get(type_))
            }
            for type_ in types
        }

    def lacking(self, what: str) -> NotReadableHere:
        """Return the refusal of who lacks a type of events, or a master key; it is noted."""
        self.notes.met(what)
        return NotReadableHere(needs="release" if is_ours(what) else "key")

    def _read(self, connection: Connection[Any], sql: str, values: Row) -> list[Recorded]:
        rows = connection.execute(sql, values, prepare=True, binary=True).fetchall()
        return self.recorded(rows)

    def recorded(self, rows: Sequence[Row]) -> list[Recorded]:
        """Return the events of rows with the columns `COLUMNS`, as far as they can be read here."""
        try:
            return self._decoded(rows)
        except UnknownMasterKeyError:
            return [self._as_far_as_readable(row) for row in rows]

    def _as_far_as_readable(self, row: Row) -> Recorded:
        try:
            [past] = self._decoded([row])
        except UnknownMasterKeyError as lacking:
            return replace(self._bare(row), needs=lacking.name if self.knows(row[5]) else None)
        return past

    def _bare(self, row: Row) -> Recorded:
        """Return an event without what it says."""
        [bare] = self._decoded([(*row[:5], "", *row[6:9], None, None)])
        return replace(bare, type=row[5])

    def _decoded(self, rows: Sequence[Row]) -> list[Recorded]:
        decode, reveal = self._mapper.decode, self._reveal
        return [
            Recorded(
                position=row[0],
                tenant=row[1],
                tenant_position=row[2],
                stream=row[3],
                version=row[4],
                type=row[5],
                event=decode(row[5], row[6], reveal(row) if row[9] is not None else NOTHING),
                recorded_at=row[7],
                metadata_json=row[8],
            )
            for row in rows
        ]

    def _reveal(self, row: Row) -> bytes | None:
        """Decrypt what is personal; None when its key was destroyed."""
        if row[10] is None:
            return None
        key = self._keys.unwrap(row[10], row[1], row[3])
        return decrypt(key, row[9], row[1], row[3], row[4])


def head(connection: Connection[Any]) -> int:
    """Return the position of the newest event, 0 for an empty log."""
    row = connection.execute("SELECT coalesce(max(position), 0) FROM log.events").fetchone()
    return int(row[0]) if row else 0
