"""Carries operations on: some steps, for as long as a turn lasts, then the next turn is another's."""

import time
from collections.abc import Callable, Mapping
from typing import Final

from application.operations.jobs import Handled, Handlers, Job, Skipped, Unfinished
from application.operations.long_operations import (
    Operation,
    OperationState,
    Progress,
    Work,
)
from application.ports import NotReadableHere
from application.processes.effects.operations import CarryOn
from application.refusals import NotNow
from domain.messages import DomainError

TURN: Final = 2.0
"""Seconds for which an operation is carried on before others have their turn."""

OVERTAKEN: Final = Unfinished()
"""Another was quicker, and may have been taken for dead: the next turn looks where it stands."""


class Carrier:
    """Carries operations on, each kind by its own work."""

    def __init__(
        self,
        progress: Progress,
        works: Mapping[str, Work],
        *,
        turn: float = TURN,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._progress = progress
        self._works = works
        self._turn = turn
        self._seconds = seconds

    @property
    def handlers(self) -> Handlers:
        """Return what carries on an operation whose turn it is."""
        return {CarryOn: self.carry_on}

    def carry_on(self, effect: CarryOn, _: Job) -> Handled:
        """Do steps until the turn is over. Raises whatever is to be tried again."""
        until = self._seconds() + self._turn
        operation = self._progress.begin(effect.operation_id)
        while operation is not None:
            if operation.state is OperationState.CANCELLING:
                return self._ended(operation, OperationState.CANCELLED)
            began = self._seconds()
            try:
                step = self._work(operation)(operation, lambda: self._seconds() >= until)
                saved = self._progress.save(operation, step, self._seconds() - began)
            except NotNow:  # another time, or another process, can do it
                raise
            except DomainError as refusal:
                return self._ended(operation, OperationState.FAILED, refusal.code)
            if saved is None:
                return OVERTAKEN
            if saved.state.is_over:
                return None
            if step.pause or self._seconds() >= until:
                return Unfinished(step.pause)
            operation = saved
        return Skipped("it is over")

    def _ended(
        self, operation: Operation, state: OperationState, problem: str | None = None
    ) -> Handled:
        ended = self._progress.end(operation, state, problem)
        return Skipped(problem or state) if ended else OVERTAKEN

    def _work(self, operation: Operation) -> Work:
        """Return what does a step of it. Raises NotReadableHere for a kind of another release."""
        if operation.kind not in self._works:
            raise NotReadableHere(needs="release")
        return self._works[operation.kind]
