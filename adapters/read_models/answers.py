"""Answers questions: a connection on which to ask SQL, or one row as it is for whoever just wrote.

Who presents the position of their own write sees at least that write. A row owned by one aggregate
can always be folded from its stream. For everything else the projector is waited for, a moment,
and what it has not done yet is applied in a transaction that is rolled back after the question.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from typing import Any, Final, TypeVar

import msgspec
from psycopg import Connection, sql
from psycopg.errors import LockNotAvailable, SerializationFailure, UndefinedColumn, UndefinedTable

from adapters.consumers import checkpoints
from adapters.event_store.bookmarks import bookmarks_of
from adapters.event_store.reader import Reader
from adapters.postgres import Database
from adapters.read_models import changes
from adapters.read_models.as_of import hearer, place_of, row_as_of
from adapters.read_models.consumer import ReadModelConsumer
from adapters.read_models.fold import moved_on
from adapters.read_models.freshness import Freshness, lacked_by, refuse_hidden
from adapters.read_models.known import Known
from adapters.read_models.steps import steps, told
from adapters.read_models.tail import TailTooLong, apply_tail, row_with_tail
from adapters.read_models.waiting import WaitingRoom
from adapters.wakeups.bell import Bell
from application.ports import (
    LAST_VERSION,
    Changed,
    Document,
    Moment,
    ProjectionParked,
    Recorded,
    Steps,
)
from domain.messages import Erasure, StreamErased
from projections.read_model import ReadModel, Row

SHORTLY: Final = 0.1
"""Seconds: if the projector runs at all, it has done it by then."""

LOCK_MS: Final = 40
SHORT: Final = 32
"""Events of a stream that cost no more to read than it would to look for the row that shows them."""

AGAIN: Final = 0.02
"""Seconds after which the tail is tried again, if a lock was in the way."""

Made = TypeVar("Made")


class _OutOfDateError(Exception):
    """What was personal in a row is gone by now: it has to be folded anew."""


class Answers:
    """Reads read models for tenants."""

    def __init__(
        self,
        database: Database,
        reader: Reader,
        advanced: Bell,
        known: Known | None = None,
        waiting: WaitingRoom | None = None,
    ) -> None:
        self._database = database
        self._reader = reader
        self._freshness = Freshness(database, advanced, known or Known())
        self._encode = msgspec.json.Encoder().encode
        self._one: dict[str, sql.Composed] = {}
        self._consumers: dict[str, ReadModelConsumer] = {}
        self._readable: set[str] = set()
        self._waiting = waiting or WaitingRoom()

    # --- Questions ------------------------------------------------------------------------

    @contextmanager
    def asking(
        self,
        tenant: str,
        models: Sequence[ReadModel] = (),
        *,
        at_least: int = 0,
        wait: float = 2.0,
    ) -> Iterator[Connection[Any]]:
        """Lend a connection on which these read models have seen everything up to `at_least`.

        Raises ProjectionBehind when that cannot be had yet, ProjectionParked where a part of it was set
        aside, PositionUnknown beyond the log's end.
        """
        self._refuse_unreadable(models)
        began = time.monotonic()
        if at_least and not self._have_seen(tenant, models, at_least, began + min(wait, SHORTLY)):
            consumers = [self._consumer(model) for model in models]

            def attempt(connection: Connection[Any]) -> Connection[Any]:
                apply_tail(connection, self._reader, tenant, consumers, at_least, lock_ms=LOCK_MS)
                return connection

            if found := self._with_tail(tenant, models, at_least, began + wait, attempt):
                stack, connection = found
                with stack:
                    yield connection
                return
        with self._lent(tenant, models) as connection:
            yield connection

    def _have_seen(
        self, tenant: str, models: Sequence[ReadModel], position: int, until: float
    ) -> bool:
        """Whether they have. Raises ProjectionParked if of this tenant's some is set aside."""
        names = [model.name for model in models]
        if not self._freshness.have_seen(names, position, until):
            return False
        refuse_hidden(self._freshness.aside(tenant, names, position), position)
        return True

    def _with_tail(
        self,
        tenant: str,
        models: Sequence[ReadModel],
        position: int,
        until: float,
        attempt: Callable[[Connection[Any]], Made],
    ) -> tuple[ExitStack, Made] | None:
        """Make an attempt in a transaction that lasts until the stack is closed; None if meanwhile
        the projector has done it. What is in the way is waited for, so long as anything moves.
        """
        names = [model.name for model in models]
        while True:
            with ExitStack() as stack:
                connection = stack.enter_context(self._database.as_desk())
                stack.enter_context(connection.transaction(force_rollback=True))
                try:
                    made = attempt(connection)
                except TailTooLong:
                    too_long = True
                except (SerializationFailure, LockNotAvailable):
                    too_long = False
                else:
                    return stack.pop_all(), made
            if too_long:
                seen = self._waited_for(tenant, models, position, until)
            else:
                soon = min(until, time.monotonic() + AGAIN)
                seen = self._have_seen(tenant, models, position, soon)
            if seen:
                return None
            if time.monotonic() >= until:
                raise self._freshness.behind(names, position)

    def _waited_for(
        self, tenant: str, models: Sequence[ReadModel], position: int, until: float
    ) -> bool:
        """Wait for what only the projector can do, until it is seen not to do it; return whether it has.
        A few may wait so. Raises ProjectionBehind for the others, and where nothing moves.
        """
        names = [model.name for model in models]
        with self._waiting.a_place(tenant) as placed:
            end = min(until, self._freshness.still_from(names)) if placed else 0
            if self._have_seen(tenant, models, position, end):
                return True
        if not placed or time.monotonic() >= self._freshness.still_from(names):
            raise self._freshness.behind(names, position)
        return False

    @contextmanager
    def _lent(self, tenant: str, models: Sequence[ReadModel]) -> Iterator[Connection[Any]]:
        """Lend a connection; that a table took another shape meanwhile is not the caller's fault."""
        try:
            with self._database.as_tenant(tenant) as connection:
                yield connection
        except (UndefinedTable, UndefinedColumn):
            self._readable.clear()
            self._refuse_unreadable(models)
            raise

    # --- Rows -----------------------------------------------------------------------------

    def row(
        self, tenant: str, model: ReadModel, key: str, *, at_least: int = 0, wait: float = 0.0
    ) -> Document | None:
        """Return one row; from its stream when the projector has not got there yet."""
        if not self._can_be_read(model):
            return self._without_table(tenant, model, key)
        if model.owner is None:
            return self._shared_row(tenant, model, key, at_least, wait)
        if at_least and not self._shows(tenant, model, key, at_least, 0):
            return self.folded(tenant, model, key)
        with self._lent(tenant, [model]) as connection:
            stored = self._stored(connection, tenant, model, key)
        return stored or self.folded(tenant, model, key)

    # --- Changes --------------------------------------------------------------------------

    def known(self, models: Sequence[ReadModel]) -> int:
        """Return up to where read models are known to have come, by a look that is a second old at most;
        -1 where something is set aside.
        """
        return self._freshness.known([model.name for model in models])

    def moment(
        self, connection: Connection[Any], tenant: str, models: Sequence[ReadModel]
    ) -> Moment | None:
        """Return what happened last in the tenant, if these read models have seen all of it, on a
        connection that was lent to read them: whatever is read on it afterwards is no older.
        """
        names = [model.name for model in models]
        now = changes.moment(connection, tenant, names)
        if self._freshness.is_known(names, now.position):
            return now
        return now if changes.seen(connection, names) >= now.position else None

    def changed(self, tenant: str, model: ReadModel, *, since: Moment, most: int) -> Changed:
        """Return which rows were touched since then, so many at most, but for those of one event."""
        consumer = self._consumer(model)
        with self._database.as_tenant(tenant) as connection:
            return changes.changed(
                connection, self._reader, tenant, consumer, since=since, most=most
            )

    def _shared_row(
        self, tenant: str, model: ReadModel, key: str, at_least: int, wait: float
    ) -> Document | None:
        """Return a row that many feed."""
        began = time.monotonic()
        if at_least and not self._shows(tenant, model, key, at_least, began + min(wait, SHORTLY)):
            consumer = self._consumer(model)

            def attempt(connection: Connection[Any]) -> Row | None:
                return row_with_tail(
                    connection, self._reader, tenant, consumer, key, at_least, lock_ms=LOCK_MS
                )

            if found := self._with_tail(tenant, [model], at_least, began + wait, attempt):
                stack, row = found
                stack.close()
                return (
                    None if row is None else Document(row.version, self._encode(row), from_log=True)
                )
        with self._lent(tenant, [model]) as connection:
            return self._stored(connection, tenant, model, key)

    def _shows(self, tenant: str, model: ReadModel, key: str, position: int, until: float) -> bool:
        """Whether the table shows this row as it was at `position`, or later."""
        names = [model.name]
        if not self._freshness.have_seen(names, position, until):
            return False
        return not lacked_by(model, key, self._freshness.aside(tenant, names, position))

    def _without_table(self, tenant: str, model: ReadModel, key: str) -> Document | None:
        if model.owner is None:
            self._refuse_unreadable([model])
        return self.folded(tenant, model, key)

    def _stored(
        self, connection: Connection[Any], tenant: str, model: ReadModel, key: str
    ) -> Document | None:
        statement = self._one.get(model.name) or self._one.setdefault(
            model.name,
            sql.SQL(
                "SELECT version, document::text FROM {} WHERE tenant_id = %s AND key = %s"
            ).format(sql.Identifier("live", model.name)),
        )
        found = connection.execute(statement, (tenant, key), prepare=True).fetchone()
        return None if found is None else Document(found[0], found[1].encode())

    # --- Histories ------------------------------------------------------------------------

    def folded(
        self, tenant: str, model: ReadModel, key: str, *, to_version: int = LAST_VERSION
    ) -> Document | None:
        """Fold a row from the stream that owns it, as of a version. Of a long one no more is read than
        the table does not show yet.
        """
        if to_version == LAST_VERSION and (short := self._short(tenant, model, key)) is not None:
            return _from_log(self.fold(model, key, short))
        start = self._start(tenant, model, key, to_version) if to_version > SHORT else None
        try:
            return _from_log(self._folded(tenant, model, key, to_version, start))
        except _OutOfDateError:
            return _from_log(self._folded(tenant, model, key, to_version, None))

    def _short(self, tenant: str, model: ReadModel, key: str) -> Sequence[Recorded] | None:
        """Return a stream, as nearly all are; None if it is a long one."""
        with self._heard(tenant, model, key, to=SHORT) as parts:
            history = [past for part in parts for past in part]
        return history if len(history) < SHORT else None

    def _start(self, tenant: str, model: ReadModel, key: str, to_version: int) -> Row | None:
        """Return the row that the table shows, if this release made it and it is not too new."""
        consumer = self._consumer(model)
        with self._database.as_desk() as connection:
            place = checkpoints.places(connection, [model.name]).get(model.name)
            if place is None or place.shape != consumer.table.shape:
                return None
            row = consumer.table.load(connection, [(tenant, key)]).get((tenant, key))
        return row if row is not None and row.version <= to_version else None

    def _folded(
        self, tenant: str, model: ReadModel, key: str, to_version: int, start: Row | None
    ) -> Document | None:
        after = start.version if start else 0
        with self._heard(tenant, model, key, after, to_version) as parts:
            history = (past for part in parts for past in part)
            return self._fold(model, key, _not_erased(history) if start else history, start)

    def row_as_of(
        self, tenant: str, model: ReadModel, key: str, moment: int | datetime
    ) -> Document | None:
        """Return a row as it was at a position of the tenant's log, or at a time."""
        with self._database.as_tenant(tenant) as connection:
            to = place_of(connection, tenant, moment)
            return row_as_of(self._reader, connection, model, tenant, key, to)

    def steps(
        self, tenant: str, model: ReadModel, key: str, *, after: int, most_bytes: int
    ) -> Steps:
        """Return what each event of an aggregate behind a version changed in the row that shows it."""
        with self._heard(tenant, model, key) as parts:
            history = (past for part in parts for past in part)
            taken, more = steps(model, key, history, after=after, most=most_bytes)
        with self._database.as_tenant(tenant) as connection:
            found = bookmarks_of(connection, tenant, [each.position for each in taken])
        return Steps(told(taken, found), has_more=more)

    @contextmanager
    def _heard(
        self, tenant: str, model: ReadModel, key: str, after: int = 0, to: int = LAST_VERSION
    ) -> Iterator[Iterable[Sequence[Recorded]]]:
        """Lend a stream in parts, of which the read model misses nothing."""
        with (
            self._database.as_tenant(tenant) as connection,
            self._reader.parts(connection, tenant, key, after=after, to=to) as parts,
        ):
            yield (self._reader.heard(connection, part, hearer(model)) for part in parts)

    def fold(self, model: ReadModel, key: str, history: Iterable[Recorded]) -> Document | None:
        """Return the row that this history makes. Raises ProjectionParked if its fold fails."""
        return self._fold(model, key, history, None)

    def _fold(
        self, model: ReadModel, key: str, history: Iterable[Recorded], row: Row | None
    ) -> Document | None:
        for past in history:
            if past.stream == key and isinstance(past.event, model.subscribes_to):
                try:
                    row = moved_on(model, (past.tenant, key), row, past)
                except Exception as error:
                    raise ProjectionParked(position=past.position, consumer=model.name) from error
        return None if row is None else Document(row.version, self._encode(row))

    # --- Tables ---------------------------------------------------------------------------

    def _consumer(self, model: ReadModel) -> ReadModelConsumer:
        known = self._consumers.get(model.name)
        return known or self._consumers.setdefault(model.name, ReadModelConsumer(model))

    def _refuse_unreadable(self, models: Sequence[ReadModel]) -> None:
        """Refuse what is being built anew and has no table yet that answers our questions."""
        for model in models:
            if not self._can_be_read(model):
                raise self._freshness.behind([model.name], 0)

    def _can_be_read(self, model: ReadModel) -> bool:
        if model.name in self._readable:
            return True
        table = self._consumer(model).table
        with self._database.as_desk() as connection:
            place = checkpoints.places(connection, [model.name]).get(model.name)
            if place is None or (place.shape != table.shape and not table.suffices(connection)):
                return False
        self._readable.add(model.name)
        return True


def _from_log(document: Document | None) -> Document | None:
    return document and document._replace(from_log=True)


def _not_erased(history: Iterable[Recorded]) -> Iterator[Recorded]:
    """Return what happened behind a row. Raises _OutOfDateError if something was erased there."""
    for past in history:
        if isinstance(past.event, Erasure | StreamErased):
            raise _OutOfDateError
        yield past
