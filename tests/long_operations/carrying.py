"""Workers that carry operations on, as patient and as quick as a test wants them."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from adapters.jobs import Worker
from adapters.long_operations import OperationProgress
from adapters.long_operations.export_in_steps import export_in_steps
from application.operations.carrying_on import Carrier
from application.operations.long_operations import EXPORT_HISTORY, Operation, Step, Stopping, Work
from application.use_cases import USE_CASES
from infra.composition import System
from infra.composition.long_work import works_of
from projections import READ_MODELS

SMALL = 1_000
"""Bytes of a part: an event or two."""

LEASE = timedelta(seconds=0.5)


def works(system: System) -> Mapping[str, Work]:
    """Return the work of each kind; exports are made in many small parts."""
    found = works_of(
        system.database, system.dispatch, system.erasures, system.rebuilder, READ_MODELS
    )
    return {**found, EXPORT_HISTORY.name: export_in_steps(system.database, SMALL)}


def a_worker(
    system: System,
    replaced: Mapping[str, Work] | None = None,
    *,
    turn: float = 0.0,
    **progress: Any,
) -> Worker:
    """Return a worker that does one step a turn and carries on nothing but operations."""
    kept = OperationProgress(system.database, system.clock, **progress)
    carrier = Carrier(kept, {**works(system), **(replaced or {})}, turn=turn)
    return Worker(
        system.database,
        system.clock,
        system.dispatch,
        list(USE_CASES),
        carrier.handlers,
        lanes=("operations",),
        batch=1,
        lease=LEASE,
    )


def finish(worker: Worker) -> None:
    """Work until nothing is due."""
    while worker.run_due():
        pass


class WorkThatRemembers:
    """Does what another does, and remembers for whom."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self.tenants: list[str] = []

    def __call__(self, operation: Operation, stopping: Stopping) -> Step:
        self.tenants.append(operation.tenant)
        return self._work(operation, stopping)


class WorkThatFails:
    """Fails for a reason that no person can be told."""

    def __call__(self, operation: Operation, _: Stopping) -> Step:
        raise RuntimeError("broken")
