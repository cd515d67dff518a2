"""A worker's claims on jobs: taken in batches, kept by a lease, given back, settled.

Due times follow the clock that is passed in. A lease runs by PostgreSQL's clock: it is about
processes that die, and they do so in real time, the same on every machine.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

import msgspec
from psycopg import Connection

LANES: Final = ("commands", "effects")

# FOR UPDATE in a CTE of its own: joined to the table, a subquery could be run again and take more.
CLAIM: Final = """
    WITH due AS MATERIALIZED (
        SELECT id FROM work.jobs
        WHERE status = 'todo' AND lane = %s AND run_at <= %s
        ORDER BY run_at LIMIT %s
        FOR UPDATE SKIP LOCKED
    )
    UPDATE work.jobs j SET status = 'running', claim = %s, lease_until = now() + %s
    FROM due WHERE j.id = due.id
    RETURNING j.id, j.tenant_id::text, j.kind, j.about, j.payload::text, j.due_at, j.run_at,
              j.max_attempts, j.caused_by, j.process, j.trail::text, j.report::text, j.claim
"""

# Neither this nor SETTLE waits for the disk: what a crash of PostgreSQL takes back is done again,
# and does nothing twice [five times as many jobs a second]. REPORT waits: it is what sees to that.
BEGIN: Final = """
    UPDATE work.jobs SET
        attempts = attempts + (withdrawn_at IS NULL)::integer,
        status = CASE WHEN withdrawn_at IS NULL THEN status ELSE 'withdrawn' END,
        finished_at = CASE WHEN withdrawn_at IS NULL THEN NULL ELSE now() END,
        lease_until = now() + %s
    WHERE id = %s AND claim = %s AND status = 'running'
    RETURNING attempts, withdrawn_at IS NULL, set_config('synchronous_commit', 'off', true)
"""

RENEW: Final = """
    UPDATE work.jobs SET lease_until = now() + %s WHERE claim = %s AND status = 'running'
"""

GIVE_BACK: Final = """
    UPDATE work.jobs SET
        status = CASE WHEN withdrawn_at IS NULL THEN 'todo' ELSE 'withdrawn' END,
        finished_at = CASE WHEN withdrawn_at IS NULL THEN NULL ELSE now() END,
        claim = NULL, lease_until = NULL
    WHERE id = ANY(%s) AND claim = %s AND status = 'running'
"""

SETTLE: Final = """
    UPDATE work.jobs SET status = %s, outcome = %s, last_error = %s, finished_at = %s,
        claim = NULL, lease_until = NULL
    WHERE id = %s AND claim = %s AND status = 'running'
    RETURNING set_config('synchronous_commit', 'off', true)
"""

AGAIN: Final = """
    UPDATE work.jobs SET
        status = CASE WHEN withdrawn_at IS NULL THEN 'todo' ELSE 'withdrawn' END,
        finished_at = CASE WHEN withdrawn_at IS NULL THEN NULL ELSE now() END,
        run_at = %s, last_error = %s, claim = NULL, lease_until = NULL
    WHERE id = %s AND claim = %s AND status = 'running'
"""

REPORT: Final = """
    UPDATE work.jobs SET report = %s::json WHERE id = %s AND claim = %s AND status = 'running'
"""

# What a dead worker left. Had it been trying for the last time, somebody must look at it first.
REAP: Final = """
    WITH left_behind AS MATERIALIZED (
        SELECT id FROM work.jobs WHERE status = 'running' AND lease_until < now()
        FOR UPDATE SKIP LOCKED
    )
    UPDATE work.jobs j SET
        status = CASE
            WHEN withdrawn_at IS NOT NULL THEN 'withdrawn'
            WHEN attempts >= max_attempts THEN 'parked'
            ELSE 'todo'
        END,
        finished_at = CASE WHEN withdrawn_at IS NOT NULL THEN now() END,
        last_error = 'The worker stopped without saying what became of it.',
        claim = NULL, lease_until = NULL
    FROM left_behind WHERE j.id = left_behind.id
"""

NEXT_DUE: Final = """
    SELECT run_at FROM work.jobs WHERE status = 'todo' AND lane = %s ORDER BY run_at LIMIT 1
"""

PRUNE: Final = """
    DELETE FROM work.jobs WHERE id IN (
        SELECT id FROM work.jobs WHERE finished_at < %s LIMIT 5000 FOR UPDATE SKIP LOCKED
    )
"""


class Claimed(NamedTuple):
    """A job in a worker's hands; the columns that CLAIM returns."""

    id: UUID
    tenant: str
    kind: str
    about: str
    payload: str
    due_at: datetime
    run_at: datetime
    max_attempts: int
    caused_by: int
    process: str
    trail_json: str
    report_json: str | None
    claim: UUID

    @property
    def trail(self) -> dict[str, str]:
        """What links the events to come to the one that caused this."""
        return dict(msgspec.json.decode(self.trail_json))


def claim(
    connection: Connection[Any],
    lane: str,
    *,
    now: datetime,
    most: int,
    claim_id: UUID,
    lease: timedelta,
) -> list[Claimed]:
    """Take what is due, the longest due first; others pass over what is being taken."""
    cursor = connection.execute(CLAIM, (lane, now, most, claim_id, lease), prepare=True)
    taken = [Claimed(*row) for row in cursor.fetchall()]
    return sorted(taken, key=lambda job: (job.run_at, job.caused_by, str(job.id)))


def begin(connection: Connection[Any], job: Claimed, lease: timedelta) -> int | None:
    """Count an attempt, and tell which one; None when the job is withdrawn, or ours no longer."""
    row = connection.execute(BEGIN, (lease, job.id, job.claim), prepare=True).fetchone()
    return int(row[0]) if row is not None and row[1] else None


def renew(connection: Connection[Any], claim_id: UUID, lease: timedelta) -> None:
    """Say that whoever made this claim is alive."""
    connection.execute(RENEW, (lease, claim_id))


def give_back(connection: Connection[Any], jobs: Sequence[Claimed]) -> None:
    """Let others carry out what was not begun."""
    if jobs:
        connection.execute(GIVE_BACK, ([job.id for job in jobs], jobs[0].claim))


def remember_report(connection: Connection[Any], job: Claimed, report: str) -> bool:
    """Keep what an effect did before it is recorded: it shall not be done again for that."""
    return connection.execute(REPORT, (report, job.id, job.claim), prepare=True).rowcount == 1


def settle(connection: Connection[Any], job: Claimed, outcome: str | None, *, at: datetime) -> None:
    """Say that it is done."""
    connection.execute(SETTLE, ("done", outcome, None, at, job.id, job.claim), prepare=True)


def park(connection: Connection[Any], job: Claimed, error: str) -> None:
    """Set it aside until an operator has looked at it."""
    connection.execute(SETTLE, ("parked", None, error, None, job.id, job.claim), prepare=True)


def try_again(connection: Connection[Any], job: Claimed, error: str, *, at: datetime) -> None:
    """Let it be tried once more, later."""
    connection.execute(AGAIN, (at, error, job.id, job.claim), prepare=True)


def reap(connection: Connection[Any]) -> int:
    """Put back what workers left behind when they died."""
    return connection.execute(REAP, prepare=True).rowcount


def next_due(connection: Connection[Any], lanes: Sequence[str] = LANES) -> datetime | None:
    """Tell when the next job is to be tried."""
    rows = [connection.execute(NEXT_DUE, (lane,), prepare=True).fetchone() for lane in lanes]
    return min((row[0] for row in rows if row is not None), default=None)


def prune(connection: Connection[Any], before: datetime) -> int:
    """Forget some of what was finished before then, and tell how many jobs that were."""
    return connection.execute(PRUNE, (before,)).rowcount
