"""A process to be killed: it carries read models on, or rebuilds one, until somebody ends it.

python -m tests.read_models.doomed DSN run|rebuild
"""

import sys
import threading
from typing import Any

from adapters.postgres import Database
from adapters.read_models.bulk import Limits
from adapters.read_models.rebuild import Progress, Rebuilder, RebuildUnderWay, Rebuilt
from tests.read_models.examples import ACCOUNTS, MODELS, World
from tests.read_models.test_parked import THANK, runner_of


def main(dsn: str, work: str) -> None:
    with Database(dsn) as database:
        world = World(database)
        if work == "rebuild":
            limits = Limits(page=20, ahead=2, rows=30, positions=100)
            rebuilder = Rebuilder(database=database, reader=world.reader, limits=limits)
            patiently(rebuilder, tell=_say)
            return
        process = runner_of(world, THANK)
        runner = world.runner(*MODELS, batch=3)
        sys.stdout.write("running\n")
        sys.stdout.flush()
        while True:
            process.step()
            runner.step()


def patiently(rebuilder: Rebuilder, **how: Any) -> Rebuilt:
    """Rebuild as soon as PostgreSQL has noticed that whoever did it before is dead."""
    while True:
        try:
            return rebuilder.rebuild(ACCOUNTS, **how)
        except RebuildUnderWay:
            threading.Event().wait(0.05)


def _say(progress: Progress) -> None:
    sys.stdout.write(f"{progress.done}\n")
    sys.stdout.flush()
    threading.Event().wait(0.01)


if __name__ == "__main__":
    main(*sys.argv[1:])
