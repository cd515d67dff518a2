"""Rebuilding a read model as an operation. Where it stands is written in the table that is being built,
as ever; a kill between the switch and its being saved is told by there being nothing to switch to.
"""

from collections.abc import Sequence
from typing import Any, Final

from adapters.read_models.rebuild import (
    Progress,
    Rebuilder,
    RebuildStopped,
    RebuildUnderWay,
    Rebuilt,
)
from adapters.read_models.switch import NothingToSwitchTo, SwitchBlocked, switch
from application.operations.long_operations import Operation, Step, Stopping, Work
from application.ports import NotReadableHere
from projections.read_model import ReadModel

BUSY: Final = 5.0
"""Seconds after which it is tried again, where others rebuild it or read it for long."""

PATIENCE: Final = 5.0
"""Seconds for which one switch is tried."""


def rebuild_in_steps(rebuilder: Rebuilder, models: Sequence[ReadModel]) -> Work:
    """Return what builds a read model on beside the live one for a turn, and in the end switches. One that
    only another release has is left to that.
    """
    by_name = {model.name: model for model in models}

    def step(operation: Operation, stopping: Stopping) -> Step:
        model = by_name.get(operation.about)
        if model is None:
            raise NotReadableHere(needs="release")
        try:
            if "built" in operation.checkpoint:
                return _switched(rebuilder, model, operation)
            return _built(rebuilder, model, operation, stopping)
        except (RebuildUnderWay, SwitchBlocked):
            return _at(operation, pause=BUSY)

    return step


def _built(
    rebuilder: Rebuilder, model: ReadModel, operation: Operation, stopping: Stopping
) -> Step:
    anew = bool(operation.given.get("anew")) and not operation.steps
    told = [Progress(operation.done, operation.total, 0.0, 0.0)]
    try:
        built = rebuilder.rebuild(model, anew=anew, tell=told.append, stopped=stopping)
    except RebuildStopped:
        return Step(done=told[-1].done, total=told[-1].total)
    return Step(done=built.position, total=built.position, checkpoint={"built": _said(built)})


def _switched(rebuilder: Rebuilder, model: ReadModel, operation: Operation) -> Step:
    result = operation.checkpoint["built"]
    try:
        switched = switch(rebuilder, model, patience=PATIENCE)
    except NothingToSwitchTo:  # it was, and whoever did it was killed before they could say so
        return _at(operation, result=result)
    return _at(operation, result={**result, "position": switched.position})


def _at(operation: Operation, **more: Any) -> Step:
    """Return a step that has not come further."""
    return Step(done=operation.done, total=operation.total, checkpoint=operation.checkpoint, **more)


def _said(built: Rebuilt) -> dict[str, int]:
    return {"position": built.position, "parked": built.parked}
