"""What an index says of an event costs whoever records it little."""

import pytest

from adapters.postgres import Database

pytestmark = pytest.mark.postgres

COMPUTED = """
    SELECT concat_ws(', ', pg_get_expr(indexprs, indrelid), pg_get_expr(indpred, indrelid))
    FROM pg_index WHERE indrelid = 'log.events'::regclass AND (indexprs, indpred) IS NOT NULL
"""


def test_what_is_indexed_is_computed_within_the_statement_and_no_function_is_called(
    database: Database,
) -> None:
    """PostgreSQL makes a function part of a statement only where all that it says is immutable."""
    with database.connect(None, "test") as connection:
        computed = [said for (said,) in connection.execute(COMPUTED)]
        plans = [
            "\n".join(
                line
                for (line,) in connection.execute(f"EXPLAIN VERBOSE SELECT {said} FROM log.events")
            )
            for said in computed
        ]

    assert any("log.persons(" in said for said in computed)
    assert [plan for plan in plans if "log.persons(" in plan or "log.speaks" in plan] == []
