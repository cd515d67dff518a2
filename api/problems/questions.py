"""What is wrong with a question, parameter by parameter, in the form of what is wrong with a body: each
names what would be right. All of it is told at once.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final

from msgspec import UNSET

from api.problems.faults import pointer
from api.problems.refusals import QueryInvalid
from api.problems.refused import FaultInRequest

UNKNOWN: Final = "unknown parameter"


def wrong(
    parameter: str,
    reason: str,
    *,
    code: str = "not-of-its-kind",
    allowed: Sequence[str | int] | None = None,
    example: str | None = None,
    unknown: Sequence[str] | None = None,
) -> QueryInvalid:
    """Say what is wrong with a parameter, and what would be right: all of a few, or one of many."""
    fault = FaultInRequest(
        pointer([parameter]),
        code,
        reason,
        where="query",
        allowed=allowed or UNSET,
        example=example or UNSET,
    )
    return QueryInvalid(
        parameter=parameter,
        reason=reason,
        allowed=allowed,
        unknown=unknown,
        example=example,
        errors=[fault],
    )


def unknown(names: Sequence[str], known: Sequence[str]) -> list[QueryInvalid]:
    """Say of each of these that it is no parameter here, and which there are."""
    return [wrong(name, UNKNOWN, code="unknown-parameter", allowed=known) for name in names]


def out_of_range(parameter: str, least: int, most: int) -> QueryInvalid:
    """Say between what a number has to be."""
    reason = f"it has to be from {least} to {most}"
    return wrong(parameter, reason, code="out-of-range", allowed=[least, most])


def too_many(reason: str) -> QueryInvalid:
    """Say that there are too many parameters to look at any."""
    fault = FaultInRequest("#", "too-many", reason, where="query")
    return QueryInvalid(reason=reason, errors=[fault])


def refuse_twice(names: Sequence[str]) -> None:
    """Refuse a parameter that is given twice: which one is meant? `names` are as they came."""
    reason = "a parameter is given twice; separate values by commas"
    twice = sorted({name for name in names if names.count(name) > 1})
    refuse([wrong(name, reason, code="given-twice") for name in twice])


def all_of(*parts: Callable[[], Any]) -> list[Any]:
    """Return what each part of a question is. Raises QueryInvalid, with all that is wrong with any."""
    found, refusals = [], []
    for part in parts:
        try:
            found.append(part())
        except QueryInvalid as refusal:
            refusals.append(refusal)
    refuse(refusals)
    return found


def refuse(refusals: Sequence[QueryInvalid]) -> None:
    """Refuse a question for all of these, if there are any: the first is told besides as a whole."""
    if refusals:
        errors: list[FaultInRequest] = []
        for refusal in refusals:
            errors += [each for each in refusal.errors if each not in errors]
        first = refusals[0]
        raise QueryInvalid(
            parameter=first.parameter,
            reason=first.reason,
            allowed=first.allowed,
            unknown=first.unknown,
            example=first.example,
            errors=errors,
        )
