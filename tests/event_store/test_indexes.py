"""What an index says of an event costs whoever records it little, and is true."""

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import Connection

from adapters.postgres import Database

pytestmark = pytest.mark.postgres

COMPUTED = """
    SELECT concat_ws(', ', pg_get_expr(indexprs, indrelid), pg_get_expr(indpred, indrelid))
    FROM pg_index WHERE indrelid = 'log.events'::regclass AND (indexprs, indpred) IS NOT NULL
"""

ids = st.uuids().map(str)
hostile = st.sampled_from(
    [
        '"client_id":"client-else"',
        '\\"client_id\\":\\"client-else\\"',
        'x","client_id":"client-else',
        '"guest_identities":["identity-else"]',
        "client_id",
        "]\\",
        "é😀\u2028",
    ]
) | st.text(alphabet=st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
clients = st.none() | ids.map("client-{}".format)
guests = st.lists(ids.map("identity-{}".format), max_size=3)


@pytest.fixture
def connection(database: Database) -> Iterator[Connection[Any]]:
    with database.connect(None, "test") as connected:
        yield connected


def test_what_is_indexed_is_computed_within_the_statement_and_no_function_is_called(
    connection: Connection[Any],
) -> None:
    """PostgreSQL makes a function part of a statement only where all that it says is immutable."""
    computed = [said for (said,) in connection.execute(COMPUTED)]
    plans = [
        "\n".join(
            line for (line,) in connection.execute(f"EXPLAIN VERBOSE SELECT {said} FROM log.events")
        )
        for said in computed
    ]

    assert any("log.persons(" in said for said in computed)
    assert [plan for plan in plans if "log.persons(" in plan or "log.speaks" in plan] == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=hostile, client=clients, nested=st.booleans(), guests=guests, after=hostile)
def test_whom_an_event_speaks_of_is_what_its_fields_say_whatever_stands_in_others(
    connection: Connection[Any],
    before: str,
    client: str | None,
    nested: bool,
    guests: list[str],
    after: str,
) -> None:
    named: dict[str, Any] = {"note": before, "client_id": client, "client_id_too": after}
    event = {
        "reason": before,
        **({"appointment": named} if nested else named),
        "guest_identities": guests,
        "details": {after: [before]},
    }
    row = connection.execute(
        "SELECT log.persons(%s::json)", (msgspec.json.encode(event).decode(),)
    ).fetchone()

    assert row == ([*filter(None, [client]), *guests],)
