"""A business's past as it was before some position: read from the log, and kept by nobody."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final, TypeVar

from psycopg import Connection

from adapters.event_store.reader import COLUMNS, Reader, cut
from application.ports import Recorded
from application.what_if.hindsight import Moment
from domain.aggregate import Aggregate
from domain.messages import Event

S = TypeVar("S")

MOST_KNOWN: Final = 500
"""States that are remembered: what is asked for next is most often of a little later."""


class LoggedHindsight:
    """Reads one tenant's log up to a position over a connection that is lent."""

    def __init__(
        self, connection: Connection[Any], reader: Reader, tenant: str, until: int
    ) -> None:
        self._connection = connection
        self._reader = reader
        self._tenant = tenant
        self._until = until
        self._known: dict[str, tuple[Any, int, int]] = {}

    def before(self, position: int, now: datetime) -> "PastBefore":
        """Return what was known when the log had not come to a position yet."""
        return PastBefore(self, position - 1, now)

    def state(self, aggregate: Aggregate[S, Any], identity: str, until: int) -> S:
        """Return a state as it was at a position, from where it was looked at last, if that was no later."""
        known = self._known.get(identity, (aggregate.initial, 0, 0))
        state, version, reached = known if known[2] <= until else (aggregate.initial, 0, 0)
        if reached == until:
            return state
        for past in self._read(identity, after=version, until=until):
            state, version = aggregate.fold([past.event], state), past.version
        if len(self._known) >= MOST_KNOWN:
            self._known.clear()
        self._known[identity] = (state, version, until)
        return state

    def first(self, stream: str) -> Recorded | None:
        """Return what happened first in a stream."""
        with self._reader.parts(self._connection, self._tenant, stream, to=1) as parts:
            return next((p for part in parts for p in self._reader.whole(part)), None)

    @contextmanager
    def stream(self, stream: str) -> Iterator[Iterable[Recorded]]:
        """Lend what happened in a stream, in order."""
        until = self._until
        with self._reader.parts(self._connection, self._tenant, stream, until=until) as parts:
            yield (past for part in parts for past in self._reader.whole(part))

    def moments(self, stream: str, kind: type[Event]) -> Sequence[Moment]:
        """Return when things of a kind happened in a stream, in order."""
        values = (self._tenant, stream, self._until, self._reader.names((kind,)))
        rows = self._connection.execute(MOMENTS, values, prepare=True).fetchall()
        return [Moment(*row) for row in rows]

    def happened(
        self, kinds: tuple[type[Event], ...], *, after: int, to: int, most: int
    ) -> Sequence[Recorded]:
        """Return what happened of these kinds, with `after < tenant_position <= to`, so many at most."""
        values = (self._tenant, after, to, self._reader.names(kinds), most)
        rows = self._connection.execute(HAPPENED, values, prepare=True, binary=True).fetchall()
        return self._reader.whole(self._reader.recorded(rows))

    def _read(self, stream: str, *, after: int, until: int) -> Iterator[Recorded]:
        with self._reader.parts(
            self._connection, self._tenant, stream, after=after, until=until
        ) as parts:
            for part in parts:
                yield from self._reader.whole(part)


class PastBefore:
    """What was known at one moment."""

    def __init__(self, log: LoggedHindsight, until: int, now: datetime) -> None:
        self._log = log
        self._until = until
        self.now = now

    def of(self, aggregate: Aggregate[S, Any], identity: str) -> S:
        """Return the state of an aggregate; its initial state when it had not happened."""
        return self._log.state(aggregate, identity, self._until)


HAPPENED: Final = cut(
    f"""
    SELECT {COLUMNS} FROM log.events e
    WHERE e.tenant_id = %s AND e.tenant_position > %s AND e.tenant_position <= %s AND e.type = ANY(%s)
    ORDER BY e.tenant_position LIMIT %s
    """,
    "tenant_position",
)
MOMENTS: Final = """
    SELECT position, recorded_at, type FROM log.events
    WHERE tenant_id = %s AND stream = %s AND position <= %s AND type = ANY(%s) ORDER BY version
"""
