"""A worker that kills its own process when Meta has taken a message: `python -m … DSN PORT`."""

import os
import signal
import sys
from typing import Any

from adapters.clock import SettableClock
from adapters.whatsapp import CloudApi
from application.conversations.providers.carriers import Taken
from infra.composition import resources, running_system
from infra.settings import Mode, Settings
from tests.conftest import MONDAY
from tests.conversations.whatsapp.cloud import Cloud


class DiesAfterwards(CloudApi):
    def send(self, *arguments: Any) -> Taken:
        found = super().send(*arguments)
        os.kill(os.getpid(), signal.SIGKILL)
        return found


def main(dsn: str, port: str) -> None:
    vars(resources)["CloudApi"] = DiesAfterwards
    settings = Cloud(port=int(port)).settings(Settings(mode=Mode.TEST))
    with running_system(settings, dsn, clock=SettableClock(MONDAY, stands=True)) as system:
        system.settle()


if __name__ == "__main__":
    main(*sys.argv[1:])
