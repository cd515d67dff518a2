"""The one way state changes: look at the past, decide, append; decide again on conflict."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol, TypeVar

from domain.aggregate import Aggregate
from domain.messages import Command, Event

S = TypeVar("S")
C = TypeVar("C", bound=Command)

Changes = Mapping[str, Sequence[Event]]
"""What a decision changes: the new events of each stream, appended together or not at all."""


class Past(Protocol):
    """What a use case may know. Whatever it looked at is still so when its events are recorded:
    every stream read is appended, or at least checked, at the version that was read.
    """

    @property
    def now(self) -> datetime:
        """The instant of the decision, aware and in UTC."""

    def of(self, aggregate: Aggregate[S, Any], identity: str) -> S:
        """Give the state of an aggregate; its initial state when it never happened."""


UseCase = Callable[[C, Past], Changes]
"""Collects the facts a decision needs and lets the domain decide. Pure: runs again on conflict."""
