"""Whoever opens a business, and dies before or after it is recorded: `python -m … DSN before|after`."""

import os
import signal
import sys

from adapters.clock import SettableClock
from application.ports import About, Answer
from domain.messages import Command
from infra.composition import running_system
from infra.settings import Mode, Settings
from tests.business.accounts.given import about, accounts_of, camille, salon
from tests.conftest import MONDAY


def main(dsn: str, where: str) -> None:
    clock = SettableClock(MONDAY, stands=True)
    with running_system(Settings(mode=Mode.TEST), dsn, clock=clock) as system:

        def dispatch(command: Command, about: About) -> Answer:
            if where == "after":
                system.dispatch(command, about)
            os.kill(os.getpid(), signal.SIGKILL)
            raise AssertionError

        accounts = accounts_of(system, dispatch=dispatch)
        accounts.register_business(salon, camille, about("first"), professional=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
