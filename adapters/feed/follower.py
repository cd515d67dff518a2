"""Finds out in whose logs there is something new: one question for all tenants, whenever something was
appended in any process.
"""

import time
from collections.abc import Callable, Collection
from typing import Any, Final

from psycopg import Connection, Error

from adapters.postgres import Database, DatabaseUnavailableError
from adapters.trouble import Trouble
from adapters.wakeups.bell import Bell
from adapters.wakeups.lookout import Lookout, Watched

LOOK: Final = 0.5
"""Seconds after which it looks without having been woken."""

DOUBT: Final = 25.0
"""Seconds after which everybody is told to look for themselves: nobody says it when a log has become
another one.
"""

STEP: Final = 1_000
"""Events of which it is looked at once whose they are."""

HEAD: Final = "SELECT position FROM log.events ORDER BY position DESC LIMIT 1"
WHOSE: Final = """
    SELECT DISTINCT tenant_id::text FROM log.events WHERE position > %s AND position <= %s
"""

Tell = Callable[[str], None]


class Follower:
    """Follows the log of all, in a thread, for as long as somebody listens to any of it."""

    def __init__(self, database: Database, appended: Bell) -> None:
        self._database = database
        self._lookout = Lookout("feed", appended)
        self._trouble = Trouble("listeners are not told", "listeners are told again")
        self._head = 0
        self._doubted = 0.0

    def watch(self, tell: Tell, watched: Watched) -> None:
        """Call `tell` with each tenant in whose log there may be something new, for as long as any are
        `watched`. Whoever begins to be watched looks for themselves once.
        """

        def look(there: Collection[str]) -> float:
            for tenant in self.news(there):
                tell(tenant)
            return LOOK

        self._lookout.watch(watched, look)

    def news(self, watched: Collection[str]) -> Collection[str]:
        """Return in which of these there may be something new."""
        try:
            found = self._found()
        except (Error, DatabaseUnavailableError) as error:
            self._trouble.begin(error)
            self._doubted = 0.0
            return ()
        self._trouble.end()
        if found is not None and time.monotonic() < self._doubted + DOUBT:
            return found & {*watched}
        self._doubted = time.monotonic()
        return watched

    def close(self) -> None:
        """Follow no more."""
        self._lookout.close()

    def _found(self) -> set[str] | None:
        """Return who has something new; None where it is not known from where on it would be."""
        with self._database.as_onlooker() as connection:
            head = _head(connection)
            after, self._head = self._head, head
            if not after or head < after or head > after + STEP:
                return None
            if head == after:
                return set()
            return {row[0] for row in connection.execute(WHOSE, (after, head), prepare=True)}


def _head(connection: Connection[Any]) -> int:
    row = connection.execute(HEAD, prepare=True).fetchone()
    return int(row[0]) if row else 0
