"""Workers that carry operations on, as patient and as quick as a test wants them."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from adapters.event_store.glance import Asking
from adapters.event_store.personal_data import MasterKeys
from adapters.jobs import Worker
from adapters.long_operations import OperationProgress, SentRows
from adapters.long_operations.export_in_steps import export_in_steps
from adapters.long_operations.what_if_in_steps import what_if_in_steps
from application.operations.carrying_on import Carrier
from application.operations.long_operations import (
    EXPORT_HISTORY,
    WHAT_IF,
    Operation,
    Step,
    Stopping,
    Work,
)
from application.sales.imports import taking_in
from application.use_cases import USE_CASES
from domain.messages import DomainError
from infra.composition import System
from infra.composition.long_work import works_of
from infra.imports.in_turn import InTurn
from infra.imports.leads_in_steps import Log, leads_in_steps
from projections import READ_MODELS
from tests.forked import talking

SMALL = 1_000
"""Bytes of a part: an event or two."""

DOOMED = "tests.long_operations.doomed"

LEASE = timedelta(seconds=0.5)


def works(system: System) -> Mapping[str, Work]:
    """Return the work of each kind; exports are made in many small parts, and one lead is looked at a step."""
    in_turn = InTurn(taking_in.USE_CASES, system.store, system.database.at_work)
    log = Log(in_turn, Asking(system.store, system.clock), system.settings.pepper.encode())
    sent = SentRows(system.database, MasterKeys(system.settings.master_keys))
    found = works_of(
        system.database,
        system.dispatch,
        system.erasures,
        system.rebuilder,
        READ_MODELS,
        leads_in_steps(log, sent),
    )
    return {
        **found,
        EXPORT_HISTORY.name: export_in_steps(system.database, SMALL),
        WHAT_IF.name: what_if_in_steps(system.database, system.reader, at_once=1),
    }


def a_worker(
    system: System,
    replaced: Mapping[str, Work] | None = None,
    *,
    turn: float = 0.0,
    **progress: Any,
) -> Worker:
    """Return a worker that does one step a turn and carries on nothing but operations."""
    carrier = Carrier(
        progress_of(system, **progress), {**works(system), **(replaced or {})}, turn=turn
    )
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


def progress_of(system: System, **more: Any) -> OperationProgress:
    """Return where a system saves its steps."""
    keys = MasterKeys(system.settings.master_keys)
    return OperationProgress(system.database, keys, system.clock, **more)


def finish(worker: Worker) -> None:
    """Work until nothing is due."""
    while worker.run_due():
        pass


def killed(system: System, kind: str, step: int) -> None:
    """Let another process do a step, and kill it before it can save that."""
    with talking(DOOMED, system.database.dsn, kind, str(step)) as doomed:
        while (line := doomed.stdout.readline()) != "begun\n":
            assert line
        assert a_worker(system).run_due() == 0


class WorkThatRemembers:
    """Does what another does, and remembers for whom."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self.tenants: list[str] = []

    def __call__(self, operation: Operation, stopping: Stopping) -> Step:
        self.tenants.append(operation.tenant)
        return self._work(operation, stopping)


class WorkThatIsOvertaken:
    """Saves its first step as a process would that was taken for dead, and comes back at that moment; and
    then is refused, if it is to be.
    """

    def __init__(
        self, work: Work, progress: OperationProgress, refusal: DomainError | None = None
    ) -> None:
        self._work = work
        self._progress = progress
        self._refusal = refusal

    def __call__(self, operation: Operation, stopping: Stopping) -> Step:
        step = self._work(operation, stopping)
        if not operation.steps:
            assert self._progress.save(operation, step, 0.1)
            if self._refusal:
                raise self._refusal
        return step


class WorkThatWaits:
    """Does what another does, when this has refused it once."""

    def __init__(self, work: Work, refusal: DomainError) -> None:
        self._work = work
        self._refusals = [refusal]

    def __call__(self, operation: Operation, stopping: Stopping) -> Step:
        if self._refusals:
            raise self._refusals.pop()
        return self._work(operation, stopping)


class WorkThatFails:
    """Fails for a reason that no person can be told."""

    def __call__(self, operation: Operation, _: Stopping) -> Step:
        raise RuntimeError("broken")
