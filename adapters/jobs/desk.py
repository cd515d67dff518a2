"""Where operators look after the queue: what waits, what fails, is parked or uncertain; edit, retry,
discard.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from psycopg import Connection
from psycopg.rows import dict_row

from adapters.jobs.lanes import LANES
from adapters.jobs.orders import Order, Orders, UnknownOrderError, ordering_key_of
from adapters.postgres import Database
from application.operations.jobs import (
    JobIsNotParked,
    JobIsNotWaiting,
    JobNotFound,
    JobPayloadInvalid,
    JobStatus,
    QueuedJob,
)
from application.ports import Clock
from domain.faults import Fault

# By name: what is prepared goes on as it is while a newer release adds a column.
COLUMNS: Final = """
    id, tenant_id, kind, about, state, due_at, run_at, attempts, max_attempts, payload,
    outcome, last_error, caused_by, process, created_at, finished_at
"""

# State by state, along an index: so a page costs a page, however many jobs there are.
FIND: Final = f"""
    SELECT {COLUMNS} FROM unnest(%(states)s::text[]) AS of(wanted) CROSS JOIN LATERAL (
        SELECT {COLUMNS} FROM work.jobs WHERE state = of.wanted AND {{conditions}}
        ORDER BY due_at, id LIMIT %(limit)s
    ) j
    ORDER BY j.due_at, j.id LIMIT %(limit)s
"""
CONDITIONS: Final = {
    "tenant": "tenant_id = %(tenant)s",
    "kind": "kind = %(kind)s",
    "about": "about = %(about)s",
    "due_at": "(due_at, id) > (%(due_at)s, %(id)s)",
}

GET: Final = f"""
    SELECT {COLUMNS} FROM work.jobs
    WHERE (%(tenant)s::uuid IS NULL OR tenant_id = %(tenant)s) AND id = %(id)s
"""

EDIT: Final = f"""
    UPDATE work.jobs SET
        payload = coalesce(%(payload)s::json, payload),
        report = CASE WHEN %(payload)s::json IS NULL THEN report END,
        ordering_key = CASE
            WHEN %(payload)s::json IS NULL THEN ordering_key
            ELSE tenant_id::text || '/' || %(ordering_key)s
        END,
        due_at = coalesce(%(run_at)s, due_at),
        run_at = coalesce(%(run_at)s, run_at)
    WHERE id = %(id)s AND status IN ('todo', 'parked', 'uncertain') RETURNING {COLUMNS}
"""

RETRY: Final = f"""
    UPDATE work.jobs SET status = 'todo', attempts = 0, run_at = %(now)s, not_before = NULL,
        handed_over_at = NULL
    WHERE id = %(id)s AND state IN ('parked', 'uncertain', 'failing') RETURNING {COLUMNS}
"""

DISCARD: Final = f"""
    UPDATE work.jobs SET status = 'discarded', finished_at = %(now)s
    WHERE id = %(id)s AND state IN ('parked', 'uncertain', 'failing') RETURNING {COLUMNS}
"""

COUNTED: Final = 10_000
"""Jobs of a lane that wait are counted up to so many, whenever anybody asks how the system is."""

SEEN: Final = 1_000
"""So are those that somebody may have to look at: that there are more tells no more."""

FEW: Final = {
    "running": "status = 'running'",
    "failing": "status = 'todo' AND attempts > 0",
    "parked": "status = 'parked'",
    "uncertain": "status = 'uncertain'",
}
"""What is little, unless something is out of the ordinary: then it is all there is."""

COUNT: Final = (
    "(SELECT count(*) FROM (SELECT FROM work.jobs WHERE {} LIMIT %(seen)s) counted) AS {}"
)
DEPTHS: Final = """
    SELECT
        coalesce(sum(due.jobs), 0)::bigint AS due,
        coalesce(sum(waiting.jobs), 0)::bigint AS waiting,
        {running}, {failing}, {parked}, {uncertain}
    FROM unnest(%(lanes)s::text[]) AS of(lane)
    CROSS JOIN LATERAL (
        SELECT count(*) AS jobs FROM (
            SELECT FROM work.jobs WHERE status = 'todo' AND lane = of.lane AND run_at <= %(now)s
            LIMIT %(most)s
        ) counted
    ) due
    CROSS JOIN LATERAL (
        SELECT count(*) AS jobs FROM (
            SELECT FROM work.jobs WHERE status = 'todo' AND lane = of.lane AND run_at > %(now)s
            LIMIT %(most)s
        ) counted
    ) waiting
""".format(**{state: COUNT.format(which, state) for state, which in FEW.items()})


class JobDesk:
    """The queue, for those who look after it. Tenant None: those of all tenants."""

    def __init__(self, database: Database, clock: Clock, orders: Orders) -> None:
        self._database = database
        self._clock = clock
        self._orders = orders

    def find(
        self,
        tenant: str | None,
        *,
        status: JobStatus | None = None,
        kind: str | None = None,
        about: str | None = None,
        after: tuple[datetime, UUID] | None = None,
        limit: int = 100,
    ) -> Sequence[QueuedJob]:
        """Return jobs by due time; a page goes on `after` the (due_at, id) of the one before it."""
        due_at, last_id = after or (None, None)
        asked = {"tenant": tenant, "kind": kind, "about": about, "due_at": due_at}
        met = [CONDITIONS[name] for name, value in asked.items() if value is not None]
        statement = FIND.format(conditions=" AND ".join(met) or "true")
        states = [status] if status else list(JobStatus)
        values = {**asked, "states": states, "id": last_id, "limit": limit}
        with self._lent(tenant) as connection:
            return _jobs(connection, statement, values)

    def get(self, tenant: str | None, job_id: UUID) -> QueuedJob:
        """Return one job. Raises JobNotFound."""
        with self._lent(tenant) as connection:
            found = _jobs(connection, GET, {"tenant": tenant, "id": job_id})
        if not found:
            raise JobNotFound
        return found[0]

    def edit(
        self,
        tenant: str | None,
        job_id: UUID,
        *,
        payload: Mapping[str, Any] | None = None,
        run_at: datetime | None = None,
    ) -> QueuedJob:
        """Change what a waiting, parked or uncertain job shall do, or when."""
        job = self.get(tenant, job_id)
        order = None if payload is None else self._checked(job.kind, payload)
        values = {
            "payload": None if order is None else msgspec.json.encode(order).decode(),
            "ordering_key": ordering_key_of(order),
            "run_at": run_at,
        }
        return self._change(tenant, job_id, EDIT, values, JobIsNotWaiting)

    def retry(self, tenant: str | None, job_id: UUID) -> QueuedJob:
        """Try a job that is failing, parked or uncertain again, at once and as if for the first time."""
        return self._change(tenant, job_id, RETRY, {"now": self._clock()}, JobIsNotParked)

    def discard(self, tenant: str | None, job_id: UUID) -> QueuedJob:
        """Give up a failing or parked job for good, or call an uncertain one settled."""
        return self._change(tenant, job_id, DISCARD, {"now": self._clock()}, JobIsNotParked)

    def depths(self) -> Mapping[str, int]:
        """Count what is due, waits for its time, runs, is parked and is uncertain: see COUNTED, SEEN."""
        with self._database.as_desk() as connection:
            return self.depths_on(connection)

    def depths_on(self, connection: Connection[Any]) -> Mapping[str, int]:
        """Count over a connection that one has already."""
        cursor = connection.cursor(row_factory=dict_row)
        values = {"now": self._clock(), "lanes": list(LANES), "most": COUNTED, "seen": SEEN}
        return cursor.execute(DEPTHS, values).fetchone() or {}

    def _change(
        self,
        tenant: str | None,
        job_id: UUID,
        sql: str,
        values: Mapping[str, Any],
        refusal: type[JobIsNotParked | JobIsNotWaiting],
    ) -> QueuedJob:
        job = self.get(tenant, job_id)
        with self._lent(tenant) as connection:
            changed = _jobs(connection, sql, {**values, "id": job_id})
        if not changed:
            raise refusal(current_status=job.status)
        return changed[0]

    def _checked(self, kind: str, payload: Mapping[str, Any]) -> Order:
        try:
            return self._orders.decode_changed(kind, payload)
        except (UnknownOrderError, msgspec.ValidationError, UnicodeEncodeError) as error:
            fault = Fault("#/payload", "not-of-its-kind", str(error))
            raise JobPayloadInvalid(errors=[fault]) from error

    @contextmanager
    def _lent(self, tenant: str | None) -> Iterator[Connection[Any]]:
        lent = self._database.as_desk() if tenant is None else self._database.as_tenant(tenant)
        with lent as connection:
            yield connection


def _jobs(connection: Connection[Any], sql: str, values: Mapping[str, Any]) -> list[QueuedJob]:
    cursor = connection.cursor(row_factory=dict_row)
    rows = cursor.execute(sql.encode(), values).fetchall()
    return [msgspec.convert({**row, "status": row["state"]}, QueuedJob) for row in rows]
