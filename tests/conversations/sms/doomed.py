"""A worker that kills its own process when LabsMobile has taken an SMS: `python -m … DSN PORT`."""

import os
import signal
import sys
from typing import Any

from adapters.clock import SettableClock
from adapters.sms import LabsMobileApi
from application.conversations.carrying import Taken
from infra.composition import resources, running_system
from infra.settings import Mode, Settings
from tests.conftest import MONDAY
from tests.conversations.sms.labsmobile import LabsMobile


class DiesAfterwards(LabsMobileApi):
    def send(self, *arguments: Any) -> Taken:
        found = super().send(*arguments)
        os.kill(os.getpid(), signal.SIGKILL)
        return found


def main(dsn: str, port: str) -> None:
    vars(resources)["LabsMobileApi"] = DiesAfterwards
    settings = LabsMobile(port=int(port)).settings(Settings(mode=Mode.TEST))
    with running_system(settings, dsn, clock=SettableClock(MONDAY, stands=True)) as system:
        system.settle()


if __name__ == "__main__":
    main(*sys.argv[1:])
