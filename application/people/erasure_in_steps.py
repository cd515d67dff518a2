"""Forgetting a person as an operation: order by order, then table by table."""

from typing import Any, Final
from uuid import uuid5

import msgspec

from application.operations.jobs import Dispatch
from application.operations.long_operations import Operation, Step, Stopping, Work
from application.people.erasure import AT_ONCE, Erasures, erasing
from application.ports import About
from application.transact import Together
from domain.values import FRONTDESK, ClientId

HELD: Final = 1.0
"""Seconds after which it is tried again, where somebody holds what is to be erased."""


def erasure_in_steps(erasures: Erasures, dispatch: Dispatch) -> Work:
    """Return what does one step: erase what is left, as far as it fits into one order, in the name of
    who wants it; or, when nothing is left, take the person out of what was made of the log.
    """

    def step(operation: Operation, _: Stopping) -> Step:
        tenant, client_id = operation.tenant, ClientId(operation.about)
        left = erasures.left(tenant, client_id)
        if left:
            dispatch(Together(commands=erasing(left)), _about(operation))
            erased = sum(min(len(streams), AT_ONCE) for streams in left.values())
            return _step(operation, erased, sum(map(len, left.values())))
        if not erasures.finish(tenant, client_id):
            return _step(operation, pause=HELD)
        result = msgspec.to_builtins(erasures.of(tenant, client_id))
        return _step(operation, result=result)

    return step


def _step(operation: Operation, erased: int = 0, left: int = 0, **more: Any) -> Step:
    return Step(done=operation.done + erased, total=operation.done + left, **more)


def _about(operation: Operation) -> About:
    """Say who orders it. A step that is done again gives the same order, which then has no effect."""
    return About(
        tenant=operation.tenant,
        actor=operation.started_by,
        command_id=uuid5(FRONTDESK, f"{operation.id}/{operation.steps}"),
        retried=True,
        correlation=operation.id,
    )
