"""Which streams there are of a kind, in the order of their names."""

from typing import Any, Final, NamedTuple

from psycopg import Connection

from domain.values import kind_of


class Stream(NamedTuple):
    """One of them."""

    tenant: str
    id: str


def streams_of(connection: Connection[Any], kind: str, tenant: str | None) -> list[Stream]:
    """Return those of a tenant, or of all."""
    found = connection.execute(
        FIND, {"tenant": tenant, "from": f"{kind}-", "to": f"{kind}."}
    ).fetchall()
    return [Stream(*row) for row in found if kind_of(row[1]) == kind]


# A dot comes behind a dash, and "C" is how the index has them in order.
FIND: Final = """
    SELECT tenant_id::text, stream FROM log.events
    WHERE version = 1 AND stream >= %(from)s AND stream < %(to)s
      AND (%(tenant)s::uuid IS NULL OR tenant_id = %(tenant)s::uuid)
    ORDER BY tenant_id, stream
"""
