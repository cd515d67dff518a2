"""A business's past as it was before some position: read from the log, and kept by nobody."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final, TypeVar, cast

from psycopg import Connection

from adapters.event_store.reader import COLUMNS, Reader, cut
from application.ports import LAST_VERSION, Recorded
from application.what_if.hindsight import Moment
from domain.aggregate import Aggregate
from domain.messages import Event

S = TypeVar("S")

SHORT: Final = 200
"""Events of a stream that is remembered, as nearly all are; of a longer one, what is asked is read."""

MOST_KNOWN: Final = 200
"""Streams that are remembered: what is asked for next is most often of the same, a little later."""


class LoggedHindsight:
    """Reads one tenant's log up to a position over a connection that is lent."""

    def __init__(
        self, connection: Connection[Any], reader: Reader, tenant: str, until: int
    ) -> None:
        self._connection = connection
        self._reader = reader
        self._tenant = tenant
        self._until = until
        self._known: dict[str, _Stream] = {}

    def before(self, position: int, now: datetime) -> "PastBefore":
        """Return what was known when the log had not come to a position yet."""
        return PastBefore(self, position - 1, now)

    def state(self, aggregate: Aggregate[S, Any], identity: str, until: int) -> S:
        """Return a state as it was at a position."""
        known = self._known.get(identity) or self._learnt(identity)
        if known.is_whole:
            return cast("S", known.at(until, aggregate))
        with self._parts(identity, until=until) as parts:
            return aggregate.fold(past.event for part in parts for past in part)

    def _learnt(self, identity: str) -> "_Stream":
        if len(self._known) >= MOST_KNOWN:
            self._known.clear()
        with self._parts(identity, to=SHORT) as parts:
            known = self._known[identity] = _Stream([past for part in parts for past in part])
        return known

    def first(self, stream: str) -> Recorded | None:
        """Return what happened first in a stream."""
        with self._parts(stream, to=1) as parts:
            return next((past for part in parts for past in part), None)

    @contextmanager
    def stream(self, stream: str) -> Iterator[Iterable[Recorded]]:
        """Lend what happened in a stream, in order."""
        with self._parts(stream) as parts:
            yield (past for part in parts for past in part)

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

    @contextmanager
    def _parts(
        self, stream: str, *, to: int = LAST_VERSION, until: int | None = None
    ) -> Iterator[Iterable[Sequence[Recorded]]]:
        until = self._until if until is None else until
        read = self._reader.parts(self._connection, self._tenant, stream, to=to, until=until)
        with read as parts:
            yield map(self._reader.whole, parts)


class _Stream:
    """The beginning of a stream, and its state as far as it was asked for; it is moved on where it can be."""

    def __init__(self, events: Sequence[Recorded]) -> None:
        self._events = events
        self._state: Any = None
        self._folded = 0

    @property
    def is_whole(self) -> bool:
        """Whether there is no more of it."""
        return len(self._events) < SHORT

    def at(self, position: int, aggregate: Aggregate[Any, Any]) -> Any:
        """Return the state that it had at a position."""
        if not self._folded or self._events[self._folded - 1].position > position:
            self._state, self._folded = aggregate.initial, 0
        first = self._folded
        while self._folded < len(self._events) and self._events[self._folded].position <= position:
            self._folded += 1
        events = (past.event for past in self._events[first : self._folded])
        self._state = aggregate.fold(events, self._state)
        return self._state


class PastBefore:
    """What was known at one moment."""

    def __init__(self, log: LoggedHindsight, until: int, now: datetime) -> None:
        self._log = log
        self._until = until
        self.now = now

    def of(self, aggregate: Aggregate[S, Any], identity: str) -> S:
        """Return the state of an aggregate; its initial state when it had not happened."""
        return self._log.state(aggregate, identity, self._until)

    def foresee(self, aggregate: Aggregate[Any, Any], identities: Iterable[str]) -> None:
        """Read each when it is looked at."""


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
