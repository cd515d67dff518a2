"""One function delivers events to consumers, wherever they come from.

It runs inside a transaction that holds the consumers' checkpoints: whatever a consumer does is
committed with its position. What is poisonous is found by halving: its key is set aside, and
everything else flows.
"""

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, Protocol

from psycopg import Connection, DataError, Error, IntegrityError
from psycopg.errors import ProgramLimitExceeded

from adapters.consumers import checkpoints
from adapters.errors import without_data
from adapters.keys import Key
from adapters.read_models.fold import Failure
from application.ports import Recorded
from domain.messages import Event


class Consumer(Protocol):
    """Something that is done with every event, once, in the order of each stream."""

    @property
    def name(self) -> str:
        """Keys its checkpoint; permanent."""

    @property
    def types(self) -> tuple[type[Event], ...]:
        """The events it waits for."""

    def accepts(self, connection: Connection[Any], shape: str | None) -> bool:
        """Whether it can carry on what has this shape."""

    def handle(
        self, connection: Connection[Any], events: Sequence[Recorded], parked: AbstractSet[Key]
    ) -> Sequence[Failure]:
        """Do its part inside the transaction of the caller; name the keys that failed."""

    def keys_of(self, past: Recorded) -> Sequence[Key]:
        """Return what is set aside when this event cannot be handled at all."""


class Shapeless:
    """A consumer that keeps no table of its own, and sets aside streams."""

    def accepts(self, _connection: Connection[Any], _shape: str | None) -> bool:
        """Return True: there is no shape that it could not carry on."""
        return True

    def keys_of(self, past: Recorded) -> list[Key]:
        """Return the stream: its later events wait for the earlier."""
        return [(past.tenant, past.stream)]


def standing_at(
    connection: Connection[Any], position: int, consumers: Iterable[Consumer]
) -> list[Consumer]:
    """Lock these consumers; return those that stand there: others were moved by somebody else."""
    waiting = {consumer.name: consumer for consumer in consumers}
    places = checkpoints.lock(connection, list(waiting))
    return [
        consumer
        for name, consumer in waiting.items()
        if name in places
        and places[name].position == position
        and consumer.accepts(connection, places[name].shape)
    ]


def deliver(
    connection: Connection[Any], consumers: Sequence[Consumer], events: Sequence[Recorded]
) -> set[str]:
    """Let these consumers, locked and standing before the first event, do their part.

    Gives the names of those of which something is set aside.
    """
    names = [consumer.name for consumer in consumers]
    parked = checkpoints.parked(connection, names)
    troubled = set(parked)
    for consumer in consumers:
        failures = consumer.handle(connection, events, parked.get(consumer.name, frozenset()))
        if failures:
            troubled.add(consumer.name)
            checkpoints.park(connection, consumer.name, failures)
    checkpoints.advance(connection, names, events[-1].position)
    return troubled


class Careful:
    """A consumer in whose batch something is poisonous: halves it until that stands alone."""

    def __init__(self, consumer: Consumer) -> None:
        self.consumer = consumer
        self.name = consumer.name
        self.types = consumer.types
        self.accepts = consumer.accepts
        self.keys_of = consumer.keys_of

    def handle(
        self, connection: Connection[Any], events: Sequence[Recorded], parked: AbstractSet[Key]
    ) -> Sequence[Failure]:
        """Do everything that can be done."""
        try:
            with connection.transaction():
                return self.consumer.handle(connection, events, parked)
        except Exception as error:
            if not is_poison(error):
                raise
            if len(events) == 1:
                return self._key_by_key(connection, events[0], parked, error)
        middle = len(events) // 2
        first = self.handle(connection, events[:middle], parked)
        parked = parked | {failure.key for failure in first}
        return [*first, *self.handle(connection, events[middle:], parked)]

    def _key_by_key(
        self,
        connection: Connection[Any],
        past: Recorded,
        parked: AbstractSet[Key],
        error: Exception,
    ) -> list[Failure]:
        """Set aside what fails of the keys of one event; the others shall not miss it."""
        keys = set(self.consumer.keys_of(past))
        if len(keys) == 1:
            return [Failure(key, past.position, without_data(error)) for key in keys]
        failures: list[Failure] = []
        for key in sorted(keys - parked):
            try:
                with connection.transaction():
                    others = parked | (keys - {key})
                    failures += self.consumer.handle(connection, [past], others)
            except Exception as own:
                if not is_poison(own):
                    raise
                failures.append(Failure(key, past.position, without_data(own)))
        return failures


class Unreadable:
    """A consumer before an event that cannot be read: sets its stream aside, if it waits for it."""

    def __init__(self, consumer: Consumer, types: AbstractSet[str], error: str) -> None:
        self.name = consumer.name
        self.types = consumer.types
        self.accepts = consumer.accepts
        self.keys_of = consumer.keys_of
        self._stored_types = types
        self._error = error

    def handle(
        self, _: Connection[Any], events: Sequence[Recorded], parked: AbstractSet[Key]
    ) -> Sequence[Failure]:
        """Set the stream aside."""
        return [
            Failure((past.tenant, past.stream), past.position, self._error, past.needs)
            for past in events
            if past.type in self._stored_types and (past.tenant, past.stream) not in parked
        ]


def waiting_for_key(consumer: Consumer, types: Iterable[str], needs: str | None) -> Unreadable:
    """Return a consumer before an event whose master key is not known here: only its stream waits.
    `types` are the stored names of what it waits for.
    """
    return Unreadable(consumer, frozenset(types), f"it needs the master key {needs}")


def is_poison(error: Exception) -> bool:
    """Whether an error is about the data of an event, rather than about the database."""
    return not isinstance(error, Error) or isinstance(
        error, DataError | IntegrityError | ProgramLimitExceeded
    )
