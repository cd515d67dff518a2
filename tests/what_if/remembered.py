"""A business in memory that remembers what happened in order, as the log does."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, TypeVar

import msgspec

from application.ports import Recorded
from application.transact import UseCase
from application.what_if.hindsight import Moment
from application.what_if.looking import Counted, look, looked_for
from application.what_if.policies import Policy
from domain.aggregate import Aggregate
from domain.catalogue import EVENTS
from domain.messages import Command, Event
from tests.in_memory import InMemory

S = TypeVar("S")

NAMES = {event: name for name, event in EVENTS.items()}


class Remembered(InMemory):
    """Carries out commands one after the other, and keeps a log of what they record."""

    def __init__(self, use_cases: Mapping[type[Command], UseCase[Any]], now: datetime) -> None:
        super().__init__(use_cases, now)
        self.log: list[Recorded] = []
        self.actor = "user-of-the-business"
        self._commands = 0

    def run(self, command: Command) -> list[Any]:
        self._commands += 1
        return super().run(command)

    def record(self, stream: str, *events: Event) -> None:
        about = {"command": self._commands, "actor": self.actor}
        for event in events:
            super().record(stream, event)
            self.log.append(
                Recorded(
                    position=len(self.log) + 1,
                    tenant="",
                    tenant_position=len(self.log) + 1,
                    stream=stream,
                    version=len(self.streams[stream]),
                    type=NAMES[type(event)],
                    event=event,
                    recorded_at=self.now,
                    metadata_json=msgspec.json.encode(about).decode(),
                )
            )


class Hindsight:
    """The same as it was."""

    def __init__(self, log: Sequence[Recorded]) -> None:
        self._streams: dict[str, list[Recorded]] = defaultdict(list)
        for past in log:
            self._streams[past.stream].append(past)

    def before(self, position: int, now: datetime) -> "Before":
        return Before(self, position, now)

    def first(self, stream: str) -> Recorded | None:
        return next(iter(self._streams[stream]), None)

    @contextmanager
    def stream(self, stream: str) -> Iterator[Iterable[Recorded]]:
        yield iter(self._streams[stream])

    def moments(self, stream: str, kind: type[Event]) -> Sequence[Moment]:
        found = (past for past in self._streams[stream] if isinstance(past.event, kind))
        return [Moment(past.position, past.recorded_at, past.type) for past in found]

    def events(self, stream: str, position: int) -> list[Any]:
        return [past.event for past in self._streams[stream] if past.position < position]


class Before:
    """What was known before a position."""

    def __init__(self, hindsight: Hindsight, position: int, now: datetime) -> None:
        self._hindsight = hindsight
        self._position = position
        self.now = now

    def of(self, aggregate: Aggregate[S, Any], identity: str) -> S:
        return aggregate.fold(self._hindsight.events(identity, self._position))

    def foresee(self, aggregate: Aggregate[Any, Any], identities: Iterable[str]) -> None:
        """Read each when it is looked at."""


def replayed(log: Sequence[Recorded], policy: Policy) -> tuple[list[Any], Counted]:
    """Return what is told of all that happened, and what it adds up to."""
    hindsight, counted, told = Hindsight(log), Counted(), []
    for past in log:
        if isinstance(past.event, looked_for(policy)):
            found, counted = look(past, policy, hindsight, counted)
            told += [found] if found is not None else []
    return told, counted
