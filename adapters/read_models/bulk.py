"""Loads the table of a read model from the whole log, as fast as it goes.

    read ahead (a thread)  ──►  fold in memory  ──►  write (a thread)

Rows are gathered until there are many of them, or many or large events were folded; then they are
written in one transaction with the position, while the next lot is gathered. So memory is bounded,
and whoever is killed goes on from the last lot that was written.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import Any, Final, NamedTuple, Self

from adapters.consumers import checkpoints
from adapters.consumers.delivery import standing_at
from adapters.event_store.erased import noted, refuse_erased
from adapters.event_store.reader import Reader, cut
from adapters.garbage import gc_at_rest
from adapters.keys import Key
from adapters.postgres import WORKER, Database
from adapters.read_models.as_of import hearer
from adapters.read_models.consumer import ReadModelConsumer
from adapters.read_models.fold import Failure, Touches, fold, older, relevant
from adapters.read_models.tables import Rows

# What a fold needs of an event, in the order of `reader.COLUMNS`: not the place within the tenant, and
# metadata only where it is told by whom a row was begun.
_EVENTS: Final = """
    SELECT e.position, e.tenant_id::text, 0 AS tenant_position, e.stream, e.version, e.type,
        e.data::text, e.recorded_at, {} AS metadata, e.personal,
        CASE WHEN e.personal IS NOT NULL THEN (
            SELECT k.wrapped FROM log.keys k WHERE k.tenant_id = e.tenant_id AND k.stream = e.stream
        ) END AS wrapped
    FROM log.events e
    WHERE e.position > %s AND e.position <= %s AND e.type <> ALL(%s) ORDER BY e.position
"""
PAGE: Final = cut(_EVENTS.format("'{}'"), "position")
PAGE_BY_WHOM: Final = cut(_EVENTS.format("e.metadata::text"), "position")


class Limits(NamedTuple):
    """What bounds memory and what a kill may cost: positions of the log read at a time, as far as they
    are one page (`reader.cut`), stretches read before they are needed, and the rows, the positions, and
    the bytes of events after which a lot is written.
    """

    page: int = 10_000
    ahead: int = 3
    rows: int = 25_000
    positions: int = 250_000
    bytes: int = 32_000_000


class MovedMeanwhileError(Exception):
    """Somebody else has carried this table on."""


class Stretch(NamedTuple):
    """What was read at a time, up to a position: what is folded of it, or why that cannot be had."""

    position: int
    bytes: int
    touches: "Future[Touches]"


class _Place:
    """Where the next stretch begins."""

    def __init__(self, after: int) -> None:
        self.after = after


class Lot:
    """Rows as they are to be, and which of them have a row in the table already."""

    def __init__(self, after: int) -> None:
        self.after = after
        self.bytes = 0
        self.rows: Rows = {}
        self.there: set[Key] = set()
        self.failures: list[Failure] = []

    def take(self, found: Rows) -> None:
        """Take over rows that are in the table, or will be."""
        self.rows.update(found)
        self.there.update(found)


class Bulk:
    """One loading of one table, to be used with `with`; `reached` is how far it has read."""

    def __init__(
        self, database: Database, reader: Reader, consumer: ReadModelConsumer, limits: Limits
    ) -> None:
        self._database = database
        self._reader = reader
        self._consumer = consumer
        self._limits = limits
        self._page = PAGE_BY_WHOM if consumer.model.tells_by else PAGE
        self._others = reader.others(consumer.types)
        self._open = ExitStack()
        self._written: Future[None] | None = None
        self._since = 0
        self.reached = 0

    def __enter__(self) -> Self:
        long = self._database.limits.long
        with ExitStack() as opening:
            self._reads, self._looks, self._writes = (
                opening.enter_context(
                    self._database.connect(WORKER, f"frontdesk rebuild {role}", long)
                )
                for role in ("reads", "looks", "writes")
            )
            self._reading, self._writing = (
                opening.enter_context(_one_thread(role)) for role in ("reads", "writes")
            )
            opening.enter_context(gc_at_rest())
            self._open = opening.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def load(self, end: int, goes_on: Callable[[int], bool]) -> None:
        """Load up to `end`, asking after each stretch whether to go on, and write what was loaded.

        Raises ErasedMeanwhileError for a lot of which something was erased since.
        """
        name = self._consumer.name
        self._since = noted(self._looks)
        lot, leaving = Lot(checkpoints.read(self._looks, [name])[name]), Lot(0)
        parked = checkpoints.parked(self._looks, [name]).get(name, set())
        try:
            for position, size, touches in self._stretches(lot.after, end):
                self._gather(lot, leaving, touches.result(), parked)
                lot.bytes += size
                on = goes_on(position) and position < end
                if self._is_full(lot, position) or not on:
                    self._settle()
                    self._written = self._writing.submit(self._write, lot, position)
                    lot, leaving = Lot(position), lot
                if not on:
                    break
        finally:
            self._settle()

    def _settle(self) -> None:
        """Wait for the lot that is being written."""
        written, self._written = self._written, None
        if written is not None:
            written.result()

    def _is_full(self, lot: Lot, position: int) -> bool:
        return (
            len(lot.rows) >= self._limits.rows
            or position - lot.after >= self._limits.positions
            or lot.bytes >= self._limits.bytes
        )

    def _gather(self, lot: Lot, leaving: Lot, touches: Touches, parked: set[Key]) -> None:
        if lot.after:
            self._recall(lot, leaving, older(self._consumer.model, touches) - lot.rows.keys())
        failures = fold(self._consumer.model, lot.rows, touches, parked)
        lot.failures += failures
        parked.update(failure.key for failure in failures)

    def _recall(self, lot: Lot, leaving: Lot, unknown: set[Key]) -> None:
        """Take over what is being written at this moment, and what stands in the table."""
        known = unknown & leaving.rows.keys()
        lot.take({key: row for key in known if (row := leaving.rows[key]) is not None})
        lot.take(self._consumer.table.load(self._looks, unknown - known))

    def _write(self, lot: Lot, position: int) -> None:
        with self._writes.transaction():
            if not standing_at(self._writes, lot.after, [self._consumer]):
                raise MovedMeanwhileError(self._consumer.name)
            self._consumer.table.store(self._writes, lot.rows, lot.there)
            checkpoints.park(self._writes, self._consumer.name, lot.failures)
            checkpoints.advance(self._writes, [self._consumer.name], position)
            refuse_erased(self._writes, self._since, lot.after, position)

    # --- Reading ahead --------------------------------------------------------------------

    def _stretches(self, after: int, end: int) -> Iterator[Stretch]:
        """Return the stretches up to `end`, while the next ones are read."""
        place, waiting = _Place(after), deque[Future[Stretch | None]]()
        for _ in range(1 + self._limits.ahead):
            waiting.append(self._reading.submit(self._read, place, end))
        while (stretch := waiting.popleft().result()) is not None:
            waiting.append(self._reading.submit(self._read, place, end))
            self.reached = stretch.position
            yield stretch

    def _read(self, place: _Place, end: int) -> Stretch | None:
        after, place.after = place.after, min(place.after + self._limits.page, end)
        if after >= end:
            return None
        size, touches = 0, Future[Touches]()
        try:
            values = (after, place.after, self._others)
            rows = self._reads.execute(self._page, values, prepare=True, binary=True).fetchall()
            if rows and rows[-1][-1]:
                place.after = rows[-1][0]
            size = sum(len(row[6]) + len(row[9] or b"") for row in rows)
            touches.set_result(self._heard(rows))
        except Exception as error:  # noqa: BLE001 - raised where it is known how far was read
            touches.set_exception(error)
        return Stretch(place.after, size, touches)

    def _heard(self, rows: Sequence[tuple[Any, ...]]) -> Touches:
        model, events = self._consumer.model, self._reader.recorded(rows)
        return relevant(model, self._reader.heard(self._reads, events, hearer(model)))


@contextmanager
def _one_thread(role: str) -> Iterator[ThreadPoolExecutor]:
    pool = ThreadPoolExecutor(1, f"rebuild {role}")
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)
