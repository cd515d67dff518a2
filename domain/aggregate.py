"""An aggregate: what it is called, how it begins, how each event moves it on."""

from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

import msgspec

from domain.messages import Event, StreamErased

State = TypeVar("State")
E = TypeVar("E")


class Aggregate(msgspec.Struct, Generic[State, E], frozen=True, kw_only=True):
    """`kind` begins every id: the booking `booking-0198…` lives in the stream of that name.

    `contended` marks what many callers change at once: within a process they queue up for it. In a stream
    without end an event `carried_by` it says now and then what it has come to: a fold may begin there.
    """

    kind: str
    initial: State
    evolve: Callable[[State, E], State]
    contended: bool = False
    carried_by: type[Event] | None = None

    def fold(self, history: Iterable[E], start: State | None = None) -> State:
        """Return the state after `history`, beginning at `start` or at nothing.

        That its stream was erased moves none: what was there reads as erased already.
        """
        state = self.initial if start is None else start
        evolve = self.evolve
        for event in history:
            if type(event) is not StreamErased:
                state = evolve(state, event)
        return state
