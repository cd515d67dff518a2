"""Builds a read model anew beside the live one, from the whole log, while that one is asked.

    next.bookings ─ begin ─► loading ─► indexes ─► what was appended meanwhile

Killed at any point, the next one goes on from there.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import structlog
from psycopg import Connection, OperationalError

from adapters.consumers import checkpoints
from adapters.consumers.delivery import Careful, Consumer, deliver, waiting_for_key
from adapters.consumers.runner import Runner, parts
from adapters.errors import without_data
from adapters.event_store.erased import noted, refuse_erased
from adapters.event_store.reader import Reader, head
from adapters.postgres import WORKER, Database, DatabaseUnavailableError, Session
from adapters.read_models.as_of import hearer
from adapters.read_models.bulk import Bulk, Limits, MovedMeanwhileError
from adapters.read_models.consumer import ReadModelConsumer, consumer_name
from adapters.read_models.tables import NEXT
from adapters.wakeups.bell import Bell
from application.ports import NotReadableHere
from projections.read_model import ReadModel

LIMITS: Final = Limits()
LOADING: Final = "loading:"
"""Begins the shape of a table that has no indexes yet."""

log = structlog.get_logger()


class RebuildUnderWay(Exception):
    """Somebody else is rebuilding or switching this read model right now."""


class RebuildStopped(Exception):
    """It was told to stop. The next one goes on from where it came."""


class RebuildFailed(Exception):
    """The table cannot be written; the log of the program says why."""


class Progress(NamedTuple):
    """How far a rebuild has come: positions of the log, how many a second, seconds remaining."""

    done: int
    total: int
    per_second: float
    remaining: float


class Rebuilt(NamedTuple):
    """What came of a rebuild: up to where it has read, how much of that just now and in how many
    seconds, and how many keys are set aside.
    """

    position: int
    events: int
    seconds: float
    parked: int


Tell = Callable[[Progress], None]
Stopped = Callable[[], bool]


@dataclass(frozen=True, kw_only=True)
class Rebuilder:
    """Rebuilds read models."""

    database: Database
    reader: Reader
    limits: Limits = LIMITS

    def rebuild(
        self,
        model: ReadModel,
        *,
        anew: bool = False,
        tell: Tell = lambda _: None,
        stopped: Stopped = lambda: False,
    ) -> Rebuilt:
        """Build the next table up to the end of the log. What was begun is gone on with, if it is
        of this declaration and not to be made `anew`.

        Raises RebuildUnderWay, RebuildStopped, RebuildFailed, NotReadableHere.
        """
        with self.alone(model) as connection:
            return _Building(self, model, connection, tell, stopped).run(anew=anew)

    def discard(self, model: ReadModel, schema: str = NEXT) -> None:
        """Throw away what was built, or what was there before. Raises RebuildUnderWay."""
        with self.alone(model) as connection, connection.transaction():
            ReadModelConsumer(model, schema).table.drop(connection)
            checkpoints.forget(connection, consumer_name(model.name, schema))

    def catch_up(self, consumer: ReadModelConsumer) -> None:
        """Carry a table on as the live runner does, until the log gives no full page any more."""
        runner = self.runner(consumer)
        while runner.step() >= self.limits.page:
            pass

    def bring_to(
        self, connection: Connection[Any], consumer: ReadModelConsumer, position: int
    ) -> int:
        """Carry a table on to a position, inside the caller's transaction; return where it stands.
        What needs a master key that is not known here is set aside, as by the live runner.

        Raises ErasedMeanwhileError, NotReadableHere.
        """
        since = noted(connection)
        at = checkpoints.lock(connection, [consumer.name])[consumer.name].position
        for page in self.reader.follow(connection, at, to=position):
            readable = [past for past in page if past.needs is None]
            self.reader.heard(connection, readable, hearer(consumer.model))
            for part in parts(page, {}):
                deliver(connection, [self._careful(consumer, part[0].needs)], part)
        refuse_erased(connection, since, at, position)
        return max(at, position)

    def _careful(self, consumer: ReadModelConsumer, needs: str | None) -> Consumer:
        if needs is None:
            return Careful(consumer)
        return waiting_for_key(consumer, self.reader.names(consumer.types), needs)

    def runner(self, consumer: ReadModelConsumer) -> Runner:
        """Return a runner for one table, that wakes nobody."""
        nobody = Bell()
        return Runner(
            self.database,
            self.reader,
            [consumer],
            appended=nobody,
            advanced=nobody,
            batch=self.limits.page,
        )

    def connect(self, name: str) -> Session:
        """Open a connection for work on whole tables, that may take long."""
        return self.database.connect(WORKER, name, self.database.limits.long)

    @contextmanager
    def alone(self, model: ReadModel) -> Iterator[Connection[Any]]:
        """Lend a connection while nobody else builds or switches this read model, in any process.

        Raises RebuildUnderWay.
        """
        statement = "SELECT pg_try_advisory_lock(hashtextextended(%s, 0))"
        with self.connect("frontdesk rebuild") as connection:
            row = connection.execute(statement, (f"rebuild/{model.name}",)).fetchone()
            if row != (True,):
                raise RebuildUnderWay(model.name)
            try:
                yield connection
            finally:  # PostgreSQL may take a while to notice that a connection was closed
                if not connection.closed:
                    connection.execute("SELECT pg_advisory_unlock_all()")


class _Building:
    """One run of a rebuild."""

    def __init__(
        self,
        rebuilder: Rebuilder,
        model: ReadModel,
        connection: Connection[Any],
        tell: Tell,
        stopped: Stopped,
    ) -> None:
        self._by = rebuilder
        self._connection = connection
        self._tell = tell
        self._stopped = stopped
        self._consumer = ReadModelConsumer(model, NEXT)
        self._name = self._consumer.name
        self._table = self._consumer.table
        self._start = 0
        self._began = time.monotonic()

    def run(self, *, anew: bool) -> Rebuilt:
        """Begin or go on, load, make the indexes, and load what was appended meanwhile."""
        if anew or self._shape().removeprefix(LOADING) != self._table.shape:
            self._begin()
        self._start = self._written()
        self._load()
        if self._shape().startswith(LOADING):
            self._index()
            self._load()
        parked = checkpoints.parked(self._connection, [self._name]).get(self._name, set())
        written = self._written()
        return Rebuilt(written, written - self._start, time.monotonic() - self._began, len(parked))

    def _shape(self) -> str:
        place = checkpoints.places(self._connection, [self._name]).get(self._name)
        return place.shape or "" if place else ""

    def _written(self) -> int:
        return checkpoints.read(self._connection, [self._name])[self._name]

    def _begin(self) -> None:
        with self._connection.transaction():
            checkpoints.forget(self._connection, self._name)
            self._table.create(self._connection)
            checkpoints.begin(self._connection, self._name, shape=LOADING + self._table.shape)

    def _index(self) -> None:
        with self._connection.transaction():
            self._table.create_indexes(self._connection)
            checkpoints.reshape(self._connection, self._name, self._table.shape)
        self._table.analyze(self._connection)

    def _load(self) -> None:
        """Load what there is, and what others append meanwhile as long as it is more than a page:
        to run after less than that might never end. Whoever carries the table on takes the rest.
        """
        with Bulk(self._by.database, self._by.reader, self._consumer, self._by.limits) as bulk:
            end = head(self._connection)
            while self._written() < end:
                self._load_to(bulk, end)
                if (newest := head(self._connection)) - end > self._by.limits.page:
                    end = newest

    def _load_to(self, bulk: Bulk, end: int) -> None:
        try:
            bulk.load(end, lambda position: self._goes_on(position, end))
        except (DatabaseUnavailableError, OperationalError):
            raise
        except MovedMeanwhileError:
            raise RebuildUnderWay(self._consumer.model.name) from None
        except Exception as error:  # noqa: BLE001 - poison, which is the runner's trade
            log.warning("a rebuild goes on with care", error=without_data(error))
            self._load_with_care(bulk.reached)
        if self._stopped():
            raise RebuildStopped(self._consumer.model.name)

    def _goes_on(self, position: int, end: int) -> bool:
        per_second = (position - self._start) / max(time.monotonic() - self._began, 1e-6)
        remaining = (end - position) / max(per_second, 1e-6)
        self._tell(Progress(position, end, per_second, remaining))
        return not self._stopped()

    def _load_with_care(self, end: int) -> None:
        """Do as the live runner does, up to where something was poisonous."""
        runner = self._by.runner(self._consumer)
        while self._written() < end:
            if not runner.step():
                raise self._stopped_at_what_is_unread() or RebuildFailed(self._consumer.model.name)

    def _stopped_at_what_is_unread(self) -> NotReadableHere | None:
        place = checkpoints.places(self._connection, [self._name])[self._name]
        return self._by.reader.lacking(place.waits_for) if place.waits_for else None
