"""Rows by their keys: what a page of another read model refers to, and what was changed."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec
from psycopg import Connection, sql

from projections.paging import conditions
from projections.questions import Where, Within
from projections.read_model import ReadModel

ROWS: Final = """
    SELECT r.key, r.document::text FROM live.{} r
    WHERE r.key = ANY(%s) AND {}
"""
THOSE: Final = "SELECT r.document::text FROM live.{} r WHERE {} ORDER BY r.key"

FARTHEST: Final = 20
"""Rows one behind the other, each of which stands for the one before: nobody is merged so often."""


def rows(
    connection: Connection[Any],
    model: ReadModel,
    tenant: str,
    keys: Iterable[str],
    within: Within,
    *,
    stands_for: str | None = None,
) -> Mapping[str, bytes]:
    """Return the rows there are of these, as JSON by the key under which they were asked for. Where the
    field that says what `stands_for` a row is filled, it is the row that stands for it in the end.
    """
    found: dict[str, bytes] = {}
    wanted = {key: key for key in keys}
    for _ in range(FARTHEST):
        known = _fetched(connection, model, tenant, {*wanted.values()}, within)
        there = {key: known[at] for key, at in wanted.items() if at in known}
        further = _further(there, stands_for)
        found |= {key: document for key, document in there.items() if key not in further}
        if not further:
            break
        wanted = further
    return found


def _fetched(
    connection: Connection[Any], model: ReadModel, tenant: str, keys: set[str], within: Within
) -> dict[str, bytes]:
    met, values = conditions(tenant, within)
    statement = sql.SQL(ROWS).format(sql.Identifier(model.name), met)
    found = connection.execute(statement, (sorted(keys), *values)).fetchall()
    return {key: document.encode() for key, document in found}


def _further(documents: Mapping[str, bytes], stands_for: str | None) -> dict[str, str]:
    if stands_for is None:
        return {}
    fields = {key: msgspec.json.decode(text) for key, text in documents.items()}
    return {key: each[stands_for] for key, each in fields.items() if each[stands_for]}


def those(
    connection: Connection[Any],
    model: ReadModel,
    tenant: str,
    where: Sequence[Where],
    extra: Sequence[tuple[str, Sequence[Any]]],
) -> list[bytes]:
    """Return the rows for which this holds, one part of which is that they have one of these keys; `extra`
    are conditions in SQL with their values.
    """
    met, values = conditions(tenant, Within(extra), where)
    statement = sql.SQL(THOSE).format(sql.Identifier(model.name), met)
    return [document.encode() for (document,) in connection.execute(statement, values).fetchall()]
