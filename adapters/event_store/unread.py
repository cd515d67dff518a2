"""What this process cannot read, and whom that concerns.

A release knows some types of events, and a newer one beside it records others. Before it does, it
says in `work.event_types` which of its consumers each type is for. So for an older one a type is

    known                                        read, or not waited for
    another version of one that is waited for    stopped at
    for this consumer, says another release      stopped at
    for other consumers only                     passed over: it is certainly none of ours
    nobody's, as far as anybody said             stopped at
    not named as ours are                        passed over: the library's, not the product's
"""

import re
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, Final, NamedTuple

import msgspec
import structlog
from psycopg import Connection

from application.ports import Recorded
from domain.messages import Event

OURS: Final = re.compile(r"[a-z][a-z0-9-]*\.v[0-9]+")
"""How types of events are named."""

REMEMBERED: Final = 60.0
"""Seconds for which it is said that something cannot be read, after that was seen last."""

NOBODY: Final[frozenset[str]] = frozenset()

log = structlog.get_logger()


class Hearer(NamedTuple):
    """Who waits for which events: a consumer of the log, or whatever else folds them."""

    name: str
    types: tuple[type[Event], ...]


def is_ours(type_: str) -> bool:
    """Whether a release of ours has recorded it, this one or another."""
    return OURS.fullmatch(type_) is not None


def base_of(type_: str) -> str:
    """Return the name without its version.

    >>> base_of("booking-confirmed.v2")
    'booking-confirmed'
    """
    return type_.rpartition(".")[0]


def is_unread(past: Recorded) -> bool:
    """Whether it says something that cannot be read here."""
    return past.event is None and (past.needs is not None or is_ours(past.type))


def unknown_types(events: Iterable[Recorded]) -> set[str]:
    """Return those types among the events that only other releases know."""
    unread = (past for past in events if past.event is None and past.needs is None)
    return {past.type for past in unread if is_ours(past.type)}


def must_stop(
    hearer: str, waited_for: AbstractSet[str], type_: str, heard_by: AbstractSet[str] | None
) -> bool:
    """Whether a consumer that waits for events of these names has to stop before a type that it
    does not know; `heard_by` is what other releases say, if anything.
    """
    return base_of(type_) in waited_for or heard_by is None or hearer in heard_by


# --- What releases say --------------------------------------------------------------------


def say_who_hears(connection: Connection[Any], heard: Mapping[str, Iterable[str]]) -> None:
    """Say which consumers each type is for. What other releases said stays."""
    rows = [{"type": each, "consumers": sorted(heard[each])} for each in sorted(heard)]
    connection.execute(SAY, (msgspec.json.encode(rows).decode(),))


def who_hears(connection: Connection[Any], types: Iterable[str]) -> Mapping[str, AbstractSet[str]]:
    """Return what is said of these types; those of which nothing is said are missing."""
    rows = connection.execute(HEARD, (list(types),)).fetchall()
    return {type_: frozenset(consumers) for type_, consumers in rows}


# --- What is said of this process ---------------------------------------------------------


class Notes:
    """What this process could not read of late. The log says it when it begins and when it is over."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._until: dict[str, float] = {}

    def met(self, what: str) -> None:
        """Note that something is not known here: a type of events, or a master key."""
        if what not in self.lacking:
            log.error("this process cannot read something that is recorded", lacks=what)
        self._until[what] = self._now() + REMEMBERED

    @property
    def lacking(self) -> Sequence[str]:
        """What was met within the last minute."""
        now = self._now()
        for what, until in list(self._until.items()):
            if until <= now and self._until.pop(what, None) is not None:
                log.info("this process meets nothing any more that it cannot read", lacked=what)
        return sorted(self._until)


SAY: Final = """
    INSERT INTO work.event_types AS t (type, consumers)
    SELECT * FROM json_to_recordset(%s::json) AS new(type text, consumers text[])
    ON CONFLICT (type) DO UPDATE SET consumers = ARRAY(
        SELECT DISTINCT each FROM unnest(t.consumers || excluded.consumers) AS each ORDER BY each
    )
    WHERE NOT t.consumers @> excluded.consumers
"""
HEARD: Final = "SELECT type, consumers FROM work.event_types WHERE type = ANY(%s)"
