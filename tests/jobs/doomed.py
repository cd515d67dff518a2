"""A worker that begins an effect, says so, and never comes to its end: `python -m … DSN`."""

import sys
from datetime import timedelta

from adapters.postgres import Database
from tests.jobs.examples import ManualClock, a_worker


def say_and_hang(*_: object) -> None:
    print("begun", flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    with Database(sys.argv[1]) as database:
        lease = timedelta(seconds=0.5)
        a_worker(database, ManualClock(), handle=say_and_hang, lease=lease).run_due()
