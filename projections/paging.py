"""One page of a list: filtered, sorted, and cut after a row rather than at a number, so that pages
neither skip nor repeat rows while others are being added.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any, Final, NamedTuple

from psycopg import Connection, sql

from projections.read_model import ReadModel


class Op(StrEnum):
    """How a filter compares a column."""

    IS = "is"
    AT_LEAST = "gte"
    ABOVE = "gt"
    AT_MOST = "lte"
    BELOW = "lt"


OPERATORS: Final = {
    Op.IS: "{} = ANY(%s)",
    Op.AT_LEAST: "{} >= %s",
    Op.ABOVE: "{} > %s",
    Op.AT_MOST: "{} <= %s",
    Op.BELOW: "{} < %s",
}


class Where(NamedTuple):
    """A filter; with `Op.IS` the value is a list, of which one must be met."""

    column: str
    op: Op
    value: Any


class Sort(NamedTuple):
    """By which column; rows that have none there come last. Ties go by key, the same way."""

    column: str
    descending: bool = False


class Place(NamedTuple):
    """Where a page begins: after, or before, the row with this sort value and key."""

    value: Any
    key: str
    backwards: bool = False


class Page(NamedTuple):
    """Documents as JSON texts, and the places of the first and the last."""

    documents: Sequence[str]
    first: Place | None
    last: Place | None
    has_more: bool
    """Whether there are more rows in the direction in which was asked."""


COUNTED: Final = 10_000
"""Nobody counts further."""


class Within(NamedTuple):
    """What of a list whoever asks may see at all: conditions in SQL with their values, ours and never
    a client's. None: all of it. A page is not asked for without saying it.
    """

    conditions: Sequence[tuple[str, Sequence[Any]]] = ()


class NumberedPage(NamedTuple):
    """Documents as JSON texts, and how many there are in all; more than COUNTED is just more."""

    documents: Sequence[str]
    total: int


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
) -> Page:
    """Ask for a page. `extra` are conditions in SQL with their values, for what no column says."""
    backwards = place is not None and place.backwards
    condition, values = conditions(tenant, within, where, extra)
    if place is not None:
        further, more = _after(sort, place)
        condition, values = condition + sql.SQL(" AND ") + further, [*values, *more]
    statement = sql.SQL(
        "SELECT {column}, r.key, r.document::text FROM {table} r WHERE {where} "
        "ORDER BY {column} {way} NULLS {nulls}, r.key {way} LIMIT %s"
    ).format(
        column=sql.Identifier("r", sort.column),
        table=sql.Identifier("live", model.name),
        where=condition,
        way=sql.SQL("DESC" if sort.descending != backwards else "ASC"),
        nulls=sql.SQL("FIRST" if backwards else "LAST"),
    )
    rows = connection.execute(statement, [*values, limit + 1], prepare=True).fetchall()
    return _cut(rows, limit, backwards=backwards)


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
    """Ask for a page by its place in the list. Rows added in front of it move it: see `page`."""
    condition, values = conditions(tenant, within, where, extra)
    names = {
        "column": sql.Identifier("r", sort.column),
        "table": sql.Identifier("live", model.name),
        "where": condition,
        "way": sql.SQL("DESC" if sort.descending else "ASC"),
    }
    rows = connection.execute(
        sql.SQL(
            "SELECT r.document::text FROM {table} r WHERE {where} "
            "ORDER BY {column} {way} NULLS LAST, r.key {way} LIMIT %s OFFSET %s"
        ).format(**names),
        [*values, limit, offset],
    ).fetchall()
    counted = connection.execute(
        sql.SQL(
            "SELECT count(*) FROM (SELECT FROM {table} r WHERE {where} LIMIT %s) counted"
        ).format(**names),
        [*values, COUNTED + 1],
    ).fetchone()
    assert counted is not None
    return NumberedPage([document for (document,) in rows], counted[0])


def _cut(rows: list[Any], limit: int, *, backwards: bool) -> Page:
    has_more = len(rows) > limit
    rows = rows[:limit]
    if backwards:
        rows.reverse()
    if not rows:
        return Page([], None, None, has_more)
    (first, first_key, _), (last, last_key, _) = rows[0], rows[-1]
    places = Place(first, first_key, backwards=True), Place(last, last_key)
    return Page([document for _, _, document in rows], *places, has_more)


def conditions(
    tenant: str,
    within: Within,
    where: Sequence[Where] = (),
    extra: Sequence[tuple[str, Sequence[Any]]] = (),
) -> tuple[sql.Composed, list[Any]]:
    """Give the condition that rows `r` of a read model have to meet, and its values."""
    found: list[sql.Composable] = [sql.SQL("r.tenant_id = %s")]
    values: list[Any] = [tenant]
    for column, op, value in where:
        found.append(sql.SQL(OPERATORS[op]).format(sql.Identifier("r", column)))
        values.append(value)
    for text, more in (*within.conditions, *extra):
        found.append(sql.SQL(text))  # ours, never a client's
        values.extend(more)
    return sql.SQL(" AND ").join(found), values


def _after(sort: Sort, place: Place) -> tuple[sql.Composable, list[Any]]:
    """Say which rows come after a place, in the direction of the question."""
    column = sql.Identifier("r", sort.column)
    further = sql.SQL("<" if sort.descending != place.backwards else ">")
    if place.value is None:
        text = "({c} IS NULL AND r.key {further} %s)"
        if place.backwards:
            text = f"({text} OR {{c}} IS NOT NULL)"
        return sql.SQL(text).format(c=column, further=further), [place.key]
    text = "(({c}, r.key) {further} (%s, %s)" + ("" if place.backwards else " OR {c} IS NULL") + ")"
    return sql.SQL(text).format(c=column, further=further), [place.value, place.key]
