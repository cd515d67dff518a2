"""Where the steps of operations are saved: each with what it made, in one transaction.

Whoever saves a step says which was the last they saw. So of two who carry on the same operation, since
one of them was taken for dead, one does; what the other has made is not there.
"""

from datetime import datetime
from typing import Any, Final

import msgspec
from psycopg import Connection
from psycopg.rows import dict_row

from adapters.event_store.personal_data import MasterKeys
from adapters.jobs import NewJob, enqueue
from adapters.long_operations.ended import say_it_ended
from adapters.long_operations.given import opened_given
from adapters.long_operations.rows import forget_rows, keep_made, prune_rows, take_away
from adapters.postgres import Database
from application.operations.long_operations import (
    KEEP,
    MOST_BYTES,
    MOST_KEPT,
    OPERATION_KINDS,
    Operation,
    OperationResultTooLarge,
    OperationState,
    Step,
)
from application.ports import Clock
from application.processes.process import Effect

CHANGED: Final = "state, steps, done, total, checkpoint, bytes"
"""What a step changes of that which the next has to know."""

BEGIN: Final = f"""
    UPDATE work.operations SET
        state = CASE state WHEN 'waiting' THEN 'running' ELSE state END,
        started_at = coalesce(started_at, %(now)s), updated_at = %(now)s
    WHERE id = %(id)s AND finished_at IS NULL
    RETURNING id, tenant_id::text AS tenant, kind, about, started_by, wrapped, sealed, {CHANGED}
"""
SAVE: Final = f"""
    UPDATE work.operations SET
        state = CASE WHEN %(result)s::json IS NULL THEN state ELSE 'done' END,
        steps = steps + %(counts)s, done = %(done)s, total = %(total)s,
        seconds = seconds + %(seconds)s, checkpoint = %(checkpoint)s::json,
        result = %(result)s::json, updated_at = %(now)s,
        parts = parts + (%(size)s > 0)::integer, bytes = bytes + %(size)s,
        wrapped = CASE WHEN %(result)s::json IS NULL THEN wrapped END,
        sealed = CASE WHEN %(result)s::json IS NULL THEN sealed END,
        finished_at = CASE WHEN %(result)s::json IS NOT NULL THEN %(now)s::timestamptz END
    WHERE id = %(id)s AND steps = %(steps)s AND finished_at IS NULL RETURNING {CHANGED}, parts
"""
PART: Final = """
    INSERT INTO work.operation_parts (operation_id, number, tenant_id, content)
    VALUES (%s, %s, %s, %s)
"""
END: Final = """
    UPDATE work.operations SET state = %(state)s, problem = %(problem)s, wrapped = NULL,
        sealed = NULL, updated_at = %(now)s, finished_at = %(now)s
    WHERE id = %(id)s AND steps = %(steps)s AND finished_at IS NULL RETURNING cancelled_by
"""
FORGET_PARTS: Final = "DELETE FROM work.operation_parts WHERE operation_id = ANY(%s)"

# The files of a business beyond the newest ones.
OLDER: Final = """
    SELECT o.id FROM work.operations o
    WHERE o.tenant_id = %s AND o.state = 'done' AND o.parts > 0
    ORDER BY o.number DESC OFFSET %s
"""
PRUNE: Final = """
    DELETE FROM work.operations WHERE id IN (
        SELECT id FROM work.operations WHERE updated_at < %s LIMIT 100 FOR UPDATE SKIP LOCKED
    )
"""


class OperationProgress:
    """Where whoever carries operations on begins, and saves their steps."""

    def __init__(
        self,
        database: Database,
        keys: MasterKeys,
        clock: Clock,
        *,
        most_bytes: int = MOST_BYTES,
    ) -> None:
        self._database = database
        self._keys = keys
        self._clock = clock
        self._most_bytes = most_bytes

    def begin(self, operation_id: str) -> Operation | None:
        """Take it up; None when it is over, or was forgotten. Raises NotReadableHere, and has not taken it
        up then: whoever cancels it need not wait for who has the key.
        """
        values = {"id": operation_id, "now": self._clock()}
        with self._database.as_worker() as connection, connection.transaction():
            row = _changed(connection, BEGIN, values)
            if row is None:
                return None
            is_wanted = row["state"] != OperationState.CANCELLING
            given = opened_given(self._keys, row) if is_wanted else {}
        return msgspec.convert({**row, "given": given}, Operation)

    def save(self, operation: Operation, step: Step, seconds: float) -> Operation | None:
        """Save a step with what it made, all or nothing; return the operation as it is then, or None when
        another process has saved this step or ended it before. Raises OperationResultTooLarge.
        """
        now = self._clock()
        values = {
            "id": operation.id,
            "steps": operation.steps,
            "counts": int(not step.pause),
            "done": step.done,
            "total": max(step.total, step.done),
            "seconds": seconds,
            "checkpoint": _json(step.checkpoint),
            "result": None if step.result is None else _json(step.result),
            "size": len(step.part or b""),
            "now": now,
        }
        with self._database.as_worker() as connection, connection.transaction():
            changed = _changed(connection, SAVE, values)
            if changed is None:
                return None
            state, parts = OperationState(changed["state"]), changed.pop("parts")
            saved = msgspec.structs.replace(operation, **{**changed, "state": state})
            if saved.bytes > self._most_bytes:
                raise OperationResultTooLarge(most_bytes=self._most_bytes)
            take_away(connection, saved)
            if step.part:
                self._keep(connection, saved, parts - 1, step.part)
            if step.then:
                enqueue(connection, [_to_do(saved, step.then, now)])
            if saved.state is OperationState.DONE and saved.bytes:
                self._drop_older(connection, saved.tenant)
        if state.is_over:
            say_it_ended(saved.tenant, saved)
        return saved

    def end(self, operation: Operation, state: OperationState, problem: str | None = None) -> bool:
        """End it without a result; what it has made so far is of no use. Return whether it did: not where
        another process has gone on with it or ended it.
        """
        values = {
            "id": operation.id,
            "steps": operation.steps,
            "state": state,
            "problem": problem,
            "now": self._clock(),
        }
        with self._database.as_worker() as connection, connection.transaction():
            ended = connection.execute(END, values).fetchone()
            if ended is None:
                return False
            _forget_files(connection, [operation.id])
        over = msgspec.structs.replace(operation, state=state)
        say_it_ended(operation.tenant, over, problem=problem, cancelled_by=ended[0])
        return True

    def prune(self) -> int:
        """Forget what nothing has happened to for a month, and rows that are too old; return how many
        operations that were.
        """
        forgotten = 0
        with self._database.as_worker() as connection:
            prune_rows(connection, self._clock())
            while count := connection.execute(PRUNE, (self._clock() - KEEP,)).rowcount:
                forgotten += count
        return forgotten

    def _drop_older(self, connection: Connection[Any], tenant: str) -> None:
        older = connection.execute(OLDER, (tenant, MOST_KEPT)).fetchall()
        _forget_files(connection, [operation_id for (operation_id,) in older])

    def _keep(
        self, connection: Connection[Any], operation: Operation, number: int, part: bytes
    ) -> None:
        kind = OPERATION_KINDS.get(operation.kind)
        if kind is not None and kind.sealed:
            keep_made(connection, self._keys, operation, number, part, self._clock())
        else:
            connection.execute(PART, (operation.id, number, operation.tenant, part))


def _forget_files(connection: Connection[Any], operation_ids: list[str]) -> None:
    connection.execute(FORGET_PARTS, (operation_ids,))
    forget_rows(connection, operation_ids)


def _to_do(operation: Operation, effect: Effect, now: datetime) -> NewJob:
    """Return the job of what comes after an operation, once."""
    return NewJob(
        tenant=operation.tenant,
        order=effect,
        about=operation.id,
        due_at=now,
        dedupe_key=f"after/{operation.id}",
        process=operation.kind,
    )


def _changed(
    connection: Connection[Any], sql: str, values: dict[str, Any]
) -> dict[str, Any] | None:
    cursor = connection.cursor(row_factory=dict_row)
    return cursor.execute(sql.encode(), values, binary=True).fetchone()


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
