"""Importing bookings as an operation: some attempts a step, each booked once however often it is tried."""

from datetime import timedelta
from typing import Final, get_args

import msgspec

from application.operations.long_operations import Operation, Step, Stopping, Work
from domain.values import TenantId
from infra.imports.bookings import Attempt, BookingImport, Dispatch, Outcome
from infra.imports.counts import counted, nothing_yet

AT_ONCE: Final = 20
"""Attempts of one step."""


class Given(msgspec.Struct, frozen=True):
    """What an import is to do: attempts, whose dates are by the clocks of a zone and moved by weeks."""

    attempts: list[Attempt]
    time_zone: str
    weeks: int = 0


def bookings_in_steps(dispatch: Dispatch) -> Work:
    """Return what books the next few attempts."""

    def step(operation: Operation, _: Stopping) -> Step:
        given = msgspec.convert(operation.given, Given)
        work = BookingImport(
            dispatch,
            TenantId(operation.tenant),
            timedelta(weeks=given.weeks),
            time_zone=given.time_zone,
            actor=operation.started_by,
            correlation=operation.id,
        )
        if not operation.steps:
            work.open()
        attempts = given.attempts[operation.done : operation.done + AT_ONCE]
        found = [(each.id, *work.outcome(each)) for each in attempts]
        so_far = counted(
            operation.checkpoint or nothing_yet(get_args(Outcome)),
            [outcome for _, outcome, _ in found],
            [{"id": each, "code": code} for each, _, code in found if code is not None],
        )
        done, total = operation.done + len(attempts), len(given.attempts)
        result = so_far if done >= total else None
        return Step(done=done, total=total, checkpoint=so_far, result=result)

    return step
