"""Sees to it that a worker which gets nowhere ends: whoever runs it starts it again, and it goes on
from where it was. It asks the checkpoints, not the worker.

One that is given no slots ends, too: a broker that came back empty has forgotten the topic, and
Faust asks for it but once.
"""

import threading
import time
from collections.abc import Callable, Sequence
from typing import Final

import structlog
from psycopg import Error

from adapters.consumers import checkpoints
from adapters.consumers.delivery import Consumer
from adapters.postgres import Database, DatabaseUnavailableError
from adapters.streams import RELAY
from adapters.streams.worker import Slots

PATIENCE: Final = 60.0
"""Seconds without slots, or behind the relay and not moving."""

ROUND: Final = 1.0

Places = tuple[tuple[str, int], ...]
"""Who is behind, and where."""

NO_SLOTS: Final[Places] = (("no slots", 0),)

log = structlog.get_logger()


class Watchdog:
    """Looks every second; what is the same for too long is no progress."""

    def __init__(
        self,
        database: Database,
        consumers: Sequence[Consumer],
        slots: Slots,
        *,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._consumers = consumers
        self._slots = slots
        self._now = now
        self._seen: Places = ()
        self._since = now()

    def run(self, stop: threading.Event, end: Callable[[], None]) -> None:
        """Watch until told to stop; `end` is called if it gets nowhere."""
        while not stop.wait(ROUND):
            if self.gets_nowhere():
                log.error("this worker gets nowhere and ends", behind=self._seen)
                end()
                return

    def gets_nowhere(self) -> bool:
        """Look once. While PostgreSQL is away, nobody gets anywhere."""
        try:
            behind = self._behind() if self._slots.mine else NO_SLOTS
        except (Error, DatabaseUnavailableError):
            behind = ()
        if not behind or behind != self._seen:
            self._seen, self._since = behind, self._now()
            return False
        return self._now() - self._since >= PATIENCE

    def _behind(self) -> Places:
        """Return those of ours that are behind what was published, and can be carried on."""
        mine = {each.name: each for each in self._consumers if self._slots.has(each.name)}
        with self._database.as_worker() as connection:
            places = checkpoints.places(connection, [RELAY, *mine])
            published = places.pop(RELAY, checkpoints.Place(0)).position
            return tuple(
                (name, place.position)
                for name, place in sorted(places.items())
                if place.position < published
                and place.waits_for
                is None  # others may be able to read it: starting again does not help
                and mine[name].accepts(connection, place.shape)
            )
