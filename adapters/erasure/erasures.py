"""`application.erasure.Erasures`, filled."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final

from psycopg import Connection, sql
from psycopg.errors import DeadlockDetected, LockNotAvailable, QueryCanceled

from adapters.erasure.persons import Known, known, left_of, records_of, was_in_clear, whole
from adapters.erasure.tables import TableOfAnotherReleaseError, clear
from adapters.erasure.traces import clear_traces
from adapters.event_store.erased import wait_for_commits
from adapters.event_store.reader import Reader
from adapters.postgres import Database
from application.erasure import (
    IN_CLEAR,
    KEPT,
    PATIENCE,
    Erasure,
    ErasureState,
)
from application.ports import Clock
from domain.users import USER
from domain.values import ClientId, TenantId, UserId
from projections.read_model import ReadModel

AGAIN: Final = 0.05
"""Seconds after which what is held by somebody is tried again."""

IN_THE_WAY: Final = (LockNotAvailable, QueryCanceled, DeadlockDetected, TableOfAnotherReleaseError)


class PostgresErasures:
    """Finds what speaks of a person, and takes it out of everything that was made of the log."""

    def __init__(
        self,
        database: Database,
        reader: Reader,
        models: Sequence[ReadModel],
        shut_out: Callable[[TenantId, UserId], None],
        clock: Clock,
    ) -> None:
        self._database = database
        self._reader = reader
        self._models = models
        self._shut_out = shut_out
        self._clock = clock

    def left(self, tenant: str, client_id: ClientId) -> Mapping[ClientId, tuple[str, ...]]:
        """Return the records of a person of which something is not erased, and the streams that it
        is in. Raises ClientNotFound, NotReadableHere.
        """
        with self._database.as_desk() as connection:
            return left_of(connection, self._reader, tenant, client_id)

    def finish(self, tenant: str, client_id: ClientId, *, patience: float = PATIENCE) -> bool:
        """Take a person out of all tables, as far as they are erased; tell whether it is done, or has
        to wait.
        """
        until = time.monotonic() + patience
        with self._database.as_desk() as connection:
            records = records_of(connection, self._reader, tenant, client_id)
        return all(self._finish(tenant, record, until) for record in records)

    def of(self, tenant: str, client_id: ClientId) -> Erasure:
        """Return how far it is. Raises ClientNotFound, NotReadableHere."""
        with self._database.as_desk() as connection:
            client = known(connection, self._reader, tenant, client_id)
            if not client.erased:
                return Erasure(client_id=client_id, state=ErasureState.KEPT)
            ends = self._ends(connection, tenant, client_id)
            in_clear = was_in_clear(connection, tenant, client.erased_streams)
        done, kept = all(ends), (*KEPT, IN_CLEAR) if in_clear else KEPT
        return Erasure(
            client_id=client_id,
            state=ErasureState.ERASED if done else ErasureState.UNDER_WAY,
            erased_at=client.erased[-1].recorded_at,
            finished_at=max(end for end in ends if end is not None) if done else None,
            kept=kept,
        )

    def _ends(
        self, connection: Connection[Any], tenant: str, client_id: str
    ) -> Sequence[datetime | None]:
        """Say of each record of a person when all of it was erased, if it is."""
        records = records_of(connection, self._reader, tenant, client_id)
        left = left_of(connection, self._reader, tenant, client_id)
        return [
            None if record in left else self._end(connection, tenant, record) for record in records
        ]

    def _end(self, connection: Connection[Any], tenant: str, record: str) -> datetime | None:
        last = known(connection, self._reader, tenant, record).erased[-1]
        row = connection.execute(FINISHED, (tenant, record)).fetchone()
        return row[1] if row is not None and row[0] >= last.position else None

    def _finish(self, tenant: str, record: ClientId, until: float) -> bool:
        with self._database.as_desk() as connection:
            client = known(connection, self._reader, tenant, record)
        if not client.erased:
            return True
        for stream in client.erased_streams:
            if stream.startswith(f"{USER.kind}-"):
                self._shut_out(TenantId(tenant), UserId(stream))
        while not self._took_out(tenant, record, client, until):
            if time.monotonic() + AGAIN > until:
                return False
            time.sleep(AGAIN)
        return True

    def _took_out(self, tenant: str, client_id: ClientId, client: Known, until: float) -> bool:
        """Whether all of it could be taken out, and so it was."""
        erased = whole(client_id, client)
        with self._database.as_desk() as connection:
            try:
                with _bounded(connection, until):
                    wait_for_commits(connection)
                with _bounded(connection, until):
                    clear_traces(connection, tenant, client_id, erased.streams)
                    clear(connection, self._models, tenant, erased)
                    finished = (client.erased[-1].position, self._clock())
                    connection.execute(FINISH, (tenant, client_id, *finished))
            except IN_THE_WAY:
                return False
        return True


@contextmanager
def _bounded(connection: Connection[Any], until: float) -> Iterator[None]:
    """Begin a transaction in which no statement waits for others beyond that time."""
    left = max(1, round((until - time.monotonic()) * 1000))
    with connection.transaction():
        connection.execute(sql.SQL(BOUND).format(*[sql.Literal(f"{left}ms")] * 2))
        yield


BOUND: Final = "SET LOCAL lock_timeout = {}; SET LOCAL statement_timeout = {}"
FINISHED: Final = """
    SELECT position, finished_at FROM work.erasures WHERE tenant_id = %s AND client_id = %s
"""
FINISH: Final = """
    INSERT INTO work.erasures AS e VALUES (%s, %s, %s, %s)
    ON CONFLICT (tenant_id, client_id) DO UPDATE
    SET position = excluded.position, finished_at = excluded.finished_at
    WHERE e.position < excluded.position
"""
