"""Carries consumers of the log on: read models and processes alike.

One step is one transaction: lock the checkpoints, read what comes after them, let every consumer
do its part, move the checkpoints. Whatever happens in between, nothing is done twice or left out.
"""

import threading
from collections import defaultdict
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, Final, Protocol

from psycopg import Connection, DataError

from adapters import checkpoints
from adapters.bell import Bell
from adapters.event_store.reader import Reader
from adapters.postgres import Database, DatabaseUnavailableError
from adapters.read_models.fold import Failure, described
from application.ports import Recorded

BATCH: Final = 5_000
IDLE: Final = 0.5
"""Seconds after which it looks without being woken: wake-ups are only hints."""


class HoleInTheLogError(Exception):
    """Events are missing between a checkpoint and what was read after it."""


class Consumer(Protocol):
    """Something that is done with every event, once, in the order of each stream."""

    @property
    def name(self) -> str:
        """Keys its checkpoint; permanent."""

    def handle(
        self,
        connection: Connection[Any],
        events: Sequence[Recorded],
        parked: AbstractSet[tuple[str, str]],
    ) -> list[Failure]:
        """Do its part inside the transaction of the caller; name the keys that failed."""

    def key_of(self, past: Recorded) -> tuple[str, str]:
        """Give what is set aside when this event cannot be handled at all."""


class Runner:
    """Carries a fixed set of consumers on, in this thread or another."""

    def __init__(
        self,
        database: Database,
        reader: Reader,
        consumers: Sequence[Consumer],
        *,
        appended: Bell,
        advanced: Bell,
        batch: int = BATCH,
    ) -> None:
        self._database = database
        self._reader = reader
        self._consumers = {consumer.name: consumer for consumer in consumers}
        self._appended = appended
        self._advanced = advanced
        self._batch = batch
        self._paused = threading.Event()

    def pause(self) -> None:
        """Stop carrying on, until `resume`."""
        self._paused.set()

    def resume(self) -> None:
        """Carry on again."""
        self._paused.clear()
        self._appended.ring()

    def run(self, stop: threading.Event) -> None:
        """Carry on until told to stop. A database that is away is waited for."""
        while not stop.is_set():
            heard = self._appended.rings
            try:
                done = 0 if self._paused.is_set() else self.step()
            except DatabaseUnavailableError:
                stop.wait(IDLE)
                continue
            if not done:
                self._appended.wait(heard, IDLE)

    def catch_up(self) -> None:
        """Carry on until there is nothing left."""
        while self.step():
            pass

    def step(self) -> int:
        """Do one batch per cohort: consumers that stand at one position go on together, and one
        that lags behind does not hold the others up. Gives the number of events handled.
        """
        with self._database.as_worker() as connection:
            at = checkpoints.read(connection, list(self._consumers))
            done = sum(self._deliver(connection, names) for names in _cohorts(at))
        if done:
            self._advanced.ring()
        return done

    def _deliver(self, connection: Connection[Any], names: Sequence[str]) -> int:
        with connection.transaction():
            # A lost commit is done again from the log, so there is nothing to wait for.
            connection.execute("SET LOCAL synchronous_commit TO off")
            at = checkpoints.lock(connection, names)
            after = min(at.values())
            events = self._reader.log(connection, after, limit=self._batch)
            if not events:
                return 0
            _refuse_holes(after, events)
            parked = checkpoints.parked(connection, names)
            for name in names:
                due = events if at[name] == after else [e for e in events if e.position > at[name]]
                self._handle(connection, self._consumers[name], due, parked.get(name, set()))
            checkpoints.advance(connection, names, events[-1].position)
            return len(events)

    def _handle(
        self,
        connection: Connection[Any],
        consumer: Consumer,
        events: Sequence[Recorded],
        parked: set[tuple[str, str]],
    ) -> None:
        try:
            with connection.transaction():
                failures = consumer.handle(connection, events, parked)
        except (DataError, TypeError, ValueError):
            failures = _one_by_one(connection, consumer, events, parked)
        checkpoints.park(connection, consumer.name, failures)


def _one_by_one(
    connection: Connection[Any],
    consumer: Consumer,
    events: Sequence[Recorded],
    parked: set[tuple[str, str]],
) -> list[Failure]:
    """Find the events that the database does not take, and set only their keys aside."""
    failures: list[Failure] = []
    for past in events:
        try:
            with connection.transaction():
                found = consumer.handle(connection, [past], parked)
        except (DataError, TypeError, ValueError) as error:
            found = [Failure(consumer.key_of(past), past.position, described(error))]
        failures.extend(found)
        parked |= {failure.key for failure in found}
    return failures


def _cohorts(at: Mapping[str, int]) -> list[list[str]]:
    cohorts: dict[int, list[str]] = defaultdict(list)
    for name, position in sorted(at.items()):
        cohorts[position].append(name)
    return list(cohorts.values())


def _refuse_holes(after: int, events: Sequence[Recorded]) -> None:
    if events[-1].position - after != len(events):
        raise HoleInTheLogError(after)
