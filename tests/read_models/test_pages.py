"""Pages of every list there is: forwards and backwards they are the whole list, in order, whatever
rows have no sort value, or the same.
"""

import importlib
import json
import pkgutil
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, Final, NamedTuple
from unittest.mock import Mock
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg import Connection, sql

import api
from adapters.postgres import Database
from adapters.read_models.tables import TYPES, Table
from api.requests.listing import Listing
from infra.composition import running_system
from infra.servers.postgres import Server
from infra.settings import Mode, Settings
from projections import READ_MODELS, paging
from projections.lines import Question, Sql, may_be_missing, rows_of
from projections.paging import (
    LOOKED_AT,
    NumberedPage,
    Op,
    Page,
    Place,
    Sort,
    Where,
    Within,
    numbered_page,
    page,
)
from projections.people.clients import CLIENTS
from projections.read_model import ReadModel
from projections.scheduling.bookings import BOOKINGS
from tests.conftest import empty_database

pytestmark = pytest.mark.postgres

BEGAN: Final = datetime(2027, 1, 4, tzinfo=UTC)
VALUES: Final[dict[str, Callable[[int], Any]]] = {
    TYPES[str]: lambda n: "abc"[n],
    TYPES[bool]: bool,
    TYPES[int]: int,
    TYPES[float]: float,
    TYPES[datetime]: lambda n: BEGAN + timedelta(hours=n),
    TYPES[Mapping]: lambda n: json.dumps({"n": n}),
}
FEW: Final = st.integers(0, 2)
LIMITS: Final = st.integers(1, 4)


def _listings() -> Iterator[Listing]:
    for found in pkgutil.walk_packages(api.__path__, "api."):
        module = importlib.import_module(found.name)
        yield from (each for each in vars(module).values() if isinstance(each, Listing))


def _sorts() -> Iterator[tuple[ReadModel, str]]:
    """Return all read models with each column by which a list of theirs is sorted."""
    asked = {(each.model.name, sort) for each in _listings() for sort in each.sorts}
    known = {model.name: model for model in READ_MODELS}
    return ((known[name], sort) for name, sort in sorted(asked))


SORTS: Final = list(_sorts())


class Line(NamedTuple):
    """A row as it is sorted and filtered."""

    key: str
    values: dict[str, Any]


@pytest.fixture(scope="module")
def tables(server: Server) -> Iterator[Database]:
    """The empty tables of all read models."""
    with (
        empty_database(server) as dsn,
        running_system(Settings(mode=Mode.TEST), dsn) as system,
    ):
        yield system.database


def lines_of(model: ReadModel) -> st.SearchStrategy[list[Line]]:
    """Make some rows; few values, so that there are ties, and none where there may be none."""
    table = Table(model)
    columns = {
        name: FEW.map(VALUES[table.type(name)])
        if not may_be_missing(model.row, name)
        else st.none() | FEW.map(VALUES[table.type(name)])
        for name in model.columns
    }
    rows = st.lists(st.fixed_dictionaries(columns), max_size=12)
    return rows.map(lambda found: [Line(f"key-{n:02}", row) for n, row in enumerate(found)])


def put(connection: Connection[Any], model: ReadModel, tenant: str, lines: Sequence[Line]) -> None:
    names = ("tenant_id", "key", "version", *model.columns, "document")
    statement = sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
        sql.Identifier("live", model.name),
        sql.SQL(", ").join(map(sql.Identifier, names)),
        sql.SQL(", ").join(sql.Placeholder() * len(names)),
    )
    with connection.cursor() as cursor:
        cursor.executemany(
            statement,
            [
                (tenant, key, 1, *(row[name] for name in model.columns), f'"{key}"')
                for key, row in lines
            ],
        )


def in_order(lines: Sequence[Line], sort: Sort) -> list[bytes]:
    """Sort as a list is to be sorted: whoever has no value comes last."""
    some = [line for line in lines if line.values[sort.column] is not None]
    none = [line for line in lines if line.values[sort.column] is None]
    some.sort(key=lambda line: (line.values[sort.column], line.key), reverse=sort.descending)
    none.sort(key=lambda line: line.key, reverse=sort.descending)
    return [f'"{line.key}"'.encode() for line in some + none]


def walked(ask: Callable[[Place | None], Page]) -> tuple[list[bytes], list[bytes]]:
    """Walk to the end and back; return what was seen on either way, in the order of the list."""
    found = ask(None)
    there = [*found.documents]
    while found.has_more:
        found = ask(found.last)
        there += found.documents
    back = [*found.documents]
    while found.first is not None and (found := ask(found.first)).documents:
        back[:0] = found.documents
    return there, back


@pytest.mark.parametrize("descending", [False, True], ids=["up", "down"])
@pytest.mark.parametrize(("model", "column"), SORTS, ids=[f"{m.name}-{c}" for m, c in SORTS])
@settings(max_examples=8)
@given(data=st.data())
def test_pages_are_the_whole_list_both_ways(
    tables: Database, model: ReadModel, column: str, descending: bool, data: st.DataObject
) -> None:
    lines, limit, tenant = data.draw(lines_of(model)), data.draw(LIMITS), str(uuid4())
    sort = Sort(column, descending)
    with tables.as_worker() as connection:
        put(connection, model, tenant, lines)

    with tables.as_tenant(tenant) as connection:
        there, back = walked(
            lambda place: page(
                connection, model, tenant, within=Within(), sort=sort, place=place, limit=limit
            )
        )

    assert there == back == in_order(lines, sort)


@pytest.mark.parametrize(("model", "column"), SORTS, ids=[f"{m.name}-{c}" for m, c in SORTS])
@settings(max_examples=8)
@given(data=st.data())
def test_pages_of_what_is_filtered_are_all_that_meets_the_filters(
    tables: Database, model: ReadModel, column: str, data: st.DataObject
) -> None:
    lines, limit, tenant = data.draw(lines_of(model)), data.draw(LIMITS), str(uuid4())
    table, sort = Table(model), Sort(column, data.draw(st.booleans()))
    compared = [name for name in model.columns if table.type(name) != TYPES[Mapping]]
    filters = [
        Where(name, Op.IS, [*map(VALUES[table.type(name)], data.draw(st.sets(FEW)))])
        for name in data.draw(st.sets(st.sampled_from(compared), max_size=2))
    ]
    with tables.as_worker() as connection:
        put(connection, model, tenant, lines)

    with tables.as_tenant(tenant) as connection:
        there, back = walked(
            lambda place: page(
                connection,
                model,
                tenant,
                within=Within(),
                where=filters,
                sort=sort,
                place=place,
                limit=limit,
            )
        )

    met = [line for line in lines if all(line.values[w.column] in w.value for w in filters)]
    assert there == back == in_order(met, sort)


def test_what_no_index_knows_is_found_in_portions(tables: Database) -> None:
    tenant, wanted = str(uuid4()), Where("status", Op.AT_LEAST, "z")
    with tables.as_worker() as connection:
        connection.execute(MANY, {"tenant": tenant, "many": 2 * LOOKED_AT + 1, "last": "z"})

    with tables.as_tenant(tenant) as connection:

        def ask(place: Place | None, *where: Where) -> Page:
            return page(
                connection,
                CLIENTS,
                tenant,
                within=Within(),
                where=where,
                sort=Sort("sort_name"),
                place=place,
            )

        found = [ask(None, wanted)]
        while found[-1].has_more:
            found.append(ask(found[-1].last, wanted))
        before = ask(found[-1].first)

        numbered = numbered_page(
            connection,
            CLIENTS,
            tenant,
            within=Within(),
            where=[wanted],
            sort=Sort("sort_name"),
            offset=0,
            limit=10,
        )

    assert [[*each.documents] for each in found] == [[], [], [b'"%d"' % (2 * LOOKED_AT + 1)]]
    assert numbered == NumberedPage([], 0, is_least=True)
    assert before.documents[-1] == b'"%d"' % (2 * LOOKED_AT)


@pytest.mark.parametrize(("rows", "asked"), [(3, 1), (500, 1), (0, 2)])
def test_what_is_found_among_the_first_rows_is_looked_for_no_further(
    tables: Database, monkeypatch: pytest.MonkeyPatch, rows: int, asked: int
) -> None:
    """Of none that are found it is not known whether there are any."""
    tenant = str(uuid4())
    with tables.as_worker() as connection:
        connection.execute(MANY, {"tenant": tenant, "many": rows, "last": "a"})
    counting = Mock(wraps=paging._fetched)
    monkeypatch.setattr(paging, "_fetched", counting)

    with tables.as_tenant(tenant) as connection:
        found = page(
            connection,
            CLIENTS,
            tenant,
            within=Within(),
            where=[Where("status", Op.AT_LEAST, "a")],
            sort=Sort("sort_name"),
        )

    assert len(found.documents) == min(rows, 50)
    assert found.has_more is (rows > 50)
    assert counting.call_count == asked


@pytest.mark.parametrize("filtered", [one for one, *by in BOOKINGS.indexes if by == ["starts_at"]])
def test_what_is_planned_once_goes_by_the_index_of_the_filter(
    tables: Database, filtered: str
) -> None:
    """Planned when a column had one value only, it is asked for one that no row has, of very many."""
    kind = Table(BOOKINGS).type(filtered)
    nobody = [Where(filtered, Op.IS, ["x" if kind == "text" else VALUES[kind](0)])]
    tenant, where = str(uuid4()), nobody
    row = {name: VALUES[Table(BOOKINGS).type(name)](1) for name in BOOKINGS.columns}
    with tables.as_worker() as connection:
        put(connection, BOOKINGS, tenant, [Line(f"key-{n:04}", row) for n in range(3_000)])
        connection.execute("ANALYZE live.bookings")

        plan = planned_once(
            connection,
            rows_of(Question(BOOKINGS, tenant, Within(), where, (), Sort("starts_at")), 51),
        )

        connection.execute("DELETE FROM live.bookings WHERE tenant_id = %s", (tenant,))
    assert f"{filtered} = " in plan
    assert "Filter" not in plan


def planned_once(connection: Connection[Any], statement: Sql) -> str:
    """Return the plan that serves for any values."""
    numbers = count(1)
    text = re.sub("%s", lambda _: f"${next(numbers)}", statement.text)
    values = sql.SQL(", ").join(map(sql.Literal, statement.values))
    with connection.transaction():
        connection.execute("SET LOCAL plan_cache_mode TO force_generic_plan")
        connection.execute(f"PREPARE once AS {text}".encode())
        rows = connection.execute(sql.SQL("EXPLAIN EXECUTE once({})").format(values)).fetchall()
        connection.execute("DEALLOCATE once")
    return "\n".join(line for (line,) in rows)


MANY: Final = """
    INSERT INTO live.clients (tenant_id, key, version, sort_name, status, document)
    SELECT %(tenant)s, lpad(n::text, 9, '0'), 1, lpad(n::text, 9, '0'),
        CASE WHEN n = %(many)s THEN %(last)s ELSE 'a' END, to_json(n::text)
    FROM generate_series(1, %(many)s) AS n
"""
