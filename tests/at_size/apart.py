"""A business where what is often never comes together: whoever is asked for both looks at all there is,
unless they stop somewhere.
"""

from typing import Final

from psycopg import Connection, sql
from psycopg.rows import TupleRow

from tests.at_size.log import LARGE

BUSINESS: Final = "00000000-0000-7000-8000-00000000a9a7"
WALK_IN: Final = "client-00000000-0000-7000-8000-000000000001"
MANY: Final = 20_000


def professional(number: int) -> str:
    """Return the id of one of two: all that is cancelled is the second's, and of type `b`."""
    return f"professional-00000000-0000-7000-8000-00000000000{number}"


def plant(connection: Connection[TupleRow]) -> None:
    """Put rows of that business into read models, after the likeness of one that is there."""
    one = {"tenant_id": sql.Literal(BUSINESS), "client_id": sql.Literal(WALK_IN)}
    rows = {**one, **{name: sql.SQL(how) for name, how in ROWS.items()}}
    _copied(connection, "clients", {**one, "key": sql.Literal(WALK_IN)}, 1)
    for model in ("bookings", "client_visits", "client_timeline"):
        _copied(connection, model, rows, MANY)


def _copied(
    connection: Connection[TupleRow], model: str, changed: dict[str, sql.Composable], many: int
) -> None:
    named = connection.execute(COLUMNS, (model,)).fetchall()
    columns = [sql.Identifier(name) for (name,) in named]
    values = [changed.get(name, sql.Identifier(name)) for (name,) in named]
    statement = sql.SQL(COPIED).format(
        table=sql.Identifier("live", model),
        columns=sql.SQL(", ").join(columns),
        values=sql.SQL(", ").join(values),
        many=sql.Literal(many),
    )
    connection.execute(statement, (LARGE,))


ROWS: Final = {
    "key": "'booking-00000000-0000-7000-8000-' || lpad(n::text, 12, '0')",
    "status": "CASE n %% 2 WHEN 0 THEN 'completed' ELSE 'cancelled' END",
    "booking_type": "CASE n %% 2 WHEN 0 THEN 'a' ELSE 'b' END",
    "professional_id": "'professional-00000000-0000-7000-8000-00000000000' || 1 + n %% 2",
    "kind": "'booking'",
    "starts_at": "timestamptz '2027-01-04' + n * interval '1 minute'",
    "created_at": "timestamptz '2027-01-04' - n * interval '1 minute'",
}
COLUMNS: Final = """
    SELECT column_name::text FROM information_schema.columns
    WHERE table_schema = 'live' AND table_name = %s ORDER BY ordinal_position
"""
COPIED: Final = """
    INSERT INTO {table} ({columns}) SELECT {values}
    FROM (SELECT * FROM {table} WHERE tenant_id = %s ORDER BY key LIMIT 1) likeness,
        generate_series(1, {many}) n
"""
