"""Sends what is due, in a process of its own: `python -m … DSN PORT SECONDS`. It says when it has nothing more to do."""

import sys
from datetime import timedelta

from adapters.clock import SettableClock
from infra.composition import running_system
from infra.settings import Mode, Settings
from tests.conftest import MONDAY
from tests.outgoing.somebody import HERE


def main(dsn: str, port: str, seconds: str) -> None:
    settings = Settings(
        mode=Mode.TEST,
        outgoing_ports=(int(port),),
        outgoing_plain_http=True,
        outgoing_networks=(f"{HERE}/32",),
        webhook_seconds=float(seconds),
    )
    with running_system(settings, dsn, clock=SettableClock(MONDAY + timedelta(hours=1))) as system:
        while system.sender.run_due():
            pass
    print("done", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
