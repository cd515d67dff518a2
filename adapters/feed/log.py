"""Reads a tenant's log for those who listen: `application.feed.Feed`, filled.

position ─► is it of this log, and not too long ago? ─► events behind it ─► as others are told of them
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final

from psycopg import Connection

from adapters.event_store.bookmarks import bookmarks_of, end_of
from adapters.event_store.history import Asked, History
from adapters.event_store.reader import Reader
from adapters.event_store.unread import Hearer
from adapters.feed.follower import Follower
from adapters.postgres import Database
from application.feed import (
    EVERYTHING,
    SNAPSHOT,
    Happening,
    Heard,
    PositionExpired,
    Wanted,
    classes_but,
    told_classes,
)
from application.ports import Bookmark, Clock, PositionUnknown, Recorded
from application.told import remembering, told
from domain.business.users import STORED_AS as OF_USERS
from domain.business.users import USER
from domain.values import kind_of

PAGE: Final = 500
"""Events of which somebody is told at once, who has some to catch up on."""

HEARER: Final = Hearer("feed", told_classes())
"""Who waits for events that are told: before those of a newer release it stops."""

STANDING: Final = tuple(OF_USERS.values())
"""Events by which somebody may be another than they were: read whatever is wanted."""

AROUND: Final = """
    SELECT tenant_position, log.mark(hash), recorded_at FROM log.events
    WHERE tenant_id = %s AND tenant_position BETWEEN %s AND %s
"""
END: Final = """
    SELECT position, tenant_position, log.mark(hash) FROM log.events WHERE tenant_id = %s
    ORDER BY tenant_position DESC LIMIT 1
"""


class PostgresFeed:
    """Reads over connections that see one tenant each; what is `kept` to be told again is this long."""

    def __init__(
        self,
        database: Database,
        reader: Reader,
        clock: Clock,
        follower: Follower,
        *,
        kept: timedelta,
    ) -> None:
        self._database = database
        self._reader = reader
        self._history = History(reader)
        self._clock = clock
        self._kept = kept
        self._but = lru_cache(maxsize=200)(self._others_than)
        self.watch = follower.watch

    def latest(self, tenant: str) -> Bookmark:
        """Return where a tenant's log ends."""
        with self._database.as_tenant(tenant) as connection:
            return end_of(connection, tenant)

    def snapshot(self, tenant: str) -> tuple[Bookmark, int]:
        """Return the same, and its place among all."""
        with self._database.as_tenant(tenant) as connection:
            row = connection.execute(END, (tenant,), prepare=True).fetchone()
        return (Bookmark(*row[1:]), row[0]) if row else (Bookmark(), 0)

    def read(
        self, tenant: str, after: Bookmark, wanted: Wanted = EVERYTHING, *, most: int = PAGE
    ) -> Heard:
        """Return what happened behind a position. Raises PositionUnknown, PositionExpired, NotReadableHere."""
        with self._database.as_tenant(tenant) as connection:
            self._refuse_lost(connection, tenant, after)
            asked = Asked(but=self._but(wanted))
            page = self._history.after(
                connection, tenant, asked, position=after.position, limit=most
            )
            events = self._readable(connection, page.events)
            cut = len(events) < len(page.events)
            reached = events[-1].tenant_position if cut else page.reached
            return self._heard(connection, tenant, events, reached, more=cut or page.more)

    def at(self, tenant: str, bookmark: Bookmark) -> Happening | None:
        """Return what is told of the event at a position; None where another is, or nothing is told. Raises
        NotReadableHere.
        """
        with self._database.as_tenant(tenant) as connection:
            past = self._history.event(connection, tenant, bookmark.position)
            if past is None:
                return None
            (past,) = self._readable(connection, [past])
            heard = self._heard(connection, tenant, [past], past.tenant_position, more=False)
        return next((each for each in heard.happenings if each.bookmark == bookmark), None)

    def _others_than(self, wanted: Wanted) -> tuple[str, ...]:
        """Return the stored names of events of which nothing is to be known for this."""
        kept = (*told_classes(wanted), *STANDING)
        return tuple(self._reader.names(classes_but(kept)))

    def _refuse_lost(self, connection: Connection[Any], tenant: str, after: Bookmark) -> None:
        """Raise PositionUnknown if something else is there, or nothing; PositionExpired if what is behind
        it was too long ago.
        """
        places = (tenant, after.position, after.position + 1)
        rows = connection.execute(AROUND, places, prepare=True).fetchall()
        found = {position: (mark, at) for position, mark, at in rows}
        if after.position and found.get(after.position, ("",))[0] != after.mark:
            raise PositionUnknown
        if after.position + 1 in found and self._is_past(found[after.position + 1][1]):
            raise PositionExpired(snapshot=SNAPSHOT, days=self._kept.days)

    def _is_past(self, at: datetime) -> bool:
        return at < self._clock() - self._kept

    def _readable(
        self, connection: Connection[Any], events: Sequence[Recorded]
    ) -> Sequence[Recorded]:
        """Return the events before the first that this process cannot read and has to tell of. Raises
        NotReadableHere where that is the very first.
        """
        if all(past.event is not None for past in events):
            return events
        stops = self._reader.stops(connection, events, [HEARER])
        names = {*self._reader.names(HEARER.types)}
        for number, past in enumerate(events):
            if stops.get(past.type) or (past.needs is not None and past.type in names):
                if not number:
                    raise self._reader.lacking(past.needs or past.type)
                return events[:number]
        return events

    def _heard(
        self,
        connection: Connection[Any],
        tenant: str,
        events: Sequence[Recorded],
        reached: int,
        *,
        more: bool,
    ) -> Heard:
        states = self._states(connection, tenant, events)
        all_ = [(past, told(past, states.get(past.tenant_position))) for past in events]
        places = [past.tenant_position for past, said in all_ if said is not None]
        marks = bookmarks_of(connection, tenant, [*places, reached])
        happenings = [
            Happening(marks[past.tenant_position], said) for past, said in all_ if said is not None
        ]
        users = {past.stream for past in events if kind_of(past.stream) == USER.kind}
        return Heard(happenings, marks.get(reached, Bookmark()), more, users)

    def _states(
        self, connection: Connection[Any], tenant: str, events: Sequence[Recorded]
    ) -> Mapping[int, Any]:
        """Return the states that say whose something is, as each of these events left them."""
        found: dict[int, Any] = {}
        for past in events:
            if (aggregate := remembering(past)) is not None:
                with self._reader.parts(connection, tenant, past.stream, to=past.version) as parts:
                    state = aggregate.initial
                    for part in parts:
                        said = [each.event for each in self._reader.whole(part)]
                        state = aggregate.fold([e for e in said if e is not None], state)
                found[past.tenant_position] = state
        return found
