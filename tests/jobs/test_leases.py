"""Whoever has a job says in time that they are alive; whoever says so too late has it no more."""

import threading
from datetime import timedelta
from uuid import uuid4

import pytest

from adapters.jobs import claims
from adapters.jobs.batch import Batch
from adapters.jobs.claims import Claimed
from adapters.jobs.leases import leases, reap
from adapters.jobs.worker import LEASE, Worker
from adapters.postgres import Database
from tests.jobs.examples import (
    NOON,
    ManualClock,
    ManualSeconds,
    a_worker,
    jobs_of,
    order,
    ring,
    statuses,
)

pytestmark = pytest.mark.postgres

SECOND = timedelta(seconds=1)


def taken(database: Database, lease: timedelta = LEASE) -> Claimed:
    """Return the job, in the hands of somebody."""
    with database.as_worker() as connection:
        [job] = claims.claim(connection, "effects", now=NOON, most=1, claim_id=uuid4(), lease=lease)
    return job


def renew(database: Database, job: Claimed) -> None:
    with database.as_worker() as connection:
        claims.renew(connection, job.claim, LEASE)


class TimeUntilTheEnd(threading.Event):
    """Whoever waits for it lets time pass, second by second; another worker looks at each."""

    def __init__(self, seconds: ManualSeconds, other: Worker) -> None:
        super().__init__()
        self._seconds = seconds
        self._end = seconds.now + 3 * LEASE.total_seconds()
        self._other = other
        self.taken_by_the_other = other.run_due()

    def wait(self, timeout: float | None = None) -> bool:
        until = min(self._seconds.now + (timeout or 0.0), self._end)
        while self._seconds.now < until:
            self._seconds.now = min(self._seconds.now + 1, until)
            self.taken_by_the_other += self._other.run_due()
        return self._seconds.now >= self._end


def test_whoever_is_alive_says_so_before_another_takes_them_for_dead(
    database: Database, clock: ManualClock
) -> None:
    order(database, ring())
    batch, seconds = Batch([taken(database)]), ManualSeconds()
    batch.take()
    long = TimeUntilTheEnd(seconds, a_worker(database, clock, seconds=seconds))

    a_worker(database, clock)._look_after(batch, None, long)

    assert long.taken_by_the_other == 0
    assert statuses(database) == ["running"]


def test_who_renews_just_before_they_would_lose_it_keeps_it(database: Database) -> None:
    order(database, ring())
    job = taken(database, SECOND)

    with database.as_worker() as connection:
        silent = leases(connection)
        renew(database, job)
        assert reap(connection, silent) == 0

    assert [row["claim"] for row in jobs_of(database)] == [job.claim]


def test_who_renews_after_it_was_put_back_has_it_no_more(database: Database) -> None:
    order(database, ring())
    job = taken(database)
    with database.as_worker() as connection:
        assert reap(connection, leases(connection)) == 1

    renew(database, job)

    with database.as_worker() as connection:
        assert leases(connection) == []
        assert claims.begin(connection, job, LEASE) is None
    assert statuses(database) == ["todo"]


def test_who_renews_after_another_took_it_keeps_the_other_not_alive(database: Database) -> None:
    """Else the job of a worker that died would never be put back."""
    order(database, ring())
    late = taken(database)
    with database.as_worker() as connection:
        reap(connection, leases(connection))
    other = taken(database, SECOND)
    with database.as_worker() as connection:
        before = leases(connection)

    renew(database, late)

    with database.as_worker() as connection:
        assert leases(connection) == before
        assert claims.begin(connection, late, LEASE) is None
        assert claims.begin(connection, other, LEASE) is not None
