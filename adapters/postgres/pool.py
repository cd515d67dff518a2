"""Connections of one role, lent for as long as something is asked."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from psycopg import OperationalError
from psycopg_pool import ConnectionPool, PoolTimeout

from adapters.postgres.limits import Bounds
from adapters.postgres.roles import RoleRefusedError
from adapters.postgres.session import ConnectionSpoiltError, Session
from application.patience import left
from application.ports import StoreUnavailableError

BUSY: Final = ("40", "53", "55P03", "57014")
"""Beginnings of SQLSTATEs by which PostgreSQL says that it has not got round to it: a deadlock, too
little of something, a lock or a statement that took too long."""

MOST_WAITING: Final = 400

AGAIN: Final = 0.2
"""Seconds for which it is believed that PostgreSQL is away, once it was found to be."""


class DatabaseUnavailableError(StoreUnavailableError):
    """PostgreSQL cannot be reached, or has too much to do to answer in time."""


class Pool:
    """Once PostgreSQL was found to be away, nobody waits for a connection in vain."""

    def __init__(
        self, info: str, role: str, name: str, bounds: Bounds, *, size: int, kept: int, wait: float
    ) -> None:
        self._dressed = (info, role, name, bounds)
        self._wait = wait
        self._away = Away()
        self._outworn = False
        self._pool: ConnectionPool[Session] = ConnectionPool(
            info,
            connection_class=Session,
            min_size=kept,
            max_size=size,
            open=False,
            timeout=wait,
            # Given up soon, for the next caller tries again at once: the pool's own pauses double.
            reconnect_timeout=1.0,
            reconnect_failed=lambda _: self._away.begin(),
            max_waiting=MOST_WAITING,
            kwargs={"autocommit": True},
            configure=lambda session: session.dress(role, name, bounds),
            check=_refuse_dead,
        )
        self.open, self.close = self._pool.open, self._pool.close

    @contextmanager
    def lent(self) -> Iterator[Session]:
        """Lend a connection. Raises DatabaseUnavailableError, also if it breaks meanwhile."""
        session = self._borrowed()
        try:
            yield session
        except OperationalError as error:
            if session.closed:
                self._outworn = True
                self._away.begin()
            elif not (error.sqlstate or "").startswith(BUSY):
                raise
            raise DatabaseUnavailableError from error
        finally:
            self._pool.putconn(session)

    def _borrowed(self) -> Session:
        try:
            if self._away.is_so and self._away.is_over(self._can_connect) and self._outworn:
                self._outworn = False
                self._pool.drain()  # what is kept from before leads nowhere, and may not know yet
            return self._pool.getconn(left(self._wait))
        except (PoolTimeout, OperationalError, RoleRefusedError) as error:
            self._away.begin()  # or there is too much to do: looking for once costs little
            raise DatabaseUnavailableError from error

    def _can_connect(self) -> None:
        Session.opened(*self._dressed).close()


class Away:
    """PostgreSQL was found to be away: one caller looks whether it is back, and those who come
    meanwhile hear what that one found.
    """

    def __init__(self) -> None:
        self._gate = threading.Lock()
        self._looked = 0.0
        self.is_so = False

    def begin(self) -> None:
        """Note that it is away."""
        self.is_so = True

    def is_over(self, look: Callable[[], None]) -> bool:
        """Whether this caller has found it to be back. What `look` raises is raised."""
        came = time.monotonic()
        with self._gate:
            if not self.is_so:
                return False
            if self._looked > came - AGAIN:
                raise ConnectionSpoiltError("PostgreSQL was away a moment ago.")
            try:
                look()
            except Exception:
                self._looked = time.monotonic()
                raise
            self.is_so = False
            return True


def _refuse_dead(session: Session) -> None:
    """Raise OperationalError, by which the pool knows that it has to look for another."""
    if session.is_dead:
        session.close()
        raise ConnectionSpoiltError("The connection was ended while nobody used it.")
