"""What is in force of what businesses configure, known by heart in each process.

    configure ─► the log ─► the bell rings ─► each process asks whether what it knows is out of date

Whoever misses the bell asks a moment later all the same: within two seconds all processes know. Who asks for
what is known asks memory, and nothing else. Secrets are in the clear here, in memory, and nowhere else.
"""

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from psycopg import Connection, Error

from adapters.event_store.glance import Asking
from adapters.event_store.store import PostgresEventStore
from adapters.postgres import Database, DatabaseUnavailableError
from adapters.trouble import Trouble
from adapters.wakeups.bell import Bell
from application.business.configuration import configured
from application.ports import Answer, Clock, StoreUnavailableError
from domain.business.configuration import (
    BY_KEY,
    CONFIGURATION,
    Configuration,
    Declaration,
    claim_of,
)

LOOK: Final = 1.0
"""Seconds after which a process asks without having been woken."""

GATHER: Final = 0.05
"""Seconds between two looks at least: what changes meanwhile is seen with the next."""

MOST: Final = 1_000
"""So much is known at a time: each of them is looked for in an index at each look. Of as many places it is known
that nothing was ever configured there. These are apart: anybody may ask in the name of any business.
"""

OURS: Final = f"{CONFIGURATION.kind}-"

Place = tuple[str, str]
"""A tenant, and a key."""


class Found(NamedTuple):
    """What is configured, by which versions of which streams."""

    state: Configuration
    seen: Mapping[str, int]

    def __repr__(self) -> str:
        return "Found(…)"

    @property
    def is_nothing(self) -> bool:
        """Whether nothing was ever configured there."""
        return not any(self.seen.values())


Room = OrderedDict[Place, Found]
"""What is known, the least recently asked for first."""


class KnownConfiguration:
    """`application.business.configuration.Configured`. `bell` rings when something was configured.

    `lookups` counts how often somebody asked, and `queries` how often that was not known.
    """

    def __init__(
        self,
        database: Database,
        store: PostgresEventStore,
        clock: Clock,
        *,
        declared: Mapping[str, Declaration] = BY_KEY,
        most: int = MOST,
    ) -> None:
        self.bell = Bell()
        self.lookups = 0
        self.queries = 0
        self._database = database
        self._asking = Asking(store, clock)
        self._clock = clock
        self._declared = declared
        self._most = most
        self._trouble = Trouble("configuration may be old", "configuration is known again")
        self._gate = threading.Lock()
        self._known, self._nothing = Room(), Room()
        self._forgotten = 0

    def __repr__(self) -> str:
        return "KnownConfiguration(…)"

    # --- Asking ---------------------------------------------------------------------------

    def values(self, tenant: str, key: str) -> Any:
        """Return the values in force, as they are declared: their defaults where nothing is, if all have
        one, or else None.
        """
        declared = self._declared.get(key)
        return declared and declared.values_of(self._state(tenant, key).in_force)

    def secrets_of(self, tenant: str, key: str) -> Sequence[bytes]:
        """Return the secrets by which what a provider sends is verified, the newest first."""
        if key not in self._declared:
            return ()
        valid = self._state(tenant, key).valid(self._clock())
        return tuple((each.value or "").encode() for each in valid)

    def _state(self, tenant: str, key: str) -> Configuration:
        place = (tenant, key)
        with self._gate:
            self.lookups += 1
            for room in (self._known, self._nothing):
                if place in room:
                    room.move_to_end(place)
                    return room[place].state
            self.queries += 1
            forgotten = self._forgotten
        found = self._read(place)
        self._learn(place, found, forgotten)
        return found.state

    def _read(self, place: Place) -> Found:
        """Read what is configured. Where nothing ever was, that is one question, and the memory of the log
        has nothing to remember.
        """
        tenant, key = place
        nothing = Found(CONFIGURATION.initial, {claim_of(key): 0})
        with self._database.as_tenant(tenant) as connection:
            if not _changed(connection, _versions([(place, nothing)])):
                return nothing
        return self._asking(tenant, lambda past: Found(configured(key, past), past.seen))

    def _learn(self, place: Place, found: Found, forgotten: int) -> None:
        """Know it from now on, unless something was to be forgotten while it was read."""
        with self._gate:
            if forgotten != self._forgotten:
                return
            room = self._nothing if found.is_nothing else self._known
            room[place] = found
            if len(room) > self._most:
                room.popitem(last=False)

    # --- Hearing --------------------------------------------------------------------------

    def hear(self, answer: Answer) -> None:
        """Know what was done by this process at once, and tell the others."""
        tenants = {each.tenant for each in answer.recorded if each.stream.startswith(OURS)}
        if tenants:
            with self._gate:
                known = (*self._known, *self._nothing)
                places = {place for place in known if place[0] in tenants}
            self._forget(places)
            self.bell.ring()

    # --- Forgetting -----------------------------------------------------------------------

    def forget(self) -> None:
        """Know nothing any more: the database may be another, or keys are."""
        with self._gate:
            self._forgotten += 1
            self._known.clear()
            self._nothing.clear()

    def look(self) -> None:
        """Forget what is out of date."""
        with self._gate:
            known = _versions([*self._known.items(), *self._nothing.items()])
        if not known:
            return
        with self._database.as_onlooker() as connection:
            changed = _changed(connection, known)
        if changed:
            self._forget({place for place, stream, _ in known if (place[0], stream) in changed})

    def _forget(self, places: set[Place]) -> None:
        with self._gate:
            self._forgotten += 1
            for place in places:
                self._known.pop(place, None)
                self._nothing.pop(place, None)

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
        except (Error, DatabaseUnavailableError, StoreUnavailableError) as error:
            self._trouble.begin(error)


def _versions(known: Sequence[tuple[Place, Found]]) -> list[tuple[Place, str, int]]:
    return [
        (place, stream, version) for place, found in known for stream, version in found.seen.items()
    ]


def _changed(
    connection: Connection[Any], known: Sequence[tuple[Place, str, int]]
) -> set[tuple[str, str]]:
    tenants = [place[0] for place, _, _ in known]
    streams, versions = [each[1] for each in known], [each[2] for each in known]
    return set(connection.execute(CHANGED, (tenants, streams, versions)).fetchall())


# Of a stream at another version something has happened since; of a log that was restored, less.
CHANGED: Final = """
    SELECT k.tenant_id::text, k.stream
    FROM unnest(%s::uuid[], %s::text[], %s::int[]) AS k(tenant_id, stream, version)
    WHERE k.version IS DISTINCT FROM coalesce((
        SELECT e.version FROM log.events e
        WHERE e.tenant_id = k.tenant_id AND e.stream = k.stream
        ORDER BY e.version DESC LIMIT 1
    ), 0)
"""
