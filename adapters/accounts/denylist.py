"""Which sessions ended a short while ago: PostgreSQL has the truth, each process knows it by heart.

log out ─► accounts.sessions ─► known here ─► the bell rings ─► the others look at accounts.sessions

Whoever misses the bell looks a moment later all the same.
"""

import threading
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from psycopg import Error

from adapters.postgres import NO_TENANT, Database, DatabaseUnavailableError
from adapters.trouble import Trouble
from adapters.wakeups.bell import Bell
from application.ports import Clock

LOOK: Final = 0.5
"""Seconds after which a process looks without having been woken: within one it knows all."""

GATHER: Final = 0.05
"""Seconds between two looks at least: what ends meanwhile is seen with the next."""

SKEW: Final = timedelta(minutes=1)
"""So far the clocks of two machines may be apart."""


class PostgresDenylist:
    """`application.business.denylist.Denylist`. `bell` rings when a session ended."""

    def __init__(self, database: Database, clock: Clock, lifetime: timedelta) -> None:
        self.bell = Bell()
        self._database = database
        self._clock = clock
        self._lifetime = lifetime
        self._trouble = Trouble("ended sessions are not known", "ended sessions are known again")
        self._gate = threading.Lock()
        self._denied: Mapping[str, datetime] = {}

    def is_denied(self, session_id: str) -> bool:
        """Whether this session's tokens are refused."""
        return session_id in self._denied

    def deny(self, session_id: str, until: datetime) -> None:
        """Refuse this session's tokens from now on; whoever calls has told PostgreSQL before."""
        self._learn({session_id: until})
        self.bell.ring()

    def look(self) -> None:
        """Learn what PostgreSQL knows."""
        since = self._clock() - self._lifetime - SKEW
        with self._database.as_tenant(NO_TENANT) as connection:
            ended = connection.execute(
                "SELECT session_id, ended_at FROM accounts.sessions WHERE ended_at > %s", (since,)
            ).fetchall()
        self._learn({session_id: at + self._lifetime for session_id, at in ended})

    def run(self, stop: threading.Event) -> None:
        """Look whenever the bell rings, and now and then, until told to stop."""
        while not stop.is_set():
            heard = self.bell.rings
            self._try_to_look()
            stop.wait(GATHER)
            self.bell.wait(heard, LOOK)

    def _try_to_look(self) -> None:
        try:
            self.look()
            self._trouble.end()
        except (Error, DatabaseUnavailableError) as error:
            self._trouble.begin(error)

    def _learn(self, denied: Mapping[str, datetime]) -> None:
        """A new mapping each time, so that nobody who asks has to wait."""
        now = self._clock()
        with self._gate:
            known = {**self._denied, **denied}
            self._denied = {name: at for name, at in known.items() if at + SKEW > now}
