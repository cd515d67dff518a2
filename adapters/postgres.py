"""PostgreSQL as we use it: two roles, two pools, every connection in UTC and autocommit.

The *app* role sees one tenant at a time (row-level security) and may only append to the log; the
*worker* role follows the log of all tenants and keeps read models and queues.
"""

import select
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, Self

from psycopg import Connection, OperationalError
from psycopg.conninfo import make_conninfo
from psycopg_pool import ConnectionPool, PoolTimeout

from application.ports import StoreUnavailableError

APP: Final = "frontdesk_app"
WORKER: Final = "frontdesk_worker"

NO_TENANT: Final = ""


class DatabaseUnavailableError(StoreUnavailableError):
    """PostgreSQL cannot be reached, or every connection is busy for too long."""


def conninfo(dsn: str, role: str | None, name: str = "frontdesk") -> str:
    """Give `dsn` with our session settings; `role` None keeps the login's own."""
    options = ["-c timezone=UTC", "-c datestyle=ISO", "-c client_min_messages=warning"]
    if role is not None:
        options.append(f"-c role={role}")
    return make_conninfo(
        dsn, options=" ".join(options), application_name=name, connect_timeout="10"
    )


class Database:
    """Connections to one database. Open it with `with`; a closed one refuses."""

    def __init__(self, dsn: str, *, app_connections: int = 16, worker_connections: int = 8) -> None:
        self.dsn = dsn
        self._app = _Pool(conninfo(dsn, APP, "frontdesk api"), app_connections)
        self._worker = _Pool(conninfo(dsn, WORKER, "frontdesk worker"), worker_connections)

    def __enter__(self) -> Self:
        for pool in (self._app, self._worker):
            pool.open()
        return self

    def __exit__(self, *_: object) -> None:
        for pool in (self._app, self._worker):
            pool.close()

    @contextmanager
    def as_tenant(self, tenant: str) -> Iterator[Connection[Any]]:
        """Lend a connection that sees this tenant's rows only."""
        with self._app.lent() as connection:
            _see(connection, tenant)
            yield connection

    @contextmanager
    def as_worker(self) -> Iterator[Connection[Any]]:
        """Lend a connection that sees all tenants."""
        with self._worker.lent() as connection:
            yield connection

    def connect(self, role: str | None, name: str) -> Connection[Any]:
        """Open a connection of one's own, outside the pools."""
        try:
            return Connection.connect(conninfo(self.dsn, role, name), autocommit=True)
        except OperationalError as error:
            raise DatabaseUnavailableError from error


class _Pool:
    """Connections of one role. Once PostgreSQL was found to be away, nobody waits for one in vain."""

    def __init__(self, info: str, size: int) -> None:
        self._info = info
        self._away = threading.Event()
        self._pool: ConnectionPool[Connection[Any]] = ConnectionPool(
            info,
            min_size=1,
            max_size=size,
            open=False,
            timeout=5.0,
            # Given up soon, for the next caller tries again at once: the pool's own pauses double.
            reconnect_timeout=1.0,
            reconnect_failed=lambda _: self._away.set(),
            max_waiting=400,
            kwargs={"autocommit": True},
            check=_refuse_dead,
        )
        self.open, self.close = self._pool.open, self._pool.close

    @contextmanager
    def lent(self) -> Iterator[Connection[Any]]:
        """Lend a connection. Raises DatabaseUnavailableError, also if it breaks meanwhile."""
        try:
            if self._away.is_set():
                Connection.connect(self._info).close()
                self._away.clear()
            connection = self._pool.getconn()
        except (PoolTimeout, OperationalError) as error:
            raise DatabaseUnavailableError from error
        try:
            yield connection
        except OperationalError as error:
            if connection.broken:
                raise DatabaseUnavailableError from error
            raise
        finally:
            self._pool.putconn(connection)


def _refuse_dead(connection: Connection[Any]) -> None:
    """Raise OperationalError if PostgreSQL has said anything meanwhile: on a connection nobody
    uses that is its farewell, or so rare that a new connection costs less than understanding it.
    """
    line = select.poll()
    line.register(connection.fileno(), select.POLLIN)
    if line.poll(0):
        connection.close()
        raise OperationalError("The connection was ended while nobody used it.")


def _see(connection: Connection[Any], tenant: str) -> None:
    """Set the tenant of a pooled connection; free when it already sees that one."""
    if getattr(connection, "frontdesk_tenant", NO_TENANT) != tenant:
        connection.execute("SELECT set_config('frontdesk.tenant', %s, false)", (tenant,))
        connection.frontdesk_tenant = tenant  # type: ignore[attr-defined]
