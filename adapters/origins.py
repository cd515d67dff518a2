"""Which origins are listed: the read model has the truth, each process knows it by heart.

Whoever lists one is heard in every process within a second of its being shown: each looks twice in that
time whether anything is another, and only then reads what all businesses list. No request asks.
"""

import threading
from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Final

from psycopg import Error

from adapters.postgres import Database, DatabaseUnavailableError
from adapters.trouble import Trouble
from projections.business.origins import OF_ALL, SEEN

LOOK: Final = 0.5
"""Seconds between two looks."""

THERE: Final = "SELECT to_regclass('live.origins') IS NOT NULL"
NOBODY: Final = frozenset[str]()


class PostgresOrigins:
    """`application.business.origins.Origins`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._trouble = Trouble("listed origins are not known", "listed origins are known again")
        self._listed: Mapping[str, frozenset[str]] = {}
        self._seen: object = None

    def listed_by(self, origin: str) -> Collection[str]:
        """Return the tenants that have listed this origin."""
        return self._listed.get(origin, NOBODY)

    def look(self) -> None:
        """Learn what the read model shows: nothing, before it was ever made."""
        with self._database.as_onlooker() as connection:
            ((there,),) = connection.execute(THERE).fetchall()
            seen = connection.execute(SEEN).fetchone() if there else None
            if seen == self._seen:
                return
            rows = connection.execute(OF_ALL).fetchall() if there else []
        found: dict[str, set[str]] = defaultdict(set)
        for tenant, origins in rows:
            for origin in origins:
                found[origin].add(tenant)
        self._listed = {origin: frozenset(tenants) for origin, tenants in found.items()}
        self._seen = seen  # before they were read: what came in between is seen with the next look

    def run(self, stop: threading.Event) -> None:
        """Look again and again, until told to stop."""
        while not stop.is_set():
            try:
                self.look()
                self._trouble.end()
            except (Error, DatabaseUnavailableError) as error:
                self._trouble.begin(error)
            stop.wait(LOOK)
