"""A worker that is killed, for real, in the middle of an effect."""

import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from textwrap import dedent

import pytest

from adapters.postgres import Database
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

DOOMED = dedent(
    """
    import sys
    from datetime import timedelta
    from adapters.postgres import Database
    from tests.jobs.examples import ManualClock, a_worker

    def say_and_hang(effect, job):
        print("begun", flush=True)
        sys.stdin.read()

    with Database(sys.argv[1]) as database:
        lease = timedelta(seconds=0.5)
        a_worker(database, ManualClock(), handle=say_and_hang, lease=lease).run_due()
    """
)


def test_what_a_killed_worker_was_doing_is_done_once_by_another(
    database: Database, clock: ManualClock
) -> None:
    dispatch, bell = DispatcherThatRemembers(), BellThatRemembers()
    survivor = a_worker(database, clock, dispatch, bell, lease=timedelta(seconds=0.5))
    order(database, ring(7))

    with subprocess.Popen(
        [sys.executable, "-c", DOOMED, database.dsn],
        cwd=Path(__file__).parents[2],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as doomed:
        assert doomed.stdout is not None
        assert doomed.stdout.readline() == b"begun\n"
        assert survivor.run_due() == 0
        doomed.kill()
    while not survivor.run_due():
        pass

    [row] = jobs_of(database)
    assert (row["status"], row["attempts"]) == ("done", 2)
    assert [job.attempt for _, job in bell.rung] == [2]
    assert dispatch.commands == [RecordBellRung(times=7)]
