"""What is to be sent to each endpoint: `application.webhooks.deliveries.Deliveries`, filled."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from psycopg import Connection

from adapters.postgres import Database
from application.outgoing import Answered, Outcome
from application.ports import Bookmark, Clock
from application.webhooks.deliveries import Delivery, Standing

KEEP: Final = timedelta(days=30)
"""For so long one is told what became of a delivery."""

READY: Final = """
    FROM work.webhook_deliveries d
    WHERE endpoint_id = %(endpoint)s AND state = 'pending' AND NOT EXISTS (
        SELECT FROM work.webhook_deliveries earlier
        WHERE earlier.endpoint_id = d.endpoint_id AND earlier.entity = d.entity
          AND earlier.state = 'pending' AND earlier.position < d.position
    )
"""
NEXT: Final = f"""
    SELECT position, mark, entity, sequence, attempts {READY} AND next_at <= %(now)s
    ORDER BY next_at, position LIMIT 1
"""
NEXT_AT: Final = f"SELECT next_at {READY} ORDER BY next_at, position LIMIT 1"

STANDING: Final = (
    "SELECT slow, failing_since FROM work.webhooks WHERE id = %s AND active AND in_use"
)

SETTLE: Final = """
    UPDATE work.webhook_deliveries SET
        state = %(state)s, attempts = attempts + 1, attempted_at = %(at)s, status = %(status)s,
        failure = %(failure)s, seconds = %(seconds)s, next_at = coalesce(%(again)s, next_at),
        tried = tried || jsonb_build_object(
            'at', %(at)s::timestamptz, 'status', %(status)s::integer, 'failure', %(failure)s::text,
            'seconds', %(seconds)s::real
        ),
        settled_at = CASE WHEN %(state)s <> 'pending' THEN %(at)s::timestamptz END
    WHERE endpoint_id = %(endpoint)s AND position = %(position)s AND state = 'pending'
"""
WAIT_AS_LONG: Final = """
    UPDATE work.webhook_deliveries SET next_at = %(again)s
    WHERE endpoint_id = %(endpoint)s AND entity = %(entity)s AND state = 'pending'
      AND position > %(position)s AND next_at < %(again)s
"""
LEARN: Final = """
    UPDATE work.webhooks SET slow = %(slow)s, failing_since = CASE
        WHEN %(arrived)s THEN NULL ELSE coalesce(failing_since, %(at)s)
    END
    WHERE id = %(endpoint)s RETURNING slow, failing_since
"""
UNTOLD: Final = """
    UPDATE work.webhook_deliveries SET state = 'untold', settled_at = %(at)s
    WHERE endpoint_id = %(endpoint)s AND position = %(position)s
"""
PRUNE: Final = "DELETE FROM work.webhook_deliveries WHERE settled_at < %s"


class PostgresDeliveries:
    """Their table. What is pending stays, however long nothing is sent."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def standing(self, endpoint_id: str) -> Standing | None:
        """Return how an endpoint answers; None where nobody knows of it."""
        with self._database.as_worker() as connection:
            row = connection.execute(STANDING, (endpoint_id,), prepare=True).fetchone()
        return Standing(slow=row[0], failing_since=row[1]) if row else None

    def next(self, endpoint_id: str, now: datetime) -> Delivery | None:
        """Return what is due longest and waits for nothing before it."""
        values = {"endpoint": endpoint_id, "now": now}
        with self._database.as_worker() as connection:
            row = connection.execute(NEXT, values, prepare=True).fetchone()
        if row is None:
            return None
        position, mark, entity, sequence, attempts = row
        return Delivery(
            endpoint_id=endpoint_id,
            bookmark=Bookmark(position, mark),
            entity=entity,
            sequence=sequence,
            attempts=attempts,
        )

    def next_at(self, endpoint_id: str) -> datetime | None:
        """Return when something is to be tried next."""
        with self._database.as_worker() as connection:
            row = connection.execute(NEXT_AT, {"endpoint": endpoint_id}, prepare=True).fetchone()
        return row[0] if row else None

    def arrived(self, delivery: Delivery, outcome: Outcome, *, slow: bool, at: datetime) -> None:
        """Note that it has arrived."""
        values = {**_said(delivery, outcome), "slow": slow, "at": at, "again": None}
        with self._database.as_worker() as connection, connection.transaction():
            connection.execute(SETTLE, {**values, "state": "succeeded"}, prepare=True)
            _learned(connection, {**values, "arrived": True})

    def failed(
        self,
        delivery: Delivery,
        outcome: Outcome,
        *,
        slow: bool,
        at: datetime,
        again: datetime | None,
    ) -> Standing:
        """Note that it has not, and when it is tried again, if it is; what comes after it waits as long."""
        values = {**_said(delivery, outcome), "slow": slow, "at": at, "again": again}
        state = "exhausted" if again is None else "pending"
        with self._database.as_worker() as connection, connection.transaction():
            connection.execute(SETTLE, {**values, "state": state}, prepare=True)
            if again is not None:
                connection.execute(WAIT_AS_LONG, values, prepare=True)
            return _learned(connection, {**values, "arrived": False})

    def untold(self, delivery: Delivery, at: datetime) -> None:
        """Note that there is nothing any more to be told."""
        values = {
            "endpoint": delivery.endpoint_id,
            "position": delivery.bookmark.position,
            "at": at,
        }
        with self._database.as_worker() as connection:
            connection.execute(UNTOLD, values, prepare=True)

    def prune(self) -> int:
        """Forget what was settled long ago."""
        with self._database.as_worker() as connection:
            return connection.execute(PRUNE, (self._clock() - KEEP,)).rowcount


def _learned(connection: Connection[Any], values: Mapping[str, Any]) -> Standing:
    row = connection.execute(LEARN, values, prepare=True).fetchone()
    slow, since = row or (True, None)
    return Standing(slow=slow, failing_since=since)


def _said(delivery: Delivery, outcome: Outcome) -> Mapping[str, Any]:
    answered = isinstance(outcome, Answered)
    return {
        "endpoint": delivery.endpoint_id,
        "position": delivery.bookmark.position,
        "entity": delivery.entity,
        "status": outcome.status if isinstance(outcome, Answered) else None,
        "failure": None if answered else outcome.why.value,  # type: ignore[union-attr]
        "seconds": outcome.seconds,
    }
