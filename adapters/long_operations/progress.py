"""Where the steps of operations are saved: each with what it made, in one transaction.

Whoever saves a step says which was the last they saw. So of two who carry on the same operation, since
one of them was taken for dead, one does; what the other has made is not there.
"""

from collections.abc import Sequence
from typing import Any, Final

import msgspec
import structlog
from psycopg import Connection
from psycopg.rows import dict_row

from adapters.postgres import Database
from application.operations.long_operations import (
    KEEP,
    MOST_BYTES,
    MOST_KEPT,
    Operation,
    OperationResultTooLarge,
    OperationState,
    Step,
)
from application.ports import Clock

log = structlog.get_logger()

COLUMNS: Final = """
    id, tenant_id::text AS tenant, kind, about, started_by, given, state, steps, done, total,
    checkpoint, bytes
"""
BEGIN: Final = f"""
    UPDATE work.operations SET
        state = CASE state WHEN 'waiting' THEN 'running' ELSE state END,
        started_at = coalesce(started_at, %(now)s), updated_at = %(now)s
    WHERE id = %(id)s AND finished_at IS NULL RETURNING {COLUMNS}
"""
SAVE: Final = f"""
    UPDATE work.operations SET
        state = CASE WHEN %(result)s::json IS NULL THEN state ELSE 'done' END,
        steps = steps + %(counts)s, done = %(done)s, total = %(total)s,
        seconds = seconds + %(seconds)s, checkpoint = %(checkpoint)s::json,
        result = %(result)s::json, updated_at = %(now)s,
        parts = parts + (%(size)s > 0)::integer, bytes = bytes + %(size)s,
        given = CASE WHEN %(result)s::json IS NULL THEN given ELSE '{{}}' END,
        finished_at = CASE WHEN %(result)s::json IS NOT NULL THEN %(now)s::timestamptz END
    WHERE id = %(id)s AND steps = %(steps)s AND finished_at IS NULL RETURNING {COLUMNS}
"""
PART: Final = """
    INSERT INTO work.operation_parts (operation_id, number, tenant_id, content)
    SELECT id, parts - 1, tenant_id, %s FROM work.operations WHERE id = %s
"""
END: Final = """
    UPDATE work.operations SET state = %(state)s, problem = %(problem)s, given = '{}',
        updated_at = %(now)s, finished_at = %(now)s
    WHERE id = %(id)s AND finished_at IS NULL
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

    def __init__(self, database: Database, clock: Clock, most_bytes: int = MOST_BYTES) -> None:
        self._database = database
        self._clock = clock
        self._most_bytes = most_bytes

    def begin(self, operation_id: str) -> Operation | None:
        """Take it up; None when it is over, or was forgotten."""
        with self._database.as_worker() as connection:
            return _operation(connection, BEGIN, {"id": operation_id, "now": self._clock()})

    def save(self, operation: Operation, step: Step, seconds: float) -> Operation | None:
        """Save a step with what it made, all or nothing; return what the next has to know, or None when
        it is over, or another process has gone on with it. Raises OperationResultTooLarge.
        """
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
            "now": self._clock(),
        }
        with self._database.as_worker() as connection, connection.transaction():
            saved = _operation(connection, SAVE, values)
            if saved is None:
                return None
            if saved.bytes > self._most_bytes:
                raise OperationResultTooLarge(most_bytes=self._most_bytes)
            if step.part:
                connection.execute(PART, (step.part, saved.id))
            if saved.state is OperationState.DONE and saved.bytes:
                self._drop_older(connection, saved.tenant)
        if saved.state.is_over:
            _say_it_ended(saved, saved.state)
            return None
        return saved

    def end(self, operation: Operation, state: OperationState, problem: str | None = None) -> None:
        """End it without a result; what it has made so far is of no use."""
        values = {"id": operation.id, "state": state, "problem": problem, "now": self._clock()}
        with self._database.as_worker() as connection, connection.transaction():
            if connection.execute(END, values).rowcount:
                connection.execute(FORGET_PARTS, ([operation.id],))
        _say_it_ended(operation, state, problem)

    def prune(self) -> int:
        """Forget what nothing has happened to for a month; return how many that were."""
        forgotten = 0
        with self._database.as_worker() as connection:
            while count := connection.execute(PRUNE, (self._clock() - KEEP,)).rowcount:
                forgotten += count
        return forgotten

    def _drop_older(self, connection: Connection[Any], tenant: str) -> None:
        older = connection.execute(OLDER, (tenant, MOST_KEPT)).fetchall()
        connection.execute(FORGET_PARTS, ([operation_id for (operation_id,) in older],))


def _operation(connection: Connection[Any], sql: str, values: dict[str, Any]) -> Operation | None:
    cursor = connection.cursor(row_factory=dict_row)
    rows: Sequence[dict[str, Any]] = cursor.execute(sql.encode(), values).fetchall()
    return msgspec.convert(rows[0], Operation) if rows else None


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _say_it_ended(operation: Operation, state: OperationState, problem: str | None = None) -> None:
    """Log who has had what done, for those who ask when it was forgotten; none of it names a person."""
    log.info(
        "an operation has ended",
        id=operation.id,
        kind=operation.kind,
        tenant=operation.tenant,
        by=operation.started_by,
        state=state,
        problem=problem,
    )
