"""PostgreSQL as we use it: roles, pools, and connections that know when they are of no use.

Each purpose has a role with no more than that (`roles.py`). With two addresses, the first is for what
requests ask of one tenant, and its login can be nothing else; the second is for all the rest.

Nobody borrows a second connection while holding one: as many who do so as there are connections
would wait for each other.
"""

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Self

from psycopg import Connection, OperationalError

from adapters.postgres.limits import LIMITS, Bounds, Limits
from adapters.postgres.pool import DatabaseUnavailableError, Pool
from adapters.postgres.pulse import BOUNDS, Pulse
from adapters.postgres.roles import ACCOUNTS, APP, WORKER, WRITER, RoleRefusedError, held_too
from adapters.postgres.session import NO_TENANT, Session, conninfo, speaks_of_connection

__all__ = [
    "ACCOUNTS",
    "APP",
    "LIMITS",
    "NO_TENANT",
    "WORKER",
    "WRITER",
    "Bounds",
    "Database",
    "DatabaseUnavailableError",
    "Limits",
    "RoleRefusedError",
    "Session",
    "connected",
    "conninfo",
    "speaks_of_connection",
]


def connected(info: str, role: str | None, name: str, bounds: Bounds) -> Session:
    """Open a connection. Raises DatabaseUnavailableError, RoleRefusedError."""
    try:
        return Session.opened(info, role, name, bounds)
    except OperationalError as error:
        raise DatabaseUnavailableError from error


class Database:
    """Connections to one database. Open it with `with`; a closed one refuses.

    `worker_dsn` is the address for whatever is not asked in the name of one tenant; the same, unless
    it is another. `app_connections` and `worker_connections` are those of the limits, unless said otherwise.
    """

    def __init__(
        self,
        dsn: str,
        *,
        worker_dsn: str | None = None,
        app_connections: int = 0,
        worker_connections: int = 0,
        limits: Limits = LIMITS,
    ) -> None:
        self.dsn = dsn
        self.limits = limits
        self._apart = worker_dsn is not None and worker_dsn != dsn
        self._info = conninfo(dsn, limits)
        self._worker_info = conninfo(worker_dsn or dsn, limits)
        app = app_connections or limits.connections
        worker = worker_connections or limits.work_connections
        asked, work = limits.requests, limits.work
        self._app = self._pool(APP, "frontdesk api", asked, app, kept=1)
        self._at_work = self._pool(APP, "frontdesk work", asked, worker)
        self._login = self._pool(ACCOUNTS, "frontdesk login", asked, limits.login_connections)
        self._desk = self._pool(WORKER, "frontdesk desk", asked, worker)
        self._looks = self._pool(WORKER, "frontdesk status", asked, limits.look_connections)
        self._worker = self._pool(WORKER, "frontdesk worker", work, worker, kept=1)
        self._open = False
        self._pulse = Pulse(self._for_pulse)
        tenants = (self._app, self._at_work, self._login)
        self._pools = (*tenants, self._desk, self._looks, self._worker)
        self._here = threading.local()

    def __enter__(self) -> Self:
        for pool in self._pools:
            pool.open()
        self._open = True
        return self

    def __exit__(self, *_: object) -> None:
        for pool in self._pools:
            pool.close()
        self._open = False
        self._pulse.close()

    @contextmanager
    def as_tenant(self, tenant: str) -> Iterator[Connection[Any]]:
        """Lend a connection that sees this tenant's rows only. Whoever logs in has no tenant yet: one
        for nobody in particular sees accounts, and nothing else.
        """
        pool = getattr(self._here, "tenants", self._app) if tenant else self._login
        with pool.lent() as session:
            session.see(tenant)
            yield session

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Let this thread ask for tenants over connections that no request can take."""
        self._here.tenants = self._at_work
        try:
            yield
        finally:
            del self._here.tenants

    @contextmanager
    def as_desk(self) -> Iterator[Connection[Any]]:
        """Lend a connection that sees all tenants, to whoever answers a request."""
        with self._desk.lent() as session:
            yield session

    @contextmanager
    def as_onlooker(self) -> Iterator[Connection[Any]]:
        """Lend a connection that sees all tenants, for what anybody may ask about the system."""
        with self._looks.lent() as session:
            yield session

    @contextmanager
    def as_worker(self) -> Iterator[Connection[Any]]:
        """Lend a connection that sees all tenants, to whoever works for nobody in particular."""
        with self._worker.lent() as session:
            yield session

    def can_write(self) -> bool:
        """Whether PostgreSQL takes what is written. Raises DatabaseUnavailableError, Error."""
        return self._pulse.can_write()

    def connect(self, role: str | None, name: str, bounds: Bounds | None = None) -> Session:
        """Open a connection of one's own, outside the pools; `role` None keeps the login's own."""
        return connected(self._info_of(role), role, name, bounds or self.limits.work)

    def refuse_wrong_roles(self) -> None:
        """Raise RoleRefusedError if a login is not what it has to be."""
        others = (WRITER, ACCOUNTS, WORKER)
        if self._apart:
            self._refuse_more_than_app(others)
        with self.connect(WORKER, "frontdesk start") as session:
            for role in (*others, APP):  # the last to see one's own write in a tenant's name
                session.dress(role, "frontdesk start", self.limits.requests)

    def _refuse_more_than_app(self, others: Iterable[str]) -> None:
        with self.connect(APP, "frontdesk start") as session:
            for role in others:
                held = session.execute("SELECT pg_has_role(session_user, %s, 'MEMBER')", (role,))
                if held.fetchone() == (True,):
                    raise held_too(role, session.info.user)

    def _info_of(self, role: str | None) -> str:
        return self._info if role in (APP, None) else self._worker_info

    def _for_pulse(self) -> Session:
        if not self._open:
            raise DatabaseUnavailableError
        return self.connect(APP, "frontdesk health", BOUNDS)

    def _pool(self, role: str, name: str, bounds: Bounds, size: int, kept: int = 0) -> Pool:
        wait = self.limits.wait if bounds is self.limits.requests else self.limits.work.lock
        return Pool(self._info_of(role), role, name, bounds, size=size, kept=kept, wait=wait)
