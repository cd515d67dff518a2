"""What understands calls, with parts of a test's own."""

from datetime import timedelta
from typing import Any

from adapters.jobs import Worker
from application.inbound.providers import by_name
from application.inbound.receipts import Keeping
from application.inbound.understanding import Carry, understanding
from application.ports import Clock
from infra.composition import System


def worker(
    system: System, clock: Clock, keeping: Keeping, carry: Carry, *, lease: timedelta, **more: Any
) -> Worker:
    handlers = understanding(keeping, by_name(system.providers), carry)
    return Worker(system.database, clock, system.dispatch, [], handlers, lease=lease, **more)
