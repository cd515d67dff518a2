"""What workers left behind when they died: jobs in nobody's hands, which are put back.

A worker renews the leases of what it has. When one ends, `lease_until` says by PostgreSQL's clock, and
releases before this one went by it; for us it is a sign of life, and another one each time.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from psycopg import Connection

RUNNING: Final = "SELECT id, lease_until FROM work.jobs WHERE status = 'running'"

# Had a dead worker handed over what nobody can ask about, or been trying for the last time, somebody
# must look at it first.
REAP: Final = """
    WITH left_behind AS MATERIALIZED (
        SELECT job.id FROM unnest(%s::uuid[], %s::timestamptz[]) AS silent(id, lease_until)
        JOIN work.jobs job ON job.id = silent.id AND job.lease_until = silent.lease_until
        WHERE job.status = 'running'
        FOR UPDATE OF job SKIP LOCKED
    )
    UPDATE work.jobs j SET
        status = CASE
            WHEN handed_over_at IS NOT NULL AND report IS NULL THEN 'uncertain'
            WHEN withdrawn_at IS NOT NULL THEN 'withdrawn'
            WHEN attempts >= max_attempts THEN 'parked'
            ELSE 'todo'
        END,
        finished_at = CASE
            WHEN handed_over_at IS NULL OR report IS NOT NULL THEN withdrawn_at
        END,
        last_error = 'The worker stopped without saying what became of it.',
        claim = NULL, lease_until = NULL
    FROM left_behind WHERE j.id = left_behind.id
"""


class Lease(NamedTuple):
    """A job in a worker's hands, and what the worker said last."""

    job: UUID
    until: datetime


def leases(connection: Connection[Any]) -> list[Lease]:
    """Return those of all that runs."""
    return [Lease(*row) for row in connection.execute(RUNNING, prepare=True)]


def reap(connection: Connection[Any], silent: Sequence[Lease]) -> int:
    """Put back what nobody renews any more, unless somebody did just now."""
    if not silent:
        return 0
    jobs, until = zip(*silent, strict=True)
    return connection.execute(REAP, (list(jobs), list(until)), prepare=True).rowcount
