"""Carries consumers of the log on: read models and processes alike.

One step is one transaction: lock the checkpoints, let every consumer do its part, move the
checkpoints. Whatever happens in between, nothing is done twice or left out.
"""

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Protocol

import structlog
from psycopg import Connection, Error, OperationalError

from adapters import checkpoints
from adapters.bell import Bell
from adapters.delivery import Careful, Consumer, Unreadable, deliver, is_poison, standing_at
from adapters.event_store.reader import Reader
from adapters.personal_data import UnknownMasterKeyError
from adapters.postgres import Database, DatabaseUnavailableError
from adapters.read_models.fold import described
from application.ports import Recorded

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
        """Give what follows a position, in order and without a hole."""


class HoleInTheLogError(Exception):
    """Events are missing between a checkpoint and what was read after it."""


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
            cohorts = self._cohorts(connection)
            done = sum(self._carry_on(connection, *cohort) for cohort in cohorts.items())
        if done:
            self._advanced.ring()
        return done

    # --- What -----------------------------------------------------------------------------

    def _cohorts(self, connection: Connection[Any]) -> Mapping[int, list[Consumer]]:
        now = time.monotonic()
        cohorts: dict[int, list[Consumer]] = defaultdict(list)
        mine = [name for name in self._consumers if self._mine(name)]
        for name, place in checkpoints.places(connection, mine).items():
            consumer = self._consumers[name]
            if self._resting.get(name, now) <= now and consumer.accepts(connection, place.shape):
                cohorts[place.position].append(consumer)
        return cohorts

    def _carry_on(
        self, connection: Connection[Any], after: int, consumers: Sequence[Consumer]
    ) -> int:
        try:
            events = self._read(connection, after)
        except UnreadableEventError as problem:
            return self._pass_over(connection, consumers, problem)
        if not events:
            return 0
        try:
            return self._deliver(connection, after, consumers, events)
        except OperationalError as error:
            if not is_poison(error):
                raise
        except Exception as error:  # noqa: BLE001 - one of them has failed: each is tried alone
            log.warning("a batch has failed", after=after, error=described(error))
        return max(self._alone(connection, after, consumer, events) for consumer in consumers)

    def _alone(
        self,
        connection: Connection[Any],
        after: int,
        consumer: Consumer,
        events: Sequence[Recorded],
    ) -> int:
        """Deliver to one consumer, with care. If it fails altogether, it holds up nobody else."""
        try:
            return self._deliver(connection, after, [Careful(consumer)], events)
        except OperationalError:
            raise
        except Exception:
            log.exception("a consumer has failed", consumer=consumer.name, after=after)
            self._resting[consumer.name] = time.monotonic() + REST
            return 0

    def _pass_over(
        self,
        connection: Connection[Any],
        consumers: Sequence[Consumer],
        problem: "UnreadableEventError",
    ) -> int:
        log.error("an event cannot be read", position=problem.position, error=problem.error)
        waiting = [
            Unreadable(consumer, frozenset(self._reader.names(consumer.types)), problem.error)
            for consumer in consumers
        ]
        past = self._reader.unread(connection, problem.position)
        return self._deliver(connection, problem.position - 1, waiting, [past])

    def _deliver(
        self,
        connection: Connection[Any],
        after: int,
        consumers: Sequence[Consumer],
        events: Sequence[Recorded],
    ) -> int:
        with connection.transaction():
            here = standing_at(connection, after, consumers)
            if not here:
                return 0
            troubled = deliver(connection, here, events)
        if self._moved is not None:
            position = events[-1].position
            self._moved({each.name: position for each in here if each.name not in troubled})
        return len(events)

    def _read(self, connection: Connection[Any], after: int) -> Sequence[Recorded]:
        """Read a page, or what comes before an event in it that cannot be read."""
        limit = self._batch
        while True:
            try:
                events = self._source.log(connection, after, limit=limit)
            except (Error, UnknownMasterKeyError):
                raise
            except Exception as error:
                if limit == 1:
                    raise UnreadableEventError(after + 1, described(error)) from error
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


def _refuse_holes(after: int, events: Sequence[Recorded]) -> None:
    if events and events[-1].position - after != len(events):
        raise HoleInTheLogError(after)
