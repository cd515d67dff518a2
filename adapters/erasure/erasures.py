"""`application.erasure.Erasures`, filled."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from psycopg import Connection, sql
from psycopg.errors import DeadlockDetected, LockNotAvailable, QueryCanceled

from adapters.erasure.persons import Known, known, other_records_of, streams_of, whole
from adapters.erasure.tables import TableOfAnotherReleaseError, clear
from adapters.erasure.traces import clear_traces
from adapters.event_store.erased import wait_for_commits
from adapters.event_store.reader import Reader
from adapters.postgres import Database
from application.erasure import (
    KEPT,
    PATIENCE,
    Erasure,
    ErasureState,
)
from application.ports import Clock
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

    def streams_about(self, tenant: str, client_id: ClientId) -> tuple[str, ...]:
        """Return the streams that speak of a client; of one who was erased, as they were then."""
        with self._database.as_desk() as connection:
            return streams_of(connection, self._reader, tenant, client_id)

    def other_records(self, tenant: str, client_id: ClientId) -> tuple[ClientId, ...]:
        """Return the other records of the same person: who proves an address has had one before."""
        with self._database.as_desk() as connection:
            return other_records_of(connection, self._reader, tenant, client_id)

    def finish(self, tenant: str, client_id: ClientId, *, patience: float = PATIENCE) -> bool:
        """Take an erased client out of all tables; tell whether it is done, or has to wait."""
        until = time.monotonic() + patience
        with self._database.as_desk() as connection:
            client = known(connection, self._reader, tenant, client_id)
        for stream in client.erased_streams:
            if stream.startswith("user-"):
                self._shut_out(TenantId(tenant), UserId(stream))
        while not self._took_out(tenant, client_id, client, until):
            if time.monotonic() + AGAIN > until:
                return False
            time.sleep(AGAIN)
        return True

    def of(self, tenant: str, client_id: ClientId) -> Erasure:
        """Return how far it is. Raises ClientNotFound."""
        with self._database.as_desk() as connection:
            client = known(connection, self._reader, tenant, client_id)
            row = connection.execute(FINISHED, (tenant, client_id)).fetchone()
        if not client.erased:
            return Erasure(client_id=client_id, state=ErasureState.KEPT)
        last = client.erased[-1]
        done = row is not None and row[0] >= last.position
        return Erasure(
            client_id=client_id,
            state=ErasureState.ERASED if done else ErasureState.UNDER_WAY,
            erased_at=last.recorded_at,
            finished_at=row[1] if row is not None and done else None,
            kept=KEPT,
        )

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
