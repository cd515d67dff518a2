"""Which records were removed, and are not purged yet? As the lists show them."""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from psycopg import Connection, sql

from adapters.read_models.tables import LIVE
from projections.records import RECORDS


class Removed(NamedTuple):
    """One of them."""

    tenant: str
    id: str


def removed(connection: Connection[Any], tenant: str | None) -> Iterator[Removed]:
    """Return them kind by kind, of this tenant or of all."""
    for model in RECORDS.values():
        found = sql.SQL(FIND).format(table=sql.Identifier(LIVE, model.name))
        for row in connection.execute(found, {"tenant": tenant}).fetchall():
            yield Removed(*row)


FIND: Final = """
    SELECT tenant_id::text, key FROM {table}
    WHERE NOT active AND (%(tenant)s::uuid IS NULL OR tenant_id = %(tenant)s::uuid)
    ORDER BY tenant_id, key
"""
