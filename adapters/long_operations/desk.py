"""Where operations are started, seen and cancelled. What happens to one is seen from its job, too: one
that an operator has to look at is `failed` until they have it tried again.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

import msgspec
from psycopg import Connection
from psycopg.rows import dict_row

from adapters.event_store.personal_data import MasterKeys
from adapters.jobs import NewJob, enqueue
from adapters.long_operations.ended import say_it_ended
from adapters.long_operations.given import sealed_given
from adapters.long_operations.rows import forget_rows, keep_sent, made_part
from adapters.postgres import Database
from adapters.wakeups.bell import Bell
from application.dispatch import IdempotencyKeyReused
from application.operations.long_operations import (
    MOST_OPEN,
    OPERATION_KINDS,
    KnownOperation,
    NewOperation,
    OperationFailed,
    OperationGoesOn,
    OperationIsOver,
    OperationNotFound,
    OperationState,
    StartedOperation,
    TooManyOperations,
)
from application.ports import Clock
from application.processes.effects.operations import CarryOn

MAX_ATTEMPTS: Final = 10
"""Of one step: with pauses that double, a quarter of an hour."""

USUALLY: Final = 30
"""Seconds after which it may be tried again where nobody knows how long the others take."""

LONGEST_WAIT: Final = 3600

CANCELLED: Final = frozenset({OperationState.CANCELLING, OperationState.CANCELLED})

# How far it is, as far as its job can tell: what is parked or discarded there is carried on by nobody.
SHOWN: Final = """
    SELECT o.id, o.number, o.kind, o.about, o.started_by, o.cancelled_by, o.done, o.total,
        o.result, o.bytes, o.created_at, o.started_at, o.updated_at, o.finished_at,
        CASE WHEN stuck THEN 'failed' ELSE o.state END AS state,
        CASE WHEN stuck THEN %(failed)s ELSE o.problem END AS problem,
        CASE WHEN o.finished_at IS NULL AND NOT stuck AND o.done > 0
            THEN ceil(greatest(o.total - o.done, 0) * o.seconds / o.done)::bigint
        END AS seconds_left, o.fingerprint
    FROM work.operations o
    LEFT JOIN work.jobs j ON j.id = o.job_id
    CROSS JOIN LATERAL (SELECT o.finished_at IS NULL
        AND coalesce(j.status, 'parked') NOT IN ('todo', 'running')) is_stuck(stuck)
"""
GET: Final = f"""{SHOWN}
    WHERE o.id = %(id)s AND (%(tenant)s::uuid IS NULL OR o.tenant_id = %(tenant)s)
      AND (%(whose)s::text IS NULL OR o.started_by = %(whose)s)
"""
FIND: Final = f"""{SHOWN} WHERE {{conditions}} ORDER BY o.number DESC LIMIT %(limit)s"""
CONDITIONS: Final = {
    "tenant": "o.tenant_id = %(tenant)s",
    "whose": "o.started_by = %(whose)s",
    "before": "o.number < %(before)s",
}

# Whoever starts another waits for whoever starts one of the same business: or both would be the last.
ALONE: Final = "SELECT pg_advisory_xact_lock(hashtextextended('operations/' || %s, 0))"
OPEN: Final = f"""
    SELECT count(*), min(seconds_left) FROM ({SHOWN}
        WHERE o.tenant_id = %(tenant)s AND o.finished_at IS NULL
    ) of_tenant WHERE state <> 'failed'
"""
START: Final = """
    INSERT INTO work.operations
        (id, tenant_id, kind, about, started_by, fingerprint, wrapped, sealed, job_id, created_at,
        updated_at)
    VALUES (%(id)s, %(tenant)s, %(kind)s, %(about)s, %(by)s, %(fingerprint)s, %(wrapped)s, %(sealed)s,
        %(job)s, %(now)s, %(now)s)
"""
CANCEL: Final = """
    UPDATE work.operations SET
        state = CASE state WHEN 'waiting' THEN 'cancelled' ELSE 'cancelling' END,
        finished_at = CASE state WHEN 'waiting' THEN %(now)s::timestamptz END,
        wrapped = CASE state WHEN 'waiting' THEN NULL ELSE wrapped END,
        sealed = CASE state WHEN 'waiting' THEN NULL ELSE sealed END,
        cancelled_by = %(by)s, updated_at = %(now)s
    WHERE id = %(id)s AND (state = 'waiting' OR (state = 'running' AND %(stops)s))
    RETURNING tenant_id::text, finished_at IS NOT NULL
"""
PART: Final = """
    SELECT content FROM work.operation_parts
    WHERE tenant_id = %s AND operation_id = %s AND number = %s
"""


class OperationDesk:
    """Operations, for whoever starts, follows and cancels them. `whose` None: everybody's; tenant None:
    those of all tenants.
    """

    def __init__(
        self,
        database: Database,
        keys: MasterKeys,
        clock: Clock,
        bell: Bell,
        most: int = MOST_OPEN,
    ) -> None:
        self._database = database
        self._keys = keys
        self._clock = clock
        self._bell = bell
        self._most = most

    def start(self, new: NewOperation) -> StartedOperation:
        """Let it be carried out. Raises TooManyOperations, IdempotencyKeyReused."""
        name = f"operation-{new.id}"
        with self._database.as_desk() as connection, connection.transaction():
            connection.execute(ALONE, (new.tenant,))
            if before := _found(connection, new.tenant, None, name):
                return StartedOperation(_same(before, new), repeated=True)
            self._refuse_beyond(connection, new.tenant)
            self._add(connection, name, new)
            [row] = _found(connection, new.tenant, None, name)
        self._bell.ring()
        return StartedOperation(_known(row), repeated=False)

    def find(
        self,
        tenant: str | None,
        whose: str | None,
        *,
        before: int | None = None,
        limit: int = 100,
    ) -> Sequence[KnownOperation]:
        """Return operations, the newest first; a page goes on `before` the number that ended the last."""
        named = {"tenant": tenant, "whose": whose, "before": before}
        met = [CONDITIONS[name] for name, value in named.items() if value is not None]
        statement = FIND.format(conditions=" AND ".join(met) or "true")
        with self._lent(tenant) as connection:
            return [_known(row) for row in _rows(connection, statement, {**named, "limit": limit})]

    def get(self, tenant: str | None, whose: str | None, operation_id: str) -> KnownOperation:
        """Return one. Raises OperationNotFound."""
        with self._lent(tenant) as connection:
            return _one(_found(connection, tenant, whose, operation_id))

    def cancel(
        self, tenant: str | None, whose: str | None, operation_id: str, by: str
    ) -> KnownOperation:
        """Cancel it, at once or at its next step. Raises OperationNotFound, OperationIsOver,
        OperationGoesOn.
        """
        with self._database.as_desk() as connection:
            found = _one(_found(connection, tenant, whose, operation_id))
            if found.state in CANCELLED or found.state.is_over:
                return _cancelled_before(found)
            kind = OPERATION_KINDS.get(found.kind)
            stops = kind is not None and kind.stops
            values = {"id": operation_id, "by": by, "stops": stops, "now": self._clock()}
            changed = connection.execute(CANCEL, values).fetchone()
            if changed and changed[1]:
                forget_rows(connection, [operation_id])
            found = _one(_found(connection, tenant, whose, operation_id))
        if changed is None:
            return _cancelled_before(found)
        [owner, ended] = changed
        if ended:
            say_it_ended(owner, found, cancelled_by=by)
        return found

    def part(self, tenant: str, operation_id: str, number: int) -> bytes | None:
        """Return a part of what it has made, counted from 0; None behind the last."""
        with self._database.as_tenant(tenant) as connection:
            row = connection.execute(PART, (tenant, operation_id, number), binary=True).fetchone()
            if row is not None:
                return bytes(row[0])
            return made_part(connection, self._keys, tenant, operation_id, number)

    @contextmanager
    def _lent(self, tenant: str | None) -> Iterator[Connection[Any]]:
        lent = self._database.as_desk() if tenant is None else self._database.as_tenant(tenant)
        with lent as connection:
            yield connection

    def _refuse_beyond(self, connection: Connection[Any], tenant: str) -> None:
        values = {"tenant": tenant, "failed": OperationFailed.code}
        count, left = connection.execute(OPEN, values).fetchone() or (0, None)
        if count >= self._most:
            wait = min(max(left or USUALLY, 1), LONGEST_WAIT)
            raise TooManyOperations(most=self._most, retry_after=wait)

    def _add(self, connection: Connection[Any], name: str, new: NewOperation) -> None:
        now = self._clock()
        job = NewJob(
            tenant=new.tenant,
            order=CarryOn(operation_id=name),
            about=name,
            due_at=now,
            dedupe_key=name,
            process=new.kind.name,
            max_attempts=MAX_ATTEMPTS,
        )
        values = {
            "id": name,
            "tenant": new.tenant,
            "kind": new.kind.name,
            "about": new.about,
            "by": new.started_by,
            "fingerprint": new.fingerprint,
            **sealed_given(self._keys, new.tenant, name, new.given),
            "job": job.id,
            "now": now,
        }
        connection.execute(START, values)
        keep_sent(connection, self._keys, new.tenant, name, new.sent, now)
        enqueue(connection, [job])


def _same(before: Sequence[dict[str, Any]], new: NewOperation) -> KnownOperation:
    """Return what the same request has started. Raises IdempotencyKeyReused for another."""
    if before[0]["fingerprint"] != new.fingerprint:
        raise IdempotencyKeyReused
    return _one(before)


def _cancelled_before(found: KnownOperation) -> KnownOperation:
    """Return what was cancelled already. Raises OperationIsOver, OperationGoesOn."""
    if found.state in CANCELLED:
        return found
    if found.state.is_over:
        raise OperationIsOver(current_state=found.state)
    raise OperationGoesOn


def _found(
    connection: Connection[Any], tenant: str | None, whose: str | None, operation_id: str
) -> list[dict[str, Any]]:
    values = {"tenant": tenant, "whose": whose, "id": operation_id}
    return _rows(connection, GET, values)


def _rows(connection: Connection[Any], sql: str, values: dict[str, Any]) -> list[dict[str, Any]]:
    cursor = connection.cursor(row_factory=dict_row)
    return cursor.execute(sql.encode(), {**values, "failed": OperationFailed.code}).fetchall()


def _one(rows: Sequence[dict[str, Any]]) -> KnownOperation:
    if not rows:
        raise OperationNotFound
    return _known(rows[0])


def _known(row: dict[str, Any]) -> KnownOperation:
    return msgspec.convert(row, KnownOperation)
