"""A worker that does the work of a step, says so, and is killed before it is saved."""

import sys

from adapters.clock import SettableClock
from application.operations.long_operations import Operation, Step, Stopping, Work
from infra.composition import running_system
from infra.settings import Mode, Settings
from tests.conftest import MONDAY
from tests.long_operations.carrying import a_worker, finish, works


def hanging(work: Work, at: int) -> Work:
    """Return work that hangs when it has done the step of this number."""

    def do(operation: Operation, stopping: Stopping) -> Step:
        step = work(operation, stopping)
        if operation.steps == at:
            sys.stdout.write("begun\n")
            sys.stdout.flush()
            sys.stdin.read()
        return step

    return do


def main() -> None:
    dsn, kind, at = sys.argv[1:]
    clock = SettableClock(MONDAY, stands=True)
    with running_system(Settings(mode=Mode.TEST), dsn, clock=clock) as system:
        finish(a_worker(system, {kind: hanging(works(system)[kind], int(at))}))


if __name__ == "__main__":
    main()
