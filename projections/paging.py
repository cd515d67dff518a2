"""One page of a list: filtered, sorted, and cut after a row rather than at a number, so that pages
neither skip nor repeat rows while others are being added.

What no index knows, such as a part of a name, is looked for among so many rows and no more: such a
page may be short, or empty, and the next goes on behind what was looked at.
"""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from psycopg import Connection, sql
from psycopg.abc import Buffer
from psycopg.adapt import Loader

from application.ports import Bookmark, Moment
from projections.lines import (
    AT_FIRST,
    LOOKED_AT,
    Question,
    Sql,
    all_of,
    count_of,
    end_of_look,
    kept,
    rows_of,
)
from projections.questions import COMPARING, Op, Place, Sort, Watched, Where, Within
from projections.read_model import ReadModel

__all__ = [
    "COMPARING",
    "COUNTED",
    "LOOKED_AT",
    "NumberedPage",
    "Op",
    "Page",
    "Place",
    "Sort",
    "Watched",
    "Where",
    "Within",
    "conditions",
    "kept_to",
    "numbered_page",
    "page",
]

MOST_BYTES: Final = 4_900_000
"""Of the documents of one page, so that an answer with it has 5 MB at most."""

CUT: Final = """
    SELECT place, key, CASE
        WHEN row_number() OVER so_far = 1 OR sum(octet_length(document) + 1) OVER so_far <= %s
        THEN document::varchar
    END, looked, CASE WHEN row_number() OVER so_far = 1 THEN {} END
    FROM ({}) page(place, key, document, looked) WINDOW so_far AS (ROWS UNBOUNDED PRECEDING)
"""
"""As many documents of a page as have so many bytes, and its first at least; of the others it is known
only that they are there. What is a `varchar` comes as bytes. The first row has a bookmark of the log.
"""

BOOKMARK: Final = """(
    SELECT e.tenant_position || '.' || log.mark(e.hash) FROM log.events e
    WHERE e.tenant_id = %s ORDER BY e.tenant_position DESC LIMIT 1
)"""
"""Where the tenant's log ends: read with the page, it has all that the page shows."""

MOMENT: Final = """(
    SELECT concat_ws('.', e.tenant_position, encode(e.hash, 'hex'), e.position,
        CASE WHEN e.position <= %s THEN e.position ELSE coalesce(work.seen(%s), -1) END, {tables})
    FROM log.events e WHERE e.tenant_id = %s ORDER BY e.tenant_position DESC LIMIT 1
)"""
"""The same, and up to where the read models have seen it. Their tables are named by their numbers: what is
built anew is another.
"""
TABLE: Final = "coalesce(to_regclass('live.{}')::oid::bigint, 0)"

DOCUMENT, LOOKED, MARK = 2, 3, 4

COUNTED: Final = 10_000
"""Nobody counts further."""


class _AsBytes(Loader):
    """Leaves a text as it came: of megabytes there is one copy, and not four times as large for the
    sake of one character.
    """

    def load(self, data: Buffer) -> bytes:
        return bytes(data)


class Page(NamedTuple):
    """Documents as JSON, and the places of the first and the last, or of where was looked."""

    documents: Sequence[bytes]
    first: Place | None
    last: Place | None
    has_more: bool
    """Whether there are more rows, or more to look at, in the direction in which was asked."""
    bookmark: Bookmark | None
    """Where the log ended when this was so; None if there was no row."""
    moment: Moment | None = None
    """What had happened last, if that was asked and the page shows it, too."""


class NumberedPage(NamedTuple):
    """Documents as JSON, and how many there are in all, or at least."""

    documents: Sequence[bytes]
    total: int
    is_least: bool
    """Whether there may be more: not all were counted, or looked at."""
    cut: bool = False
    """Whether it would have had more, but for its size."""


def page(
    connection: Connection[Any],
    model: ReadModel,
    tenant: str,
    *,
    within: Within,
    where: Sequence[Where] = (),
    extra: Sequence[tuple[str, Sequence[Any]]] = (),
    sort: Sort,
    place: Place | None = None,
    limit: int = 50,
    watched: Watched | None = None,
) -> Page:
    """Ask for a page. `extra` are conditions in SQL with their values, for what no column says."""
    asked = Question(model, tenant, within, where, extra, sort, place, watched)
    rows, reached = _looked(connection, asked, limit)
    backwards = place is not None and place.backwards
    return _cut(rows, limit, reached, backwards=backwards)


def _looked(
    connection: Connection[Any], asked: Question, limit: int
) -> tuple[list[tuple[Any, ...]], tuple[Any, ...] | None]:
    """Return the rows of a page, and where a look ended, if it did."""
    prepare = not asked.hangs_on_one_value
    look = AT_FIRST * (limit + 1)
    if asked.is_looked_for and look < LOOKED_AT:
        statement = _marked(asked, rows_of(asked, limit + 1, look=look))
        rows = _fetched(connection, statement, prepare=prepare)
        if _is_full(rows, limit) or _is_all(connection, asked, rows, look):
            return rows, None
    rows = _fetched(connection, _marked(asked, rows_of(asked, limit + 1)), prepare=prepare)
    if _is_full(rows, limit) or not asked.is_looked_for:
        return rows, None
    return rows, next(iter(_fetched(connection, end_of_look(asked))), None)


def _is_all(
    connection: Connection[Any], asked: Question, rows: Sequence[tuple[Any, ...]], look: int
) -> bool:
    """Whether there are no more rows to look at than these were found among."""
    if rows:
        return bool(rows[0][LOOKED] < look)
    return not _fetched(connection, end_of_look(asked, look))


def _is_full(rows: Sequence[tuple[Any, ...]], limit: int) -> bool:
    return len(rows) > limit or _is_cut(rows)


def numbered_page(
    connection: Connection[Any],
    model: ReadModel,
    tenant: str,
    *,
    within: Within,
    where: Sequence[Where] = (),
    extra: Sequence[tuple[str, Sequence[Any]]] = (),
    sort: Sort,
    offset: int,
    limit: int,
) -> NumberedPage:
    """Ask for a page by its place in the list. Rows added in front of it move it: see `page`.

    What is looked for is found, and counted, among the first LOOKED_AT rows only.
    """
    asked = Question(model, tenant, within, where, extra, sort)
    statement = _within_bytes(rows_of(asked, limit, offset))
    rows = _fetched(connection, statement, prepare=False) if limit else []
    [(counted,)] = _fetched(connection, count_of(asked, COUNTED + 1), prepare=False)
    unseen = asked.is_looked_for and bool(_fetched(connection, end_of_look(asked)))
    return NumberedPage(
        [row[DOCUMENT] for row in _whole(rows)],
        min(counted, COUNTED),
        is_least=unseen or counted > COUNTED,
        cut=_is_cut(rows),
    )


def conditions(
    tenant: str, within: Within, where: Sequence[Where] = ()
) -> tuple[sql.SQL, Sequence[Any]]:
    """Return the condition that rows `r` of a read model have to meet, and its values."""
    found = all_of(tenant, within, where)
    return sql.SQL(found.text), found.values


def kept_to(within: Within) -> tuple[sql.SQL, Sequence[Any]]:
    """Return the condition that rows `r` are within reach, and its values."""
    found = kept(within)
    return sql.SQL(found.text), found.values


def _within_bytes(page: Sql) -> Sql:
    return Sql(CUT.format("NULL", page.text), (MOST_BYTES, *page.values))


def _marked(asked: Question, page: Sql) -> Sql:
    if asked.watched is None:
        return Sql(CUT.format(BOOKMARK, page.text), (MOST_BYTES, asked.tenant, *page.values))
    names, known = asked.watched
    moment = MOMENT.format(tables=", ".join(map(TABLE.format, names)))
    values = (MOST_BYTES, known, list(names), asked.tenant, *page.values)
    return Sql(CUT.format(moment, page.text), values)


def _moment_of(mark: str) -> tuple[Bookmark, Moment | None]:
    """Read where the log ended, and what had happened, if the read models had seen it."""
    place, hash_, *seen = mark.split(".")
    if not seen:
        return Bookmark(int(place), hash_), None
    position, reached, *tables = map(int, seen)
    moment = Moment(int(place), position, hash_, tuple(tables))
    return moment.bookmark, moment if reached >= position else None


def _is_cut(rows: Sequence[tuple[Any, ...]]) -> bool:
    return bool(rows) and rows[-1][DOCUMENT] is None


def _whole(rows: Sequence[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return [row for row in rows if row[DOCUMENT] is not None]


def _fetched(
    connection: Connection[Any], statement: Sql, *, prepare: bool = True
) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.adapters.register_loader("varchar", _AsBytes)
        return cursor.execute(statement.text.encode(), statement.values, prepare=prepare).fetchall()


def _cut(
    rows: Sequence[tuple[Any, ...]],
    limit: int,
    reached: tuple[Any, ...] | None,
    *,
    backwards: bool,
) -> Page:
    """Cut what was read, in the order of reading; `reached` is where a look ended, if it did."""
    has_more = reached is not None or len(rows) > limit or _is_cut(rows)
    rows = _whole(rows[:limit])
    documents = [row[DOCUMENT] for row in rows]
    ends = [*rows[:1], *(rows[-1:] if reached is None else [reached])]
    if not ends:
        return Page([], None, None, has_more, None)
    (begin, begin_key, *_), (end, end_key, *_) = ends[0], ends[-1]
    mark, moment = _moment_of(rows[0][MARK]) if rows and rows[0][MARK] else (None, None)
    if backwards:
        places = Place(end, end_key, backwards=True), Place(begin, begin_key)
        return Page(documents[::-1], *places, has_more, mark, moment)
    places = Place(begin, begin_key, backwards=True), Place(end, end_key)
    return Page(documents, *places, has_more, mark, moment)
