"""Importing bookings as an operation: some attempts a step, each booked once however often it is tried."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

import msgspec

from application.operations.long_operations import Operation, Step, Stopping, Work
from domain.values import TenantId
from infra.imports.bookings import Attempt, BookingImport, Dispatch, Outcome

AT_ONCE: Final = 20
"""Attempts of one step."""

TOLD: Final = 100
"""Attempts that were refused of which each is told."""


class Given(msgspec.Struct, frozen=True):
    """What an import is to do: attempts, whose dates are by the clocks of a zone and moved by weeks."""

    attempts: list[Attempt]
    time_zone: str
    weeks: int = 0


class Counted(msgspec.Struct, frozen=True):
    """What came of the attempts so far; `refusals` are the first of those that were refused."""

    booked: int = 0
    refused: int = 0
    already_there: int = 0
    refusals: tuple[dict[str, str], ...] = ()


def bookings_in_steps(dispatch: Dispatch) -> Work:
    """Return what books the next few attempts."""

    def step(operation: Operation, _: Stopping) -> Step:
        given = msgspec.convert(operation.given, Given)
        counted = msgspec.convert(operation.checkpoint, Counted)
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
        counted = _with(counted, [(each.id, *work.outcome(each)) for each in attempts])
        done, total = operation.done + len(attempts), len(given.attempts)
        so_far = msgspec.to_builtins(counted)
        result = so_far if done >= total else None
        return Step(done=done, total=total, checkpoint=so_far, result=result)

    return step


def _with(counted: Counted, found: Sequence[tuple[str, Outcome, str | None]]) -> Counted:
    counts: dict[str, Any] = msgspec.structs.asdict(counted)
    for _, outcome, _ in found:
        counts[outcome] += 1
    refusals = [{"id": each, "code": code} for each, _, code in found if code is not None]
    counts["refusals"] = (*counted.refusals, *refusals)[:TOLD]
    return Counted(**counts)
