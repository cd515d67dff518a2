"""Have read models seen what somebody has written, and is none of it set aside?

Whoever waits is woken when the projector has moved, here or in another process; they look now and
then without being woken, since a wake-up is only a hint. However many wait, one of them looks.
"""

import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from psycopg import Connection

from adapters.event_store.reader import head
from adapters.postgres import Database
from adapters.read_models.known import UNKNOWN, Known
from adapters.wakeups.bell import Bell
from application.ports import PositionUnknown, ProjectionBehind, ProjectionParked
from domain.values import kind_of
from projections.read_model import ReadModel

POLL: Final = 0.25
"""Seconds after which a waiter looks without being woken."""

STILL: Final = 1.0
"""Seconds after which a read model that should move and does not is believed to stand still."""

Aside = Mapping[tuple[str, str], str | None]
"""Read models and keys that are set aside, each with the master key that it needs, by its name; None if
it is for an operator to have it tried again.
"""


class _Look(NamedTuple):
    """What was seen in PostgreSQL at one moment; `rings` tells which one."""

    rings: int
    at: float
    positions: Mapping[str, int]


class Freshness:
    """Knows how far read models have come, or finds it out."""

    def __init__(self, database: Database, advanced: Bell, known: Known) -> None:
        self._database = database
        self._advanced = advanced
        self._known = known
        self._gate = threading.Lock()
        self._names: set[str] = set()
        self._last = _Look(-1, 0.0, {})
        self._behind: dict[tuple[str, ...], tuple[int, float]] = {}

    def have_seen(self, names: Sequence[str], position: int, until: float) -> bool:
        """Whether these read models have seen the log up to `position`; if need be, wait until
        then. Raises PositionUnknown.
        """
        asked = False
        while True:
            heard = self._advanced.rings
            if self.is_known(names, position):
                return True
            positions = self._look(names)
            least = min((positions.get(name, -1) for name in names), default=position)
            if least >= position:
                return True
            self._note(names, least)
            if not asked:
                self._refuse_the_future(position)
                asked = True
            left = until - time.monotonic()
            if left <= 0:
                return False
            self._advanced.wait(heard, min(left, POLL))

    def _note(self, names: Sequence[str], least: int) -> None:
        """Note since when they are where they are, though somebody wants them to be further."""
        known = self._behind.get(tuple(names))
        if known is None or known[0] != least:
            self._behind[tuple(names)] = (least, time.monotonic())

    def still_from(self, names: Sequence[str]) -> float:
        """Return the time from which on they are believed to stand still, unless they move."""
        _, since = self._behind.get(tuple(names), (0, time.monotonic()))
        return since + STILL

    def known(self, names: Sequence[str]) -> int:
        """Return up to where they are known to have come; have a look, if nobody had one for a second."""
        if self._known.least(names) == UNKNOWN:
            self._look(names)
        return self._known.least(names)

    def is_known(self, names: Sequence[str], position: int) -> bool:
        """Whether it is known, without a look, that they have seen everything up to `position`."""
        return self._known.least(names) >= position

    def aside(self, tenant: str, names: Sequence[str], position: int) -> Aside:
        """Return what is set aside of them for this tenant, because of events up to `position`."""
        if self.is_known(names, position):
            return {}
        with self._database.as_desk() as connection:
            return aside(connection, tenant, names, position)

    def behind(self, names: Sequence[str], position: int) -> ProjectionBehind:
        """Say how far behind they are."""
        with self._database.as_desk() as connection:
            row = connection.execute(BEHIND, {"names": list(names), "to": position}).fetchone()
        checkpoint, lag_ms = row or (None, None)
        return ProjectionBehind(
            position=position,
            checkpoint=checkpoint,
            lag_events=max(0, position - (checkpoint or 0)),
            lag_ms=max(0, lag_ms or 0),
        )

    def _look(self, names: Sequence[str]) -> Mapping[str, int]:
        """See how far they are; what another waiter saw since the last ring is good enough."""
        rings, now = self._advanced.rings, time.monotonic()
        with self._gate:
            last = self._last
            known = last.positions.keys() >= set(names)
            if last.rings == rings and now - last.at < POLL / 2 and known:
                return last.positions
            self._names.update(names)
            with self._database.as_desk() as connection:
                rows = connection.execute(LOOK, (list(self._names),), prepare=True).fetchall()
            positions = {name: at for name, at, _ in rows}
            self._last = _Look(rings, time.monotonic(), positions)
            self._known.learn({name: at for name, at, troubled in rows if not troubled})
            return positions

    def _refuse_the_future(self, position: int) -> None:
        with self._database.as_desk() as connection:
            end = head(connection)
        if position > end:
            raise PositionUnknown(position=position, head=end)


def aside(connection: Connection[Any], tenant: str, names: Sequence[str], position: int) -> Aside:
    """Return what is set aside for this tenant, because of events up to `position`."""
    rows = connection.execute(ASIDE, (list(names), tenant, position), prepare=True).fetchall()
    return {(name, key): needs for name, key, needs in rows}


def lacked_by(model: ReadModel, key: str, hidden: Aside) -> Aside:
    """Return what is set aside of a read model that its row may lack: itself; and, of rows that many
    feed, streams in which something could not be read, which are set aside under their own names.
    """
    return {
        (name, other): needs
        for (name, other), needs in hidden.items()
        if name == model.name
        and (other == key or (model.owner is None and kind_of(other) != kind_of(key)))
    }


def refuse_hidden(hidden: Aside, position: int) -> None:
    """Refuse what has to show everything up to `position`, and lacks what is set aside.

    Raises ProjectionParked; ProjectionBehind if a process that has the master key sees to all of it.
    """
    for_operators = sorted(name for (name, _), needs in hidden.items() if needs is None)
    if for_operators:
        raise ProjectionParked(position=position, consumer=for_operators[0])
    if hidden:
        raise ProjectionBehind(position=position, parked=True)


LOOK: Final = """
    SELECT c.consumer, c.position, EXISTS (SELECT FROM work.parked p WHERE p.consumer = c.consumer)
    FROM work.checkpoints c WHERE c.consumer = ANY(%s) AND c.source = 'log'
"""
ASIDE: Final = """
    SELECT consumer, key, needs FROM work.parked
    WHERE consumer = ANY(%s) AND tenant_id = %s AND position <= %s
"""
BEHIND: Final = """
    SELECT least.position, (
        SELECT (extract(epoch FROM last.recorded_at - next.recorded_at) * 1000)::bigint
        FROM log.events last, log.events next
        WHERE last.position = %(to)s AND next.position = least.position + 1
    )
    FROM (
        SELECT min(coalesce(c.position, 0)) AS position
        FROM unnest(%(names)s::text[]) AS n(name)
        LEFT JOIN work.checkpoints c ON c.consumer = n.name AND c.source = 'log'
    ) least
"""
