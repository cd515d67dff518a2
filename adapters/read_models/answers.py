"""Answers questions: a connection on which to ask SQL, or one row as it is for whoever just wrote.

Who presents the position of his own write sees at least that write. A row owned by one aggregate
can always be folded from its stream; for everything else the projector is waited for, and what it
has not done yet is applied in a transaction that is rolled back after the question.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

import msgspec
from psycopg import Connection, sql

from adapters import checkpoints
from adapters.bell import Bell
from adapters.event_store.reader import Reader, head
from adapters.postgres import Database
from adapters.read_models.consumer import ReadModelConsumer
from adapters.read_models.fold import moved_on
from adapters.read_models.steps import Step, steps
from application.ports import Document, PositionUnknown, ProjectionBehind, Recorded
from projections.read_model import ReadModel, Row

LONGEST_TAIL: Final = 20_000
"""Events that are applied for one question at most; beyond, it is refused as `projection-behind`."""


class Answers:
    """Reads read models for tenants."""

    def __init__(self, database: Database, reader: Reader, advanced: Bell) -> None:
        self._database = database
        self._reader = reader
        self._advanced = advanced
        self._encode = msgspec.json.Encoder().encode
        self._one: dict[str, sql.Composed] = {}

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

        Raises ProjectionBehind when that cannot be had, PositionUnknown beyond the log's end.
        """
        if not at_least or self._have_seen(models, at_least, wait):
            with self._database.as_tenant(tenant) as connection:
                yield connection
            return
        with self._database.as_worker() as connection, connection.transaction(force_rollback=True):
            self._apply_tail(connection, tenant, models, at_least)
            connection.execute(
                "SELECT set_config('frontdesk.tenant', %s, true), set_config('role', %s, true)",
                (tenant, "frontdesk_app"),
            )
            yield connection

    def row(
        self, tenant: str, model: ReadModel, key: str, *, at_least: int = 0, wait: float = 0.0
    ) -> Document | None:
        """Give one row; from its stream when the projector has not got there yet."""
        if model.owner is None:
            with self.asking(tenant, [model], at_least=at_least, wait=wait) as connection:
                return self._stored(connection, tenant, model, key)
        if at_least and not self._have_seen([model], at_least, 0):
            return self.folded(tenant, model, key)
        with self._database.as_tenant(tenant) as connection:
            stored = self._stored(connection, tenant, model, key)
        return stored or self.folded(tenant, model, key)

    def folded(
        self, tenant: str, model: ReadModel, key: str, *, to_version: int = 2**31 - 1
    ) -> Document | None:
        """Fold a row from the stream that owns it, as of a version."""
        with self._database.as_tenant(tenant) as connection:
            history = self._reader.stream(connection, tenant, key, to=to_version)
        document = self.fold(model, key, history)
        return document and document._replace(from_log=True)

    def steps(self, tenant: str, model: ReadModel, key: str) -> list[Step]:
        """Tell what each event of an aggregate changed in the row that shows it."""
        with self._database.as_tenant(tenant) as connection:
            return steps(model, key, self._reader.stream(connection, tenant, key))

    def fold(self, model: ReadModel, key: str, history: Sequence[Recorded]) -> Document | None:
        """Give the row that this history makes."""
        row: Row | None = None
        for past in history:
            if past.stream == key and isinstance(past.event, model.subscribes_to):
                row = moved_on(model, (past.tenant, key), row, past)
        return None if row is None else Document(row.version, self._encode(row))

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

    def _have_seen(self, models: Sequence[ReadModel], position: int, wait: float) -> bool:
        """Wait until these read models have seen the log up to `position`, but not for ever."""
        until = time.monotonic() + wait
        names = [model.name for model in models]
        while True:
            heard = self._advanced.rings
            if self._checkpoint(names) >= position:
                return True
            left = until - time.monotonic()
            if left <= 0:
                return False
            self._advanced.wait(heard, min(left, 0.1))

    def _checkpoint(self, names: Sequence[str]) -> int:
        with self._database.as_worker() as connection:
            at = checkpoints.read(connection, names)
        return min((at.get(name, -1) for name in names), default=2**62)

    def _apply_tail(
        self, connection: Connection[Any], tenant: str, models: Sequence[ReadModel], position: int
    ) -> None:
        if head(connection) < position:
            raise PositionUnknown
        at = checkpoints.read(connection, [model.name for model in models])
        for model in models:
            after = at.get(model.name)
            if after is None or position - after > LONGEST_TAIL:
                raise ProjectionBehind(position=position, checkpoint=after)
            for page in self._reader.follow(connection, after, to=position):
                mine = [past for past in page if past.tenant == tenant]
                ReadModelConsumer(model).handle(connection, mine, frozenset())
