"""Carries consumers of the log on: read models and processes alike.

One step is one transaction: lock the checkpoints, let every consumer do its part, move the
checkpoints. Whatever happens in between, nothing is done twice or left out.
"""

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final, NamedTuple, Protocol

import structlog
from psycopg import Connection, Error, OperationalError

from adapters.consumers import checkpoints
from adapters.consumers.checkpoints import Place
from adapters.consumers.delivery import (
    Careful,
    Consumer,
    Unreadable,
    deliver,
    is_poison,
    standing_at,
    waiting_for_key,
)
from adapters.errors import without_data
from adapters.event_store.erased import ErasedMeanwhileError, noted, refuse_erased
from adapters.event_store.reader import Reader, head
from adapters.event_store.unread import Hearer
from adapters.postgres import Database, DatabaseUnavailableError
from adapters.read_models.consumer import table_of, version_of
from adapters.read_models.parked import retry
from adapters.wakeups.bell import Bell
from application.operations.parked import NotParked
from application.ports import NotReadableHere, Recorded

BATCH: Final = 5_000
IDLE: Final = 0.5
"""Seconds after which it looks without being woken: wake-ups are only hints."""

RHYTHM: Final = 0.01
"""Seconds from one step to the next at least: an event that comes alone is handled at once, and of
many that follow each other several at a time."""

REST: Final = 5.0
"""Seconds after which a consumer that failed altogether is tried again."""

Moved = Callable[[Mapping[str, int]], None]
"""Is told how far the consumers have come of which nothing is set aside."""

log = structlog.get_logger()


class Source(Protocol):
    """Where events come from: the log itself, or what was published of it."""

    def log(self, connection: Connection[Any], after: int, *, limit: int) -> Sequence[Recorded]:
        """Return what follows a position, in order and without a hole."""


class HoleInTheLogError(Exception):
    """Events are missing between a checkpoint and what was read after it."""


class Batch(NamedTuple):
    """What is handled together: events, the position after which they come, over which connection,
    and the last erasure that whoever read them knows of.
    """

    connection: Connection[Any]
    after: int
    events: Sequence[Recorded]
    since: int

    def parts(self, stops: Mapping[str, object]) -> Iterator["Batch"]:
        """Cut it so that what needs a master key, or may stop somebody, stands alone."""
        after = self.after
        for events in parts(self.events, stops):
            yield self._replace(after=after, events=events)
            after += len(events)


class Runner:
    """Carries consumers on, in this thread or another: of those it knows, which are `mine`."""

    def __init__(
        self,
        database: Database,
        reader: Reader,
        consumers: Sequence[Consumer],
        *,
        appended: Bell,
        advanced: Bell,
        moved: Moved | None = None,
        batch: int = BATCH,
        source: Source | None = None,
        mine: Callable[[str], bool] = lambda _: True,
    ) -> None:
        self._database = database
        self._reader = reader
        self._consumers = {consumer.name: consumer for consumer in consumers}
        self._appended = appended
        self._advanced = advanced
        self._moved = moved
        self._batch = batch
        self._source = source or reader
        self._mine = mine
        self._paused = threading.Event()
        self._resting: dict[str, float] = {}
        self._next_unlock = 0.0

    # --- When -----------------------------------------------------------------------------

    def pause(self) -> None:
        """Stop carrying on, until `resume`."""
        self._paused.set()

    def resume(self) -> None:
        """Carry on again."""
        self._paused.clear()
        self._appended.ring()

    def run(self, stop: threading.Event) -> None:
        """Carry on until told to stop. Whatever is in the way is said, and waited for."""
        while not stop.is_set():
            heard = self._appended.rings
            next_step = time.monotonic() + RHYTHM
            try:
                done = 0 if self._paused.is_set() else self.step()
            except (DatabaseUnavailableError, OperationalError) as error:
                log.warning("the log cannot be reached", error=str(error))
                stop.wait(IDLE)
            except Exception:
                log.exception("the log cannot be carried on")
                stop.wait(REST)
            else:
                if not done:
                    self._appended.wait(heard, IDLE)
                stop.wait(max(0.0, next_step - time.monotonic()))

    def catch_up(self) -> None:
        """Carry on until there is nothing left."""
        while self.step():
            pass

    def step(self) -> int:
        """Do one batch per cohort: consumers that stand at one position go on together, and one
        that lags behind does not hold the others up. Gives the number of events handled.
        """
        with self._database.as_worker() as connection:
            self._unlock(connection)
            cohorts = self._cohorts(connection)
            done = sum(self._carry_on(connection, *cohort) for cohort in cohorts.items())
        if done:
            self._advanced.ring()
        return done

    def _unlock(self, connection: Connection[Any]) -> None:
        """Now and then, try again what others set aside for want of a master key that we have."""
        if time.monotonic() < self._next_unlock:
            return
        self._next_unlock = time.monotonic() + REST
        mine = [name for name in self._consumers if self._mine(name)]
        for name, *key in checkpoints.locked(connection, mine, self._reader.master_keys):
            with suppress(NotParked, NotReadableHere):
                retry(connection, self._reader, self._consumers[name], *key)

    # --- What -----------------------------------------------------------------------------

    def _cohorts(self, connection: Connection[Any]) -> Mapping[int, list[Consumer]]:
        now = time.monotonic()
        cohorts: dict[int, list[Consumer]] = defaultdict(list)
        for name, place in checkpoints.places(connection, list(self._consumers)).items():
            consumer = self._consumers[name]
            if self._resting.get(name, now) <= now and self._is_for_us(connection, consumer, place):
                cohorts[place.position].append(consumer)
        return cohorts

    def _is_for_us(self, connection: Connection[Any], consumer: Consumer, place: Place) -> bool:
        """Whether we carry a consumer on: it is ours, or whoever has it cannot read what we can."""
        mine = self._mine(consumer.name)
        if not consumer.accepts(connection, place.shape):
            if mine and head(connection) > place.position:
                self._leave_table(connection, consumer.name, place)
            return False
        wanted = place.waits_for is not None and (
            place.waits_for == place.shape or self._reader.knows(place.waits_for)
        )
        if mine and wanted:
            checkpoints.take_back(connection, consumer.name)
        return mine or wanted

    def _leave_table(self, connection: Connection[Any], name: str, place: Place) -> None:
        """Leave a table of another release to whoever can carry it on."""
        self._reader.notes.met(table_of(name, version_of(place.shape)))
        self._resting[name] = time.monotonic() + REST
        checkpoints.hand_over(connection, name, place.position, str(place.shape))

    def _carry_on(
        self, connection: Connection[Any], after: int, consumers: Sequence[Consumer]
    ) -> int:
        while True:
            since = noted(connection)
            try:
                return self._go_on(connection, after, consumers, since)
            except ErasedMeanwhileError:
                log.info("a batch is read again, for something of it was erased", after=after)

    def _go_on(
        self, connection: Connection[Any], after: int, consumers: Sequence[Consumer], since: int
    ) -> int:
        try:
            batch = Batch(connection, after, self._read(connection, after), since)
        except UnreadableEventError as problem:
            return self._pass_over(connection, consumers, problem, since)
        if not batch.events:
            return 0
        if all(past.event is not None for past in batch.events):
            return self._handled(batch, consumers)
        return self._in_parts(batch, consumers)

    def _in_parts(self, batch: Batch, consumers: Sequence[Consumer]) -> int:
        """Go on as far as each can: before what may concern them and cannot be read, they stop."""
        stops = self._reader.stops(batch.connection, batch.events, hearers(consumers))
        done = 0
        for part in batch.parts(stops):
            first = part.events[0]
            consumers = self._going_on(part, consumers, stops.get(first.type, ()))
            handle = self._set_aside if first.needs else self._handled
            if not consumers or not handle(part, consumers):
                break
            done += len(part.events)
        return done

    def _going_on(
        self, batch: Batch, consumers: Sequence[Consumer], stopping: Container[str]
    ) -> Sequence[Consumer]:
        """Return those who may go on. The others step back: somebody who can read it takes over."""
        first = batch.events[0]
        for consumer in consumers:
            if consumer.name in stopping:
                self._reader.notes.met(first.type)
                self._resting[consumer.name] = time.monotonic() + REST
                checkpoints.hand_over(batch.connection, consumer.name, batch.after, first.type)
        return [each for each in consumers if each.name not in stopping]

    def _set_aside(self, batch: Batch, consumers: Sequence[Consumer]) -> int:
        """Set the stream of an event aside for want of a master key: all others flow."""
        needs = batch.events[0].needs
        self._reader.notes.met(str(needs))
        names = self._reader.names
        return self._deliver(
            batch, [waiting_for_key(each, names(each.types), needs) for each in consumers]
        )

    def _handled(self, batch: Batch, consumers: Sequence[Consumer]) -> int:
        try:
            return self._deliver(batch, consumers)
        except ErasedMeanwhileError:
            raise
        except OperationalError as error:
            if not is_poison(error):
                raise
        except Exception as error:  # noqa: BLE001 - one of them has failed: each is tried alone
            log.warning("a batch has failed", after=batch.after, error=without_data(error))
        return max(self._alone(batch, consumer) for consumer in consumers)

    def _alone(self, batch: Batch, consumer: Consumer) -> int:
        """Deliver to one consumer, with care. If it fails altogether, it holds up nobody else."""
        try:
            return self._deliver(batch, [Careful(consumer)])
        except (OperationalError, ErasedMeanwhileError):
            raise
        except Exception:
            log.exception("a consumer has failed", consumer=consumer.name, after=batch.after)
            self._resting[consumer.name] = time.monotonic() + REST
            return 0

    def _pass_over(
        self,
        connection: Connection[Any],
        consumers: Sequence[Consumer],
        problem: "UnreadableEventError",
        since: int,
    ) -> int:
        log.error("an event cannot be read", position=problem.position, error=problem.error)
        past = self._reader.unread(connection, problem.position)
        batch = Batch(connection, problem.position - 1, [past], since)
        return self._deliver(batch, self._waiting(consumers, problem.error))

    def _waiting(self, consumers: Sequence[Consumer], error: str) -> list[Consumer]:
        return [
            Unreadable(each, frozenset(self._reader.names(each.types)), error) for each in consumers
        ]

    def _deliver(self, batch: Batch, consumers: Sequence[Consumer]) -> int:
        position = batch.events[-1].position
        with batch.connection.transaction():
            here = standing_at(batch.connection, batch.after, consumers)
            if not here:
                return 0
            troubled = deliver(batch.connection, here, batch.events)
            refuse_erased(batch.connection, batch.since, batch.after, position)
        if self._moved is not None:
            self._moved({each.name: position for each in here if each.name not in troubled})
        return len(batch.events)

    def _read(self, connection: Connection[Any], after: int) -> Sequence[Recorded]:
        """Read a batch, or what comes before an event in it that cannot be read."""
        limit = self._batch
        while True:
            try:
                events = self._source.log(connection, after, limit=limit)
            except Error:
                raise
            except Exception as error:
                if limit == 1:
                    raise UnreadableEventError(after + 1, without_data(error)) from error
                limit //= 2
            else:
                _refuse_holes(after, events)
                return events


class UnreadableEventError(Exception):
    """An event is not what its type says, or was altered."""

    def __init__(self, position: int, error: str) -> None:
        super().__init__(position, error)
        self.position = position
        self.error = error


def hearers(consumers: Sequence[Consumer]) -> list[Hearer]:
    """Return who waits for what."""
    return [Hearer(each.name, each.types) for each in consumers]


def parts(events: Sequence[Recorded], stops: Mapping[str, object]) -> Iterator[Sequence[Recorded]]:
    """Cut events so that what needs a master key, or may stop somebody, stands alone."""
    begin = 0
    for n, past in enumerate(events):
        if past.event is None and (past.needs is not None or stops.get(past.type)):
            yield from ([events[begin:n]] if begin < n else [])
            yield [past]
            begin = n + 1
    if begin < len(events):
        yield events[begin:]


def _refuse_holes(after: int, events: Sequence[Recorded]) -> None:
    if events and events[-1].position - after != len(events):
        raise HoleInTheLogError(after)
