"""Refusals that speak of HTTP itself, each with its status."""

from collections.abc import Sequence
from typing import ClassVar

from msgspec import UNSET, UnsetType

from domain.faults import Fault
from domain.messages import DomainError


class FaultInRequest(Fault, frozen=True, kw_only=True, rename={"where": "in"}):
    """One place that is not of the declared form: in the body, the query, or a header. `allowed` are
    all that may stand there, or the ends of a range; `example` is one.
    """

    where: str
    allowed: Sequence[str | int] | UnsetType = UNSET
    example: str | UnsetType = UNSET


class Refused(DomainError):
    """What was sent is refused for what it is, not for what it asks."""

    status: ClassVar[int] = 400

    def __init_subclass__(cls, *, status: int) -> None:
        super().__init_subclass__()
        cls.status = status
