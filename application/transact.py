"""The one way state changes: look at the past, decide, append; decide again on conflict."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol, TypeVar

from domain.aggregate import Aggregate
from domain.messages import Command, Event

S = TypeVar("S")
T = TypeVar("T")
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
        """Return the state of an aggregate; its initial state when it never happened."""

    def foresee(self, aggregate: Aggregate[Any, Any], identities: Iterable[str]) -> None:
        """Be told what will be looked at: many are sooner read at once than one by one."""


UseCase = Callable[[C, Past], Changes]
"""Collects the facts a decision needs and lets the domain decide. Pure: runs again on conflict."""


class Together(Command, frozen=True):
    """Several commands that are carried out as one: all of them, or none."""

    commands: tuple[Command, ...]


class Since:
    """A past to which something was added that is not recorded yet."""

    def __init__(self, past: Past, added: Changes) -> None:
        self._past = past
        self._added = added

    @property
    def now(self) -> datetime:
        return self._past.now

    def of(self, aggregate: Aggregate[S, Any], identity: str) -> S:
        state = self._past.of(aggregate, identity)
        for event in self._added.get(identity, ()):
            state = aggregate.evolve(state, event)
        return state

    def foresee(self, aggregate: Aggregate[Any, Any], identities: Iterable[str]) -> None:
        self._past.foresee(aggregate, identities)


def together(use_cases: Mapping[type[Command], UseCase[Any]]) -> UseCase[Together]:
    """Return the use case that carries out several, each on the past that those before it left."""

    def carry_out(all_: Together, past: Past) -> Changes:
        return one_by_one(
            all_.commands, past, lambda each, so_far: use_cases[type(each)](each, so_far)
        )

    return carry_out


def one_by_one(orders: Iterable[T], past: Past, carry_out: Callable[[T, Past], Changes]) -> Changes:
    """Return what several change, each carried out on the past that those before it left."""
    changes: dict[str, list[Event]] = {}
    for order in orders:
        add(carry_out(order, Since(past, changes)), changes)
    return changes


def step_by_step(past: Past, *steps: Callable[[Past], Changes]) -> Changes:
    """Return what several steps change, each taken on the past that those before it left."""
    return one_by_one(steps, past, lambda step, here: step(here))


def add(more: Changes, changes: dict[str, list[Event]]) -> None:
    """Let changes come after others."""
    for stream, events in more.items():
        changes.setdefault(stream, []).extend(events)
