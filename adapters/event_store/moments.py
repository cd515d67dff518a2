"""Where in a tenant's log a time is.

The order of events is that of their positions; their times are what PostgreSQL's clock said. Both
grow together, so that a place is found by halving, but for where the clock went back: `log.turns`
says where that was, and each stretch in between is halved by itself.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from psycopg import Connection

LAST: Final = 2**62
BEGINNING: Final = datetime.min.replace(tzinfo=UTC)
END: Final = datetime.max.replace(tzinfo=UTC)


class Place(NamedTuple):
    """Where an event is: in the log, and among those of its tenant."""

    position: int
    tenant_position: int


class _Seen(NamedTuple):
    position: int
    recorded_at: datetime


class _Stretch(NamedTuple):
    """Positions after one turn of the clock, up to and including the next; no time in it is before
    `began` or after `ended`.
    """

    after: int
    to: int
    began: datetime
    ended: datetime


Holds = Callable[[_Seen], bool]

NOWHERE: Final = Place(0, 0)


def last_until(connection: Connection[Any], tenant: str, at: datetime) -> Place:
    """Return the place of the last event recorded at this time or before; zeros if there is none."""
    for stretch in reversed(_stretches(connection)):
        if stretch.began <= at:
            found = _last(connection, tenant, _until(stretch, lambda each: each.recorded_at <= at))
            if found.position > stretch.after:
                return found
    return NOWHERE


def first_since(connection: Connection[Any], tenant: str, at: datetime) -> int:
    """Return the tenant's position of the first event recorded at this time or later; one beyond
    the end if there is none.
    """
    for stretch in _stretches(connection):
        if stretch.ended >= at:
            before = _last(connection, tenant, _until(stretch, lambda each: each.recorded_at < at))
            found = _seen(connection, tenant, before.tenant_position + 1)
            if found is not None and found.position <= stretch.to:
                return before.tenant_position + 1
    return end_of(connection, tenant) + 1


def end_of(connection: Connection[Any], tenant: str) -> int:
    """Return the tenant's position of the last event, 0 if there is none."""
    row = connection.execute(END_OF, (tenant,), prepare=True).fetchone()
    return int(row[0] or 0) if row else 0


def _until(stretch: _Stretch, holds: Holds) -> Holds:
    """Return what holds up to a place within a stretch, and nowhere behind it."""
    return lambda each: (
        each.position <= stretch.after or (each.position <= stretch.to and holds(each))
    )


def _last(connection: Connection[Any], tenant: str, holds: Holds) -> Place:
    """Halve the tenant's log until the last place is found at which it holds."""
    low, high, found = 0, end_of(connection, tenant), NOWHERE
    while low < high:
        middle = (low + high + 1) // 2
        seen = _seen(connection, tenant, middle)
        if seen is not None and holds(seen):
            low, found = middle, Place(seen.position, middle)
        else:
            high = middle - 1
    return found


def _seen(connection: Connection[Any], tenant: str, tenant_position: int) -> _Seen | None:
    row = connection.execute(SEEN, (tenant, tenant_position), prepare=True).fetchone()
    return None if row is None else _Seen(*row)


def _stretches(connection: Connection[Any]) -> list[_Stretch]:
    turns = connection.execute(TURNS, prepare=True).fetchall()
    begins = [(0, BEGINNING), *((position, began) for position, _, began in turns)]
    ends = [*((position, was) for position, was, _ in turns), (LAST, END)]
    return [
        _Stretch(after, to, began, ended)
        for (after, began), (to, ended) in zip(begins, ends, strict=True)
    ]


TURNS: Final = "SELECT position, was, began FROM log.turns ORDER BY position"
END_OF: Final = """
    SELECT tenant_position FROM log.events WHERE tenant_id = %s
    ORDER BY tenant_position DESC LIMIT 1
"""
SEEN: Final = """
    SELECT position, recorded_at FROM log.events WHERE tenant_id = %s AND tenant_position = %s
"""
