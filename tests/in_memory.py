"""The past of one tenant in a dictionary: all that use cases need, since they are pure."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from application.transact import UseCase
from domain.aggregate import Aggregate
from domain.messages import Command, Event

S = TypeVar("S")


class InMemory:
    """Carries out commands one after the other. A test moves `now` as it likes.

    `seen` are the streams that the last use case looked at, in that order.
    """

    def __init__(self, use_cases: Mapping[type[Command], UseCase[Any]], now: datetime) -> None:
        self.now = now
        self.streams: dict[str, list[Event]] = {}
        self._use_cases = use_cases
        self._states: dict[str, tuple[Any, int]] = {}
        self.seen: list[str] = []

    def of(self, aggregate: Aggregate[S, Any], identity: str) -> S:
        """Return the state of an aggregate, folded from where it was folded last."""
        assert identity.startswith(f"{aggregate.kind}-"), f"{identity} is no {aggregate.kind}"
        self.seen.append(identity)
        state, known = self._states.get(identity, (aggregate.initial, 0))
        history = self.streams.get(identity, [])
        for event in history[known:]:
            state = aggregate.evolve(state, event)
        self._states[identity] = (state, len(history))
        found: S = state
        return found

    def foresee(self, aggregate: Aggregate[Any, Any], identities: Iterable[str]) -> None:
        """Have everything at hand."""

    def run(self, command: Command) -> list[Any]:
        """Carry out a command; return the events, over all streams in the order of recording.

        They are Any, since a test knows which event it asks for which field.
        """
        self.seen.clear()
        changes = self._use_cases[type(command)](command, self)
        unread = [
            stream for stream, events in changes.items() if events and stream not in self.seen
        ]
        assert not unread, f"written without being read, so at no known version: {unread}"
        for stream, events in changes.items():
            self.record(stream, *events)
        return [event for events in changes.values() for event in events]

    def record(self, stream: str, *events: Event) -> None:
        """Let something have happened."""
        self.streams.setdefault(stream, []).extend(events)
