"""A worker's claims on jobs: taken in batches, kept by a lease, given back, settled.

Due times follow the clock that is passed in. Whose lease has ended is no question of clocks: see
`leases.py`.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, Final, NamedTuple
from uuid import UUID

import msgspec
from psycopg import Connection
from psycopg.errors import DeadlockDetected, UniqueViolation

from adapters.jobs.lanes import LANES

# Tenants in the order of their turns, and of each what is due longest. In the way of a job is what
# runs under the same key, and what is due under it and was caused earlier; unique among the running,
# the key lets none through that two claims have found at once.
# Never prepared, and CASE rather than AND and OR: others of a key are found by the key alone. Else a
# plan made when there was little to do walks over all there is as soon as it is much.
# FOR UPDATE in a CTE of its own: joined to the table, a subquery could be run again and take more.
CLAIM: Final = """
    WITH due AS MATERIALIZED (
        SELECT of_tenant.id FROM unnest(%(turns)s::text[]) AS next(turn)
        CROSS JOIN LATERAL (
            SELECT job.id FROM work.jobs job
            WHERE job.status = 'todo' AND job.turn = next.turn AND job.run_at <= %(now)s
              AND (job.ordering_key IS NULL OR NOT EXISTS (
                SELECT FROM work.jobs other WHERE other.ordering_key = job.ordering_key
                  AND CASE other.status
                    WHEN 'running' THEN true
                    WHEN 'todo' THEN other.due_at <= %(now)s
                      AND (other.caused_by, other.due_at, other.id)
                        < (job.caused_by, job.due_at, job.id)
                    ELSE false
                  END
              ))
            ORDER BY job.run_at LIMIT %(each)s
            FOR UPDATE SKIP LOCKED
        ) of_tenant
        LIMIT %(most)s
    )
    UPDATE work.jobs j SET status = 'running', claim = %(claim)s, lease_until = now() + %(lease)s
    FROM due WHERE j.id = due.id
    RETURNING j.id, j.tenant_id::text, j.lane, j.kind, j.about, j.payload::text, j.due_at,
              j.run_at, j.max_attempts, j.caused_by, j.process, j.trail::text, j.report::text,
              j.claim
"""

TENANTS_DUE: Final = """
    SELECT tenant_id::text FROM work.jobs
    WHERE status = 'todo' AND lane = %s AND run_at <= %s
    GROUP BY tenant_id ORDER BY min(run_at), tenant_id
"""

# Neither this nor SETTLE waits for the disk: what a crash of PostgreSQL takes back is done again,
# and does nothing twice [five times as many jobs a second]. REPORT waits: it is what sees to that.
BEGIN: Final = """
    UPDATE work.jobs job SET
        attempts = attempts + (withdrawn_at IS NULL)::integer,
        status = CASE WHEN withdrawn_at IS NULL THEN status ELSE 'withdrawn' END,
        finished_at = withdrawn_at,
        lease_until = now() + %s
    WHERE id = %s AND claim = %s AND status = 'running'
    RETURNING attempts, withdrawn_at IS NULL,
        EXISTS (
            SELECT FROM work.jobs later
            WHERE later.ordering_key = job.ordering_key
              AND (later.caused_by, later.due_at, later.id)
                > (job.caused_by, job.due_at, job.id)
              AND (later.status = 'uncertain'
                OR (later.status = 'done' AND coalesce(later.outcome, '') NOT LIKE 'skipped: %%'))
        ),
        set_config('synchronous_commit', 'off', true)
"""

# Waits for the disk, since nothing else will know of it should both machines stop.
HAND_OVER: Final = """
    UPDATE work.jobs SET handed_over_at = now()
    WHERE id = %s AND claim = %s AND status = 'running' AND handed_over_at IS NULL
"""

RENEW: Final = """
    UPDATE work.jobs SET lease_until = now() + %s WHERE claim = %s AND status = 'running'
"""

GIVE_BACK: Final = """
    UPDATE work.jobs SET
        status = CASE WHEN withdrawn_at IS NULL THEN 'todo' ELSE 'withdrawn' END,
        finished_at = withdrawn_at,
        claim = NULL, lease_until = NULL
    WHERE id = ANY(%s) AND claim = %s AND status = 'running'
"""

# Tells whether something waited for this that is due. What is recorded is not kept here, too: it may tell of somebody.
SETTLE: Final = """
    UPDATE work.jobs job SET status = %s, outcome = %s, last_error = %s, finished_at = %s,
        report = CASE WHEN %s::timestamptz IS NULL THEN report END,
        claim = NULL, lease_until = NULL
    WHERE id = %s AND claim = %s AND status = 'running'
    RETURNING
        EXISTS (
            SELECT FROM work.jobs waiting
            WHERE waiting.ordering_key = job.ordering_key
              AND CASE waiting.status WHEN 'todo' THEN waiting.run_at <= %s ELSE false END
        ),
        set_config('synchronous_commit', 'off', true)
"""

# What comes after something that has to wait, waits as long.
_AS_LONG: Final = """
        RETURNING id, ordering_key, status, caused_by, due_at, run_at
    )
    UPDATE work.jobs later SET run_at = again.run_at FROM again WHERE later.id IN (
        SELECT behind.id FROM work.jobs behind
        WHERE behind.ordering_key = again.ordering_key
          AND again.status = 'todo'
          AND CASE behind.status WHEN 'todo' THEN behind.run_at < again.run_at ELSE false END
          AND (behind.caused_by, behind.due_at, behind.id)
            > (again.caused_by, again.due_at, again.id)
        FOR UPDATE SKIP LOCKED
    )
"""

# Only what was not taken is tried again, or what is kept in its report.
AGAIN: Final = f"""
    WITH again AS (
        UPDATE work.jobs SET
            status = CASE WHEN withdrawn_at IS NULL THEN 'todo' ELSE 'withdrawn' END,
            finished_at = withdrawn_at,
            attempts = CASE %s WHEN 'one' THEN attempts WHEN 'none' THEN greatest(attempts - 1, 1)
                ELSE least(attempts, 1) END,
            run_at = %s, not_before = %s, last_error = %s, claim = NULL, lease_until = NULL,
            handed_over_at = NULL
        WHERE id = %s AND claim = %s AND status = 'running'
{_AS_LONG}"""

# It stands in line behind all others that are due, and no attempt was in vain.
GO_ON: Final = f"""
    WITH again AS (
        UPDATE work.jobs SET
            status = CASE WHEN withdrawn_at IS NULL THEN 'todo' ELSE 'withdrawn' END,
            finished_at = withdrawn_at,
            attempts = 0, run_at = %s, last_error = NULL, claim = NULL, lease_until = NULL
        WHERE id = %s AND claim = %s AND status = 'running'
{_AS_LONG}"""

REPORT: Final = """
    UPDATE work.jobs SET report = %s::json WHERE id = %s AND claim = %s AND status = 'running'
"""

# Of a lane that is left alone, when that ends.
NEXT_DUE: Final = """
    SELECT min(greatest(job.run_at, failing.until)) FROM unnest(%s::text[]) AS its(lane)
    CROSS JOIN LATERAL (
        SELECT run_at FROM work.jobs
        WHERE status = 'todo' AND lane = its.lane AND (%s::timestamptz IS NULL OR run_at > %s)
        ORDER BY run_at LIMIT 1
    ) job
    LEFT JOIN work.failing_lanes failing ON failing.lane = its.lane
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
    lane: str
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


class Took(Enum):
    """What an attempt takes of those that there are: that of who cannot do it is the first at most, and where it was
    about something else it was none, but that it is not the first any more.
    """

    ONE = "one"
    NONE = "none"
    ELSEWHERE = "elsewhere"


class Begun(NamedTuple):
    """Which attempt it is, and whether something that comes after it was carried out before."""

    attempt: int
    overtaken: bool


def tenants_due(connection: Connection[Any], lane: str, now: datetime) -> list[str]:
    """Return who has something due, who waits longest first."""
    return [tenant for (tenant,) in connection.execute(TENANTS_DUE, (lane, now), prepare=True)]


def claim(
    connection: Connection[Any],
    lane: str,
    *,
    now: datetime,
    most: int,
    claim_id: UUID,
    lease: timedelta,
    tenants: Sequence[str] | None = None,
) -> list[Claimed]:
    """Take what is due, of each tenant as much, the longest due first; others pass over what is
    being taken. Who comes first of the tenants may get more than the last.
    """
    turns = tenants_due(connection, lane, now) if tenants is None else tenants
    if not turns:
        return []
    values = {
        "turns": [f"{lane}/{tenant}" for tenant in turns],
        "now": now,
        "each": -(-most // len(turns)),
        "most": most,
        "claim": claim_id,
        "lease": lease,
    }
    try:
        taken = [Claimed(*row) for row in connection.execute(CLAIM, values, prepare=False)]
    except (UniqueViolation, DeadlockDetected):  # another claim found the same at once
        return []
    return sorted(taken, key=lambda job: (job.run_at, job.caused_by, str(job.id)))


def begin(connection: Connection[Any], job: Claimed, lease: timedelta) -> Begun | None:
    """Count an attempt; None when the job is withdrawn, or ours no longer."""
    row = connection.execute(BEGIN, (lease, job.id, job.claim), prepare=True).fetchone()
    return Begun(row[0], row[2]) if row is not None and row[1] else None


def hand_over(connection: Connection[Any], job_id: UUID, claim_id: UUID) -> bool:
    """Note that it is about to be done for good; False when it is another's by now."""
    return connection.execute(HAND_OVER, (job_id, claim_id), prepare=True).rowcount == 1


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


def settle(connection: Connection[Any], job: Claimed, outcome: str | None, *, at: datetime) -> bool:
    """Say that it is done; return whether something waited for that."""
    return _end(connection, job, "done", outcome=outcome, finished_at=at, now=at)


def set_aside(
    connection: Connection[Any], job: Claimed, status: str, error: str, *, at: datetime
) -> bool:
    """Leave it, parked or uncertain, to an operator; return whether something waited for that."""
    return _end(connection, job, status, error=error, now=at)


def _end(
    connection: Connection[Any],
    job: Claimed,
    status: str,
    *,
    outcome: str | None = None,
    error: str | None = None,
    finished_at: datetime | None = None,
    now: datetime,
) -> bool:
    values = (status, outcome, error, finished_at, finished_at, job.id, job.claim, now)
    row = connection.execute(SETTLE, values, prepare=True).fetchone()
    return row is not None and bool(row[0])


def try_again(
    connection: Connection[Any],
    job: Claimed,
    error: str,
    *,
    at: datetime,
    took: Took = Took.ONE,
    not_before: datetime | None = None,
) -> None:
    """Let it be tried once more, later; whatever happens, `not_before` what a provider has said."""
    values = (took.value, at, not_before, error, job.id, job.claim)
    connection.execute(AGAIN, values, prepare=True)


def go_on(connection: Connection[Any], job: Claimed, *, at: datetime) -> None:
    """Let what went well, and is not finished, have its next turn."""
    connection.execute(GO_ON, (at, job.id, job.claim), prepare=True)


def next_due(
    connection: Connection[Any], lanes: Sequence[str] = LANES, *, after: datetime | None = None
) -> datetime | None:
    """Return when the next job is to be tried; or the next `after` a moment."""
    row = connection.execute(NEXT_DUE, (list(lanes), after, after), prepare=True).fetchone()
    return row[0] if row else None


def prune(connection: Connection[Any], before: datetime) -> int:
    """Forget some of what was finished before then; return how many jobs that were."""
    return connection.execute(PRUNE, (before,)).rowcount
