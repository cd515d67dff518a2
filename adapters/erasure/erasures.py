"""`application.people.erasure.Erasures`, filled."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final

from psycopg import Connection, sql
from psycopg.errors import DeadlockDetected, LockNotAvailable, QueryCanceled

from adapters.erasure.persons import OwnStream, left_of, records_of, was_in_clear, whole
from adapters.erasure.tables import TableOfAnotherReleaseError, clear
from adapters.erasure.traces import clear_mails, clear_traces
from adapters.event_store.erased import wait_for_commits
from adapters.event_store.reader import Reader
from adapters.postgres import Database
from application.files.store import StorageAwayError
from application.people.erasure import (
    IN_CLEAR,
    KEPT,
    PATIENCE,
    Erasure,
    ErasureState,
)
from application.ports import Clock
from domain.business.users import USER
from domain.files.files import FILE
from domain.messages import Erasure as Erased
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
        *,
        destroy: Callable[[str, str], None] = lambda _, __: None,
    ) -> None:
        self._database = database
        self._reader = reader
        self._models = models
        self._shut_out = shut_out
        self._clock = clock
        self._destroy = destroy

    def left(self, tenant: str, client_id: ClientId) -> Mapping[ClientId, tuple[str, ...]]:
        """Return the records of a person of which something is not erased, and the streams that it
        is in. Raises ClientNotFound, NotReadableHere.
        """
        with self._database.as_desk() as connection:
            records = records_of(connection, self._reader, tenant, client_id)
            return left_of(connection, self._reader, tenant, records)

    def finish(self, tenant: str, client_id: ClientId, *, patience: float = PATIENCE) -> bool:
        """Take a person out of all tables, as far as they are erased. Return whether that is done; else
        it has to wait.
        """
        until = time.monotonic() + patience
        with self._database.as_desk() as connection:
            records = records_of(connection, self._reader, tenant, client_id)
        erased = ((record, client) for record, client in records.items() if client.erased)
        return all(self._finish(tenant, record, client, until) for record, client in erased)

    def finish_purge(self, tenant: str, purged: Erased, *, patience: float = PATIENCE) -> bool:
        """Take what a record said out of all tables. Return whether that is done; else it has to wait."""

        def take_out(connection: Connection[Any]) -> None:
            clear_mails(connection, tenant, purged.streams)
            clear(connection, self._models, tenant, purged)

        return self._tried(time.monotonic() + patience, take_out)

    def of(self, tenant: str, client_id: ClientId) -> Erasure:
        """Return how far it is. Raises ClientNotFound, NotReadableHere."""
        with self._database.as_desk() as connection:
            records = records_of(connection, self._reader, tenant, client_id)
            client = records[client_id]
            if not client.erased:
                return Erasure(client_id=client_id, state=ErasureState.KEPT)
            end = self._end(connection, tenant, records)
            in_clear = was_in_clear(connection, tenant, client.erased_streams)
        return Erasure(
            client_id=client_id,
            state=ErasureState.ERASED if end else ErasureState.UNDER_WAY,
            erased_at=client.erased[-1].recorded_at,
            finished_at=end,
            kept=(*KEPT, IN_CLEAR) if in_clear else KEPT,
        )

    def _end(
        self, connection: Connection[Any], tenant: str, records: Mapping[ClientId, OwnStream]
    ) -> datetime | None:
        """Return when the last of a person's records was taken out everywhere, if all of them are."""
        if left_of(connection, self._reader, tenant, records):
            return None
        finished = connection.execute(FINISHED, (tenant, list(records))).fetchall()
        ends = {record: end for record, at, end in finished if at >= records[record].last}
        return max(ends.values()) if ends.keys() == records.keys() else None

    def _finish(self, tenant: str, record: ClientId, client: OwnStream, until: float) -> bool:
        for stream in client.erased_streams:
            if stream.startswith(f"{USER.kind}-"):
                self._shut_out(TenantId(tenant), UserId(stream))
        if not self._destroyed(tenant, client):
            return False
        erased = whole(record, client)

        def take_out(connection: Connection[Any]) -> None:
            clear_traces(connection, tenant, record, erased.streams)
            clear(connection, self._models, tenant, erased)
            finished = (client.last, self._clock())
            connection.execute(FINISH, (tenant, record, *finished))

        return self._tried(until, take_out)

    def _destroyed(self, tenant: str, client: OwnStream) -> bool:
        """Whether all bytes of their files could be destroyed, and so they were."""
        try:
            for stream in client.erased_streams:
                if stream.startswith(f"{FILE.kind}-"):
                    self._destroy(tenant, stream)
        except StorageAwayError:
            return False
        return True

    def _tried(self, until: float, take_out: Callable[[Connection[Any]], None]) -> bool:
        """Whether all of it could be taken out until then, and so it was."""
        while not self._took_out(until, take_out):
            if time.monotonic() + AGAIN > until:
                return False
            time.sleep(AGAIN)
        return True

    def _took_out(self, until: float, take_out: Callable[[Connection[Any]], None]) -> bool:
        with self._database.as_desk() as connection:
            try:
                with _bounded(connection, until):
                    wait_for_commits(connection)
                with _bounded(connection, until):
                    take_out(connection)
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
    SELECT client_id, position, finished_at FROM work.erasures
    WHERE tenant_id = %s AND client_id = ANY(%s)
"""
FINISH: Final = """
    INSERT INTO work.erasures AS e VALUES (%s, %s, %s, %s)
    ON CONFLICT (tenant_id, client_id) DO UPDATE
    SET position = excluded.position, finished_at = excluded.finished_at
    WHERE e.position < excluded.position
"""
