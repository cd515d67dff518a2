"""What is to be sent to each endpoint: `application.webhooks.deliveries.Deliveries`, filled; and in whose hands an
endpoint is.

Nobody writes down anything of an endpoint that is in other hands by now.
"""

import time
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

import structlog
from psycopg import OperationalError

from adapters.postgres import Database, DatabaseUnavailableError
from application.outgoing import Answered, Outcome
from application.ports import Bookmark, Clock
from application.webhooks.deliveries import FAILING, Delivery, Taken
from domain.messages import Value

log = structlog.get_logger()

KEEP: Final = timedelta(days=30)
"""For so long one is told what became of a delivery."""

TO_NOTE: Final = timedelta(seconds=10)
"""Whoever has said nothing for so much longer than the longest attempt takes is dead."""

TRIES: Final = 3
AGAIN: Final = 1.0
"""How often, and after how many seconds again, one tries to write down what came of a delivery: were that forgotten
for PostgreSQL being away for a moment, it would be sent twice.
"""

# Of those who are due, so many as there is room for, tenants by turns: who has less in hand comes first.
TAKE: Final = """
    WITH due AS MATERIALIZED (
        SELECT id, slow, look_at,
            row_number() OVER (PARTITION BY tenant_id, slow ORDER BY look_at, id)
                + coalesce(CASE WHEN slow THEN held.slowly ELSE held.fast END, 0) AS turn
        FROM work.webhooks LEFT JOIN unnest(
            %(tenants)s::uuid[], %(fast)s::integer[], %(slowly)s::integer[]
        ) AS held(tenant_id, fast, slowly) USING (tenant_id)
        WHERE look_at <= %(now)s AND claim IS NULL AND active AND in_use
    ), in_turn AS MATERIALIZED (
        SELECT id, slow, row_number() OVER (PARTITION BY slow ORDER BY turn, look_at, id) AS place
        FROM due
        WHERE turn <= CASE WHEN slow THEN %(slowly_each)s ELSE %(fast_each)s END
    ), free AS MATERIALIZED (
        SELECT endpoint.id FROM work.webhooks endpoint JOIN in_turn USING (id)
        WHERE place <= CASE WHEN in_turn.slow THEN %(slowly_room)s ELSE %(fast_room)s END
          AND endpoint.claim IS NULL
        FOR UPDATE OF endpoint SKIP LOCKED
    )
    UPDATE work.webhooks taken SET
        claim = %(claim)s, alive_at = clock_timestamp(), look_at = NULL
    FROM free WHERE taken.id = free.id
    RETURNING taken.id, taken.tenant_id::text, taken.claim, taken.slow, taken.made_at,
        taken.failing_since
"""
SIGNS: Final = "SELECT id, alive_at FROM work.webhooks WHERE claim IS NOT NULL"
LET_GO: Final = """
    UPDATE work.webhooks endpoint SET claim = NULL, alive_at = NULL, look_at = least(look_at, %s)
    FROM unnest(%s::text[], %s::timestamptz[]) AS silent(id, alive_at)
    WHERE endpoint.id = silent.id AND endpoint.alive_at = silent.alive_at AND claim IS NOT NULL
"""
NEXT_LOOK: Final = """
    SELECT look_at FROM work.webhooks
    WHERE claim IS NULL AND active AND in_use AND look_at IS NOT NULL ORDER BY look_at LIMIT 1
"""

OURS: Final = "id = %(endpoint)s AND claim = %(claim)s"

READY: Final = """
    FROM work.webhook_deliveries ready
    WHERE endpoint_id = %(endpoint)s AND state = 'pending' AND NOT EXISTS (
        SELECT FROM work.webhook_deliveries earlier
        WHERE earlier.endpoint_id = ready.endpoint_id AND earlier.entity = ready.entity
          AND earlier.state = 'pending' AND earlier.position < ready.position
    )
"""

# None of these waits for the disk: what a crash of PostgreSQL takes back is sent again, with the same id.
NO_HURRY: Final = "set_config('synchronous_commit', 'off', true)"
NEXT: Final = f"""
    WITH ours AS (
        UPDATE work.webhooks SET alive_at = clock_timestamp() WHERE {OURS}
        RETURNING {NO_HURRY}
    )
    SELECT position, mark, entity, sequence, attempts {READY}
      AND next_at <= %(now)s AND EXISTS (SELECT FROM ours)
    ORDER BY next_at, position LIMIT 1
"""

# What comes after something that failed waits as long as that.
NOTE: Final = f"""
    WITH ours AS MATERIALIZED (
        SELECT id FROM work.webhooks WHERE {OURS} FOR UPDATE
    ), noted AS (
        UPDATE work.webhook_deliveries SET
            state = %(state)s, attempts = attempts + 1, attempted_at = %(at)s, status = %(status)s,
            failure = %(failure)s, seconds = %(seconds)s, next_at = coalesce(%(again)s, next_at),
            tried = tried || jsonb_build_object(
                'at', %(at)s::timestamptz, 'status', %(status)s::integer,
                'failure', %(failure)s::text, 'seconds', %(seconds)s::real
            ),
            settled_at = CASE WHEN %(state)s <> 'pending' THEN %(at)s::timestamptz END
        FROM ours WHERE endpoint_id = ours.id AND position = %(position)s AND state = 'pending'
    ), behind AS (
        UPDATE work.webhook_deliveries SET next_at = %(again)s
        FROM ours WHERE endpoint_id = ours.id AND entity = %(entity)s AND state = 'pending'
          AND position > %(position)s AND next_at < %(again)s::timestamptz
    )
    UPDATE work.webhooks endpoint SET slow = %(slow)s, failing_since = CASE
        WHEN NOT %(arrived)s THEN coalesce(failing_since, %(at)s)
    END
    FROM ours WHERE endpoint.id = ours.id
    RETURNING failing_since, {NO_HURRY}
"""
UNTOLD: Final = f"""
    UPDATE work.webhook_deliveries SET state = 'untold', settled_at = %(at)s
    WHERE endpoint_id = %(endpoint)s AND position = %(position)s
      AND EXISTS (SELECT FROM work.webhooks WHERE {OURS})
"""

# Whoever planned something meanwhile has said when to look.
PUT_BACK: Final = f"""
    UPDATE work.webhooks SET claim = NULL, alive_at = NULL, look_at = CASE
        WHEN %(rests)s THEN look_at
        WHEN %(again)s::timestamptz IS NOT NULL THEN %(again)s
        ELSE least(
            look_at,
            (SELECT next_at {READY} ORDER BY next_at, position LIMIT 1),
            failing_since + %(failing)s::interval
        )
    END
    WHERE {OURS}
"""
PRUNE: Final = "DELETE FROM work.webhook_deliveries WHERE settled_at < %s"


class Held(Value, frozen=True, kw_only=True):
    """How many endpoints of a tenant a process has in its hands: those that answer in time, and the others."""

    tenant: str
    fast: int
    slowly: int


class Sign(NamedTuple):
    """An endpoint that is in somebody's hands, and what they wrote last."""

    endpoint_id: str
    alive_at: datetime


class Wish(Value, frozen=True, kw_only=True):
    """How many more it would have, fast and slow ones, and how many of one tenant at most."""

    fast: int
    slowly: int
    fast_each: int
    slowly_each: int


class PostgresDeliveries:
    """Their table. What is pending stays, however long nothing is sent."""

    def __init__(
        self, database: Database, clock: Clock, *, longest: timedelta, again: float = AGAIN
    ) -> None:
        self._database = database
        self._clock = clock
        self._again = again
        self.lease = longest + TO_NOTE

    # --- In whose hands -----------------------------------------------------------------------

    def take(self, claim: UUID, wish: Wish, held: Sequence[Held]) -> list[Taken]:
        """Take endpoints that are due."""
        values = {
            "claim": claim,
            "now": self._clock(),
            "tenants": [each.tenant for each in held],
            "fast": [each.fast for each in held],
            "slowly": [each.slowly for each in held],
            "fast_room": wish.fast,
            "slowly_room": wish.slowly,
            "fast_each": wish.fast_each,
            "slowly_each": wish.slowly_each,
        }
        with self._database.as_worker() as connection:
            rows = connection.execute(TAKE, values, prepare=False).fetchall()
        return [
            Taken(
                endpoint_id=id_,
                tenant=tenant,
                claim=claim,
                slow=slow,
                made_at=made_at,
                failing_since=since,
            )
            for id_, tenant, claim, slow, made_at, since in rows
        ]

    def put_back(self, taken: Taken, *, rests: bool = False, again: datetime | None = None) -> None:
        """Let others look when something is due."""
        values = {"rests": rests, "again": again, "failing": FAILING}
        self._execute(PUT_BACK, taken, **values)

    def signs(self) -> list[Sign]:
        """Return which endpoints are in anybody's hands, with the last signs of life."""
        with self._database.as_worker() as connection:
            return [Sign(*row) for row in connection.execute(SIGNS, prepare=True)]

    def let_go(self, silent: Sequence[Sign]) -> None:
        """Take out of their hands what the dead had, unless they said something just now."""
        if silent:
            ids, signs = zip(*silent, strict=True)
            with self._database.as_worker() as connection:
                connection.execute(LET_GO, (self._clock(), list(ids), list(signs)))

    def next_look(self) -> datetime | None:
        """Return when an endpoint is to be looked at next."""
        with self._database.as_worker() as connection:
            row = connection.execute(NEXT_LOOK, prepare=True).fetchone()
        return row[0] if row else None

    # --- What is sent -------------------------------------------------------------------------

    def next(self, taken: Taken, now: datetime) -> Delivery | None:
        """Return what is due longest and waits for nothing before it."""
        row = self._execute(NEXT, taken, now=now)
        if row is None:
            return None
        position, mark, entity, sequence, attempts = row
        return Delivery(
            endpoint_id=taken.endpoint_id,
            bookmark=Bookmark(position, mark),
            entity=entity,
            sequence=sequence,
            attempts=attempts,
        )

    def arrived(
        self, taken: Taken, delivery: Delivery, outcome: Outcome, *, slow: bool, at: datetime
    ) -> None:
        """Note that it has arrived."""
        said = {**_said(delivery, outcome), "slow": slow, "at": at}
        self._note(taken, **said, state="succeeded", again=None, arrived=True)

    def failed(
        self,
        taken: Taken,
        delivery: Delivery,
        outcome: Outcome,
        *,
        slow: bool,
        at: datetime,
        again: datetime | None,
    ) -> datetime | None:
        """Note that it has not, and when it is tried again, if it is; what comes after it waits as long."""
        state = "exhausted" if again is None else "pending"
        said = {**_said(delivery, outcome), "slow": slow, "at": at, "again": again}
        row = self._note(taken, **said, state=state, arrived=False)
        return row[0] if row else None

    def untold(self, taken: Taken, delivery: Delivery, at: datetime) -> None:
        """Note that there is nothing any more to be told."""
        self._execute(UNTOLD, taken, position=delivery.bookmark.position, at=at)

    def prune(self) -> int:
        """Forget what was settled long ago."""
        with self._database.as_worker() as connection:
            return connection.execute(PRUNE, (self._clock() - KEEP,)).rowcount

    def _note(self, taken: Taken, **values: Any) -> Any:
        """Write down what came of a delivery, though PostgreSQL be away for a moment."""
        for _ in range(TRIES - 1):
            try:
                return self._execute(NOTE, taken, **values)
            except (DatabaseUnavailableError, OperationalError) as error:
                log.warning("what became of a webhook is written down later", error=str(error))
                time.sleep(self._again)
        return self._execute(NOTE, taken, **values)

    def _execute(self, statement: str, taken: Taken, **values: Any) -> Any:
        """Ask, or write down, something of an endpoint in our hands."""
        ours = {"endpoint": taken.endpoint_id, "claim": taken.claim}
        with self._database.as_worker() as connection:
            cursor = connection.execute(statement.encode(), {**ours, **values}, prepare=True)
            return cursor.fetchone() if cursor.description else None


def _said(delivery: Delivery, outcome: Outcome) -> Mapping[str, Any]:
    answered = isinstance(outcome, Answered)
    return {
        "position": delivery.bookmark.position,
        "entity": delivery.entity,
        "status": outcome.status if isinstance(outcome, Answered) else None,
        "failure": None if answered else outcome.why.value,  # type: ignore[union-attr]
        "seconds": outcome.seconds,
    }
