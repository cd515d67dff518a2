"""Refusals that speak of HTTP itself, each with its status."""

from typing import ClassVar

from domain.messages import DomainError


class Refused(DomainError):
    """What was sent is refused for what it is, not for what it asks."""

    status: ClassVar[int] = 400

    def __init_subclass__(cls, *, status: int) -> None:
        super().__init_subclass__()
        cls.status = status
