"""What became of deliveries, as who owns the endpoint asks: `application.webhooks.log.DeliveryLog`, filled."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec
from psycopg import Connection
from psycopg.rows import dict_row

from adapters.postgres import Database
from application.ports import Bookmark, Clock
from application.webhooks.deliveries import message_id
from application.webhooks.log import (
    MOST_REPLAYED,
    DeliveryLogged,
    DeliveryNotFound,
    DeliveryState,
)

FIND: Final = """
    SELECT position || '-' || mark AS id, type, entity AS subject, sequence, state, attempts,
        CASE state WHEN 'pending' THEN next_at END AS next_at, attempted_at, status, failure,
        seconds, tried, settled_at
    FROM work.webhook_deliveries
    WHERE tenant_id = %(tenant)s AND endpoint_id = %(endpoint)s
      AND position BETWEEN %(first)s AND %(last)s
      AND (%(state)s::text IS NULL OR state = %(state)s)
    ORDER BY position DESC LIMIT %(limit)s
"""
ENDPOINTS: Final = """
    SELECT count(*) FILTER (WHERE active AND failing_since IS NULL) AS answering,
        count(*) FILTER (WHERE active AND failing_since IS NOT NULL) AS failing,
        count(*) FILTER (WHERE NOT active) AS stopped
    FROM work.webhooks WHERE in_use
"""
MADE_AT: Final = "SELECT made_at FROM work.webhooks WHERE tenant_id = %s AND id = %s"

# The oldest first: what comes after something waits for it again.
REPLAY: Final = """
    WITH woken AS (
        UPDATE work.webhooks SET look_at = least(look_at, %(now)s::timestamptz)
        WHERE id = %(endpoint)s AND tenant_id = %(tenant)s
    )
    UPDATE work.webhook_deliveries SET
        state = 'pending', attempts = 0, tried = '[]', next_at = %(now)s, settled_at = NULL
    WHERE endpoint_id = %(endpoint)s AND position IN (
        SELECT position FROM work.webhook_deliveries
        WHERE tenant_id = %(tenant)s AND endpoint_id = %(endpoint)s
          AND position BETWEEN %(first)s AND %(last)s
          AND (%(state)s::text IS NULL OR state = %(state)s)
        ORDER BY position LIMIT %(limit)s
    )
"""
LAST: Final = 2**63 - 1


def endpoints_on(connection: Connection[Any]) -> Mapping[str, int]:
    """Count the endpoints of all businesses: those that answer, or were not called yet, those that have let nothing
    arrive of late, and those to which nothing is sent, since they were paused or stopped.
    """
    found = connection.cursor(row_factory=dict_row).execute(ENDPOINTS).fetchone()
    assert found is not None, "whatever is counted gives a row"
    return found


class PostgresDeliveryLog:
    """Their table, for one business at a time."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def find(
        self,
        tenant: str,
        endpoint_id: str,
        *,
        state: DeliveryState | None = None,
        before: int | None = None,
        limit: int = 100,
    ) -> Sequence[DeliveryLogged]:
        """Return the newest first."""
        last = LAST if before is None else before - 1
        values = _values(tenant, endpoint_id, state, last=last, limit=limit)
        with self._database.as_tenant(tenant) as connection:
            return _found(connection, values)

    def get(self, tenant: str, endpoint_id: str, bookmark: Bookmark) -> DeliveryLogged:
        """Return one. Raises DeliveryNotFound."""
        first = last = bookmark.position
        values = _values(tenant, endpoint_id, None, first=first, last=last, limit=1)
        with self._database.as_tenant(tenant) as connection:
            found = _found(connection, values)
        if not found or found[0].id != message_id(bookmark):
            raise DeliveryNotFound
        return found[0]

    def made_at(self, tenant: str, endpoint_id: str) -> datetime | None:
        """Return since when somebody is told there."""
        with self._database.as_tenant(tenant) as connection:
            row = connection.execute(MADE_AT, (tenant, endpoint_id), prepare=True).fetchone()
        return row[0] if row else None

    def replay(
        self,
        tenant: str,
        endpoint_id: str,
        *,
        state: DeliveryState | None = None,
        first: int | None = None,
        last: int | None = None,
    ) -> int:
        """Have those between two positions, both included, sent again; return how many these are."""
        values = _values(
            tenant,
            endpoint_id,
            state,
            first=first or 0,
            last=LAST if last is None else last,
            limit=MOST_REPLAYED,
        )
        with self._database.as_desk() as connection:
            return connection.execute(REPLAY, {**values, "now": self._clock()}).rowcount


def _values(
    tenant: str,
    endpoint_id: str,
    state: DeliveryState | None,
    *,
    first: int = 0,
    last: int,
    limit: int,
) -> Mapping[str, Any]:
    return {
        "tenant": tenant,
        "endpoint": endpoint_id,
        "state": state,
        "first": first,
        "last": last,
        "limit": limit,
    }


def _found(connection: Connection[Any], values: Mapping[str, Any]) -> list[DeliveryLogged]:
    rows = connection.cursor(row_factory=dict_row).execute(FIND, values, prepare=True)
    return [msgspec.convert(row, DeliveryLogged) for row in rows]
