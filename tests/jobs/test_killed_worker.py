"""A worker that is killed, for real, in the middle of an effect."""

from datetime import timedelta

import pytest

from adapters.postgres import Database
from tests.forked import talking
from tests.jobs.examples import (
    BellThatRemembers,
    DispatcherThatRemembers,
    ManualClock,
    RecordBellRung,
    a_worker,
    jobs_of,
    order,
    ring,
)

pytestmark = pytest.mark.postgres


def test_what_a_killed_worker_was_doing_is_done_once_by_another(
    database: Database, clock: ManualClock
) -> None:
    dispatch, bell = DispatcherThatRemembers(), BellThatRemembers()
    survivor = a_worker(database, clock, dispatch, bell, lease=timedelta(seconds=0.5))
    order(database, ring(7))

    with talking("tests.jobs.doomed", database.dsn) as doomed:
        assert doomed.stdout.readline() == "begun\n"
        assert survivor.run_due() == 0
    while not survivor.run_due():
        pass

    [row] = jobs_of(database)
    assert (row["status"], row["attempts"]) == ("done", 2)
    assert [job.attempt for _, job in bell.rung] == [2]
    assert dispatch.commands == [RecordBellRung(times=7)]
