"""The statement of a page: rows along an index, in either direction, from where the page begins.

Rows with a sort value and those without one are two parts, one behind the other, each along the
index, since PostgreSQL would sort all there is rather than turn an index around its gaps; upwards from
the beginning they are one, since that is how an index has them:

    starts_at IS NOT NULL AND (starts_at, key) > (…)   LIMIT 51  ─┐
                                                                  ├─► sorted together, LIMIT 51
    starts_at IS NULL                                  LIMIT 51  ─┘

One of several values is looked up for each value by itself. An index knows one filter besides the order:
what else is asked, or kept from whoever asks, is looked for along it, among so many rows and no more.
So is what no index knows, such as a part of a name.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from types import NoneType
from typing import Any, Final, NamedTuple, get_args, get_type_hints

from projections.questions import ALONG_THE_WAY, OPERATORS, Op, Place, Sort, Watched, Where, Within
from projections.read_model import ReadModel, Row

LOOKED_AT: Final = 5_000
"""Rows among which one page looks for what no index knows."""

AT_FIRST: Final = 4
"""Times a page, at which one looks first: most often that is enough."""

MOST_VALUES: Final = 8
"""Values of a filter that are looked up one by one; more are looked for together."""

KEY: Final = "key"

ASKED_AT_ALL: Final = {Op.MISSING: "IS NULL", Op.KNOWN: "IS NOT NULL"}

FILLED: Final = frozenset({"created_at", "updated_at", "version"})
"""Columns that the runner fills: no row is without them."""


class Sql(NamedTuple):
    """A piece of a statement, and its values in order."""

    text: str
    values: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Question:
    """What is asked of a read model. `extra` are conditions in SQL with their values, ours and never
    a client's, for what no column says.
    """

    model: ReadModel
    tenant: str
    within: Within
    where: Sequence[Where]
    extra: Sequence[tuple[str, Sequence[Any]]]
    sort: Sort
    place: Place | None = None
    watched: Watched | None = None

    @cached_property
    def filters(self) -> list[Where]:
        """What is asked, and what whoever asks is kept to: that first, for it says most."""
        return [*self.within.where, *self.where]

    @cached_property
    def is_looked_for(self) -> bool:
        """Whether no index knows all that is asked for, and the order."""
        sought = [
            w for w in self.filters if w.column != self.sort.column and w.op not in ALONG_THE_WAY
        ]
        if self.extra or self.within.conditions:
            return True
        return len(sought) > bool(self.along) and not any(_has_few(self, w) for w in sought)

    @property
    def hangs_on_one_value(self) -> bool:
        """Whether all hangs on a single filter that no index has in this order: then it is planned for
        its very value. A plan for any value takes each to be as frequent as any other, and may read a
        whole list for one that no row has.
        """
        asked = [w for w in self.where if w.op not in ALONG_THE_WAY]
        sought = [w for w in asked if w.column != self.sort.column]
        return len(sought) == 1 and not self.along

    @cached_property
    def along(self) -> list[Where]:
        """The filters whose rows an index has in the order of the question."""
        indexes, sort = self.model.indexes, self.sort.column
        return [
            w
            for w in self.filters
            if w.op is Op.IS and (w.column, sort) in indexes and len(w.value) <= MOST_VALUES
        ]

    @cached_property
    def parts(self) -> list[list[Sql]]:
        """The conditions of each part that is to be read, in the order of reading."""
        return _parts(self)


def rows_of(asked: Question, limit: int, offset: int = 0, *, look: int | None = None) -> Sql:
    """Select sort value, key and document of the rows of a page, and 0; in its place, where one looks
    at no more than a few rows, at how many one has.
    """
    line, rest = _split(asked)
    most = LOOKED_AT if asked.is_looked_for else offset + limit
    return _put(
        f'SELECT r."{asked.sort.column}", r.key, r.document::text, {"r.looked" if look else 0} FROM',
        _counted(asked, _lines(asked, line, look)) if look else _lines(asked, line, most),
        "r WHERE",
        _all(rest),
        f"ORDER BY {_whole_order(asked)}",
        Sql("OFFSET %s LIMIT %s", (offset, limit)),
    )


def _counted(asked: Question, lines: Sql) -> Sql:
    begin = f"(SELECT r.part, {_columns(asked)}, count(*) OVER () AS looked FROM"
    return _put(begin, lines, "r)")


def end_of_look(asked: Question, look: int = LOOKED_AT) -> Sql:
    """Select sort value and key of the last row that was looked at, if there were as many as may be."""
    line, _ = _split(asked)
    return _put(
        f'SELECT r."{asked.sort.column}", r.key FROM',
        _lines(asked, line, look),
        f"r ORDER BY {_whole_order(asked)}",
        Sql("OFFSET %s LIMIT 1", (look - 1,)),
    )


def count_of(asked: Question, most: int) -> Sql:
    """Count the rows, up to so many."""
    line, rest = _split(asked)
    if asked.is_looked_for:
        counted = _put("SELECT FROM", _lines(asked, line, LOOKED_AT), "r WHERE", _all(rest))
    else:
        counted = _put(f"SELECT FROM {_table(asked)} r WHERE", _all([*line, *rest]))
    return _put("SELECT count(*) FROM (", counted, Sql("LIMIT %s) counted", (most,)))


# --- Lines --------------------------------------------------------------------------------


def _split(asked: Question) -> tuple[list[Sql], list[Sql]]:
    """Return the conditions along the line, and those that are checked of each row on it."""
    extra = [Sql(text, tuple(values)) for text, values in asked.extra]
    if not asked.is_looked_for:
        return [all_of(asked.tenant, asked.within, asked.where)], []
    one = [w for w in asked.along if len(w.value) == 1][:1]
    on = [w for w in asked.filters if w in one or w.column == asked.sort.column]
    off = [_condition(w) for w in asked.filters if w not in on]
    rest = _reach(asked.within._replace(where=()))
    return [all_of(asked.tenant, Within(), on)], [*off, *rest, *extra]


def _lines(asked: Question, line: Sequence[Sql], most: int) -> Sql:
    """Select the first rows of all parts, in their order."""
    parts = [
        _part(asked, number, [*line, *ends, *one], most)
        for number, ends in enumerate(asked.parts)
        for one in _each_value(asked)
    ]
    if len(parts) == 1:
        return parts[0]
    texts = Sql(" UNION ALL ".join(part.text for part in parts))
    all_ = texts._replace(values=tuple(value for part in parts for value in part.values))
    order = f") r ORDER BY {_whole_order(asked)}"
    return _put(f"(SELECT part, {_columns(asked)} FROM (", all_, order, _limit(most), ")")


def _part(asked: Question, number: int, conditions: Sequence[Sql], most: int) -> Sql:
    """Select the first rows of one part."""
    begin = f"(SELECT {number} AS part, {_columns(asked)} FROM {_table(asked)} r WHERE"
    return _put(begin, _all(conditions), f"ORDER BY {_order(asked)}", _limit(most), ")")


def _parts(asked: Question) -> list[list[Sql]]:
    """Return the conditions of each part that is to be read, in the order of reading."""
    column, place = f'r."{asked.sort.column}"', asked.place
    is_whole = place is None and not _goes_down(asked)
    if is_whole or not may_be_missing(asked.model.row, asked.sort.column):
        return [_beyond(asked)]
    parts = [(False, Sql(f"{column} IS NOT NULL")), (True, Sql(f"{column} IS NULL"))]
    if asked.place is not None and asked.place.backwards:
        parts.reverse()
    if place is not None and parts[0][0] is not (place.value is None):
        del parts[0]
    (_, first), *rest = parts
    return [[first, *_beyond(asked)], *([part] for _, part in rest)]


def _beyond(asked: Question) -> list[Sql]:
    """Say which rows come after the place, in the direction of the question."""
    place, column = asked.place, f'r."{asked.sort.column}"'
    if place is None:
        return []
    further = "<" if _goes_down(asked) else ">"
    if place.value is None:
        return [Sql(f"r.key {further} %s", (place.key,))]
    return [Sql(f"({column}, r.key) {further} (%s, %s)", (place.value, place.key))]


def _has_few(asked: Question, where: Where) -> bool:
    """Whether few rows have the value, such as a key or an address: they are found by an index, and put
    in order then.
    """
    by_itself = where.column == KEY or (where.column,) in asked.model.indexes
    return where.op in (Op.IS, Op.KNOWN) and by_itself and where.column not in FILLED


def _each_value(asked: Question) -> list[list[Sql]]:
    """Return the values of one filter, of which each is looked up by itself, if there is such a filter
    and no other leaves less to look at.
    """
    filters = [w for w in asked.filters if w.op is Op.IS]
    several = [w for w in asked.along if len(w.value) > 1]
    if asked.is_looked_for or any(len(w.value) == 1 for w in filters) or not several:
        return [[]]
    column = several[0].column
    return [[Sql(f'r."{column}" = %s', (v,))] for v in dict.fromkeys(several[0].value)]


# --- Pieces -------------------------------------------------------------------------------


def all_of(tenant: str, within: Within, where: Sequence[Where]) -> Sql:
    """Return the condition that rows `r` of a read model have to meet."""
    filters = map(_condition, where)
    return _all([Sql("r.tenant_id = %s", (tenant,)), *filters, *_reach(within)])


def kept(within: Within) -> Sql:
    """Return the condition that rows `r` are within reach."""
    return _all(_reach(within))


def _reach(within: Within) -> list[Sql]:
    own = map(_condition, within.where)
    return [*own, *(Sql(text, tuple(values)) for text, values in within.conditions)]


def _put(*pieces: str | Sql) -> Sql:
    """Put pieces of a statement behind each other."""
    known = [piece if isinstance(piece, Sql) else Sql(piece) for piece in pieces]
    return Sql(
        " ".join(piece.text for piece in known),
        tuple(value for piece in known for value in piece.values),
    )


def _all(conditions: Sequence[Sql]) -> Sql:
    texts = " AND ".join(condition.text for condition in conditions) or "true"
    return Sql(texts, tuple(value for condition in conditions for value in condition.values))


def _condition(where: Where) -> Sql:
    """Compare a column; a single value as such, for then an index keeps its order."""
    column = f'r."{where.column}"'
    if where.op in ASKED_AT_ALL:
        return Sql(f"{column} {ASKED_AT_ALL[where.op]}")
    if where.op is Op.IS and len(where.value) == 1:
        return Sql(f"{column} = %s", (where.value[0],))
    return Sql(OPERATORS[where.op].format(column), (where.value,))


def _limit(most: int) -> Sql:
    return Sql("LIMIT %s", (most,))


def _table(asked: Question) -> str:
    return f'live."{asked.model.name}"'


def _columns(asked: Question) -> str:
    """Name the columns that a page needs: all where a condition may speak of any, and never one that a
    newer release adds.
    """
    if asked.extra or asked.within.conditions:
        return _named("tenant_id", KEY, "version", *asked.model.columns, "document")
    return _named(asked.sort.column, KEY, "document", *(w.column for w in asked.filters))


@lru_cache
def _named(*columns: str) -> str:
    return ", ".join(f'r."{name}"' for name in dict.fromkeys(columns))


def _goes_down(asked: Question) -> bool:
    return asked.sort.descending is not (asked.place is not None and asked.place.backwards)


def _order(asked: Question) -> str:
    way = "DESC" if _goes_down(asked) else "ASC"
    return f'r."{asked.sort.column}" {way}, r.key {way}'


def _whole_order(asked: Question) -> str:
    """Return the order of all parts; PostgreSQL would sort a single one anew by its number."""
    return f"r.part, {_order(asked)}" if len(asked.parts) > 1 else _order(asked)


@lru_cache
def may_be_missing(row: type[Row], column: str) -> bool:
    """Whether there are rows without a value there."""
    hint = get_type_hints(row)[column]
    return column not in FILLED and NoneType in get_args(hint)
