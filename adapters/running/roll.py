"""The roll of running processes: each says what it can read, what it records, and which keys it knows.

So whoever is about to record a new type of events, or to use a new key, sees whether everybody is
ready for that. A process that was killed stays on the roll until the others have heard nothing of it
for half a minute.
"""

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

import msgspec
import structlog
from psycopg import Connection, Error
from psycopg.rows import class_row

from adapters.postgres import Database, DatabaseUnavailableError
from adapters.running.silence import Silence
from adapters.trouble import Trouble

EVERY: Final = 5.0
"""Seconds from one time that a process says it is there to the next."""

GONE: Final = timedelta(seconds=30)
"""After so long a silence it is not there any more."""

log = structlog.get_logger()


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """What a process says of itself. It `reads` types of events, tables of read models in the version
    that it declares, and forms of what comes back to it over HTTP. Keys are named, which says nothing of what they are.
    """

    id: UUID
    release: str
    reads: Sequence[str]
    records: Sequence[str]
    master_keys: Sequence[str]
    secret_keys: Sequence[str]


class Present(Entry, frozen=True, kw_only=True):
    """A process that is there."""

    cannot_read: Sequence[str]
    began_at: datetime
    seen_at: datetime

    @property
    def sign(self) -> "Sign":
        """Return what it said last."""
        return Sign(self.id, self.seen_at)


class Sign(NamedTuple):
    """That a process is there; another one each time."""

    id: UUID
    seen_at: datetime


class Ring:
    """Keys of one kind, all of which are known. The first that every process knows is used: until
    then a new one does nobody any harm.
    """

    def __init__(self, kind: str, names: Sequence[str], use: Callable[[int], None]) -> None:
        self.kind = kind
        self._names = names
        self._use = use
        self._used = 0

    def settle(self, others: Iterable[Sequence[str]]) -> None:
        """Use the first key that all these others know, too; our own first where there is none."""
        theirs = list(others)
        known = (n for n, name in enumerate(self._names) if all(name in each for each in theirs))
        chosen = next(known, 0)
        if chosen != self._used:
            log.info("another key is used", kind=self.kind, key=self._names[chosen])
            self._use(chosen)
        self._used = chosen


class Roll:
    """One process on the roll."""

    def __init__(
        self,
        database: Database,
        entry: Entry,
        lacking: Callable[[], Sequence[str]],
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._silence: Silence[Sign] = Silence(GONE, seconds)
        self._entry = entry
        self._lacking = lacking
        self._rings: list[Ring] = []
        self._others: list[Present] = []
        self._gate = threading.Lock()
        self._gone = False
        self._trouble = Trouble("the roll is not called", "the roll is called again")

    def settle(self, ring: Ring) -> None:
        """Let a ring of keys use one that everybody knows, from now on."""
        self._rings.append(ring)
        ring.settle(getattr(each, ring.kind) for each in self._others)

    def is_read_elsewhere(self, what: str) -> bool:
        """Whether another process that is there reads this."""
        return any(what in each.reads for each in self._others)

    def is_read_by_all(self, what: str) -> bool:
        """Whether every other process that is there reads this."""
        return all(what in each.reads for each in self._others)

    def call(self) -> None:
        """Say that we are here, and see who else is; strike off who is silent. Who has left says
        nothing any more.
        """
        with self._gate:
            if not self._gone:
                self._call()

    def _call(self) -> None:
        values = {**msgspec.to_builtins(self._entry), "cannot_read": list(self._lacking())}
        with self._database.as_worker() as connection:
            connection.execute(SAY, values)
            found = present(connection)
            silent = self._silence.found(each.sign for each in found)
            _strike_off(connection, silent)
        there = (each for each in found if each.sign not in silent)
        self._others = [each for each in there if each.id != self._entry.id]
        for ring in self._rings:
            ring.settle(getattr(each, ring.kind) for each in self._others)

    def others_know_more_keys(self) -> bool:
        """Whether another process knows a master key that we do not."""
        ours = set(self._entry.master_keys)
        return any(not ours.issuperset(each.master_keys) for each in self._others)

    def run(self, stop: threading.Event) -> None:
        """Call the roll now and then, until told to stop."""
        while not stop.wait(EVERY):
            try:
                self.call()
            except (Error, DatabaseUnavailableError) as error:
                self._trouble.begin(error)
            else:
                self._trouble.end()

    def leave(self) -> None:
        """Say that we are gone, for good; if that cannot be said, it will be seen."""
        with self._gate, suppress(Error, DatabaseUnavailableError):
            self._gone = True
            with self._database.as_worker() as connection:
                connection.execute("DELETE FROM work.processes WHERE id = %s", (self._entry.id,))


def present(connection: Connection[Any]) -> list[Present]:
    """Return the processes that are on the roll, the oldest first."""
    with connection.cursor(row_factory=class_row(Present)) as cursor:
        return cursor.execute(PRESENT).fetchall()


def answering(
    connection: Connection[Any],
    wait: Callable[[float], object] = time.sleep,
    seconds: Callable[[], float] = time.monotonic,
) -> list[Present]:
    """Return the processes that are there, for whoever asks once. Those that said nothing for long, by
    a clock that may be wrong, are given a moment to do so.
    """
    doubtful = {Sign(*row) for row in connection.execute(DOUBTFUL)}
    until = seconds() + 3 * EVERY
    while doubtful and seconds() < until:
        wait(EVERY / 10)
        doubtful &= {each.sign for each in present(connection)}
    return [each for each in present(connection) if each.sign not in doubtful]


def _strike_off(connection: Connection[Any], silent: Sequence[Sign]) -> None:
    if silent:
        ids, seen = zip(*silent, strict=True)
        connection.execute(STRIKE_OFF, (list(ids), list(seen)))


SAY: Final = """
    INSERT INTO work.processes AS p
        (id, release, reads, records, master_keys, secret_keys, cannot_read)
    VALUES (%(id)s, %(release)s, %(reads)s, %(records)s, %(master_keys)s, %(secret_keys)s,
        %(cannot_read)s)
    ON CONFLICT (id) DO UPDATE
        SET cannot_read = excluded.cannot_read, seen_at = clock_timestamp()
"""
STRIKE_OFF: Final = """
    DELETE FROM work.processes p USING unnest(%s::uuid[], %s::timestamptz[]) AS silent(id, seen_at)
    WHERE p.id = silent.id AND p.seen_at = silent.seen_at
"""
PRESENT: Final = """
    SELECT id, release, reads, records, master_keys, secret_keys, cannot_read, began_at, seen_at
    FROM work.processes ORDER BY began_at, id
"""
DOUBTFUL: Final = """
    SELECT id, seen_at FROM work.processes
    WHERE seen_at NOT BETWEEN clock_timestamp() - interval '30 seconds' AND clock_timestamp()
"""
