"""A worker that kills its own process with a file in its hands: `python -m … DSN PORT FILES WHEN`."""

import os
import signal
import sys
from pathlib import Path
from typing import Any

from adapters.clock import SettableClock
from adapters.whatsapp import CloudMedia
from application.conversations.enclosed.fetching import Fetching
from infra.composition import resources, running_system
from infra.settings import Mode, Settings
from tests.conftest import MONDAY
from tests.conversations.whatsapp.cloud import Cloud
from tests.conversations.whatsapp.doomed import DiesAfterwards


class DiesBeforeItIsRecorded(Fetching):
    def _recorded(self, *_: Any) -> Any:
        os.kill(os.getpid(), signal.SIGKILL)


class DiesAfterItIsPut(CloudMedia):
    def put(self, *arguments: Any) -> str:
        found = super().put(*arguments)
        os.kill(os.getpid(), signal.SIGKILL)
        return found


WHEN = {
    "fetched": ("Fetching", DiesBeforeItIsRecorded),
    "put": ("CloudMedia", DiesAfterItIsPut),
    "sent": ("CloudApi", DiesAfterwards),
}


def main(dsn: str, port: str, files: str, when: str) -> None:
    name, dies = WHEN[when]
    vars(resources)[name] = dies
    settings = Cloud(port=int(port)).settings(Settings(mode=Mode.TEST, files_dir=Path(files)))
    with running_system(settings, dsn, clock=SettableClock(MONDAY, stands=True)) as system:
        system.settle()


if __name__ == "__main__":
    main(*sys.argv[1:])
