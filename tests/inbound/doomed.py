"""A process that kills itself at the worst moment: `python -m … DSN MOMENT`."""

import os
import signal
import sys
from datetime import timedelta
from typing import Any

from adapters.clock import SettableClock
from application.inbound import Received
from application.inbound.providers import by_name
from application.inbound.receipts import Understood
from application.ports import About, Answer
from domain.messages import Command
from domain.values import TenantId
from infra.composition import System, running_system
from infra.settings import Mode, Settings
from tests.conftest import MONDAY
from tests.inbound.callers import call
from tests.inbound.understood import TENANT, body, understanding
from tests.inbound.working import worker

NAMES = ("Ana", "Bob", "Zoé")


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class Doomed:
    """Keeps and understands calls, until its moment has come."""

    def __init__(self, system: System, moment: str) -> None:
        self._system = system
        self._moment = moment
        self._carried = 0

    def keep(self) -> None:
        provider = by_name(self._system.providers)["stripe"]
        arrival = call("stripe")
        sent = type(arrival)(
            method="POST", url=arrival.url, headers=arrival.headers, body=body(*NAMES)
        )
        self._system.calls.keep(TenantId(TENANT), provider, sent)
        self._reached("kept")

    def waiting(self, tenant: str, receipt_id: str) -> Received | None:
        found = self._system.calls.waiting(tenant, receipt_id)
        self._reached("opened")
        return found

    def carry(self, command: Command, about: About) -> Answer:
        answer = self._system.dispatch(command, about)
        self._carried += 1
        if self._carried == 2:
            self._reached("half-way")
        return answer

    def settle(self, received: Received, what: Understood) -> None:
        self._reached("carried out")
        self._system.calls.settle(received, what)
        self._reached("settled")

    def _reached(self, moment: str) -> None:
        if moment == self._moment:
            die()


def main(dsn: str, moment: str) -> None:
    clock = SettableClock(MONDAY, stands=True)
    with running_system(
        Settings(mode=Mode.TEST), dsn, clock=clock, providers=understanding()
    ) as system:
        doomed: Any = Doomed(system, moment)
        doomed.keep()
        worker(system, clock, doomed, doomed.carry, lease=timedelta(seconds=0.5)).run_due()


if __name__ == "__main__":
    main(*sys.argv[1:])
