"""Families of refusals that are not about what is true, but about who asks, how much, and when."""

from domain.messages import DomainError


class Unproven(DomainError):
    """Who they are is not proven, or not any more."""


class TooMuch(DomainError):
    """It is more than can be taken."""


class TooOften(DomainError):
    """It was done often enough for now."""


class NeedsOperator(DomainError):
    """It cannot be done until somebody who looks after the system has acted; nothing was lost."""


class NotNow(DomainError):
    """It cannot be done at this moment; nothing was lost."""
