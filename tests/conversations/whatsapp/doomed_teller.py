"""A worker that kills its own process around an order: `python -m … DSN PORT ORDER MOMENT`."""

import os
import signal
import sys

from adapters.clock import SettableClock
from application.dispatch import Dispatcher
from application.ports import About, Answer
from domain.conversations.messages import MessageStatus, ReportMessage
from domain.messages import Command
from infra.composition import running, running_system
from infra.settings import Mode, Settings
from tests.conftest import MONDAY
from tests.conversations.whatsapp.cloud import Cloud


def name_of(command: Command) -> str:
    """Return what an order is called here; to report a failure is one of its own."""
    failed = isinstance(command, ReportMessage) and command.status is MessageStatus.FAILED
    return "Failed" if failed else type(command).__name__


def main(dsn: str, port: str, order: str, moment: str) -> None:
    class Doomed(Dispatcher):
        def __call__(self, command: Command, about: About) -> Answer:
            fatal = name_of(command) == order
            if fatal and moment == "before":
                os.kill(os.getpid(), signal.SIGKILL)
            answer = super().__call__(command, about)
            if fatal:
                os.kill(os.getpid(), signal.SIGKILL)
            return answer

    vars(running)["Dispatcher"] = Doomed
    settings = Cloud(port=int(port)).settings(Settings(mode=Mode.TEST))
    with running_system(settings, dsn, clock=SettableClock(MONDAY, stands=True)) as system:
        system.settle()


if __name__ == "__main__":
    main(*sys.argv[1:])
