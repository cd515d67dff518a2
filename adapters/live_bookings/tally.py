"""Counts bookings by minute, whatever Kafka and Faust do: what is given again is counted once, and
what was left out is asked for.

A count says up to which booking it goes, and where in the topic that was. Therefore of two counts of
the same the one that goes further is the whole truth, whoever made it; and it is known where to go on.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, MutableMapping
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from adapters.event_store.unread import base_of, is_ours
from adapters.live_bookings.counts import Window
from application.ports import Clock
from application.scheduling.live import first_shown

Counted = tuple[int, int, int]
"""How many bookings there were; the last one's position in the log, and offset in its partition."""

Place = tuple[tuple[int, str], tuple[float, float]]
"""Partition and tenant, and the minute: a key of a windowed table, as Faust makes it."""

NOTHING: Final[Counted] = (0, 0, -1)

PATIENCE: Final = 5
"""How often a partition is looked at that does not move, though there is more."""


def furthest(one: Counted, other: Counted) -> Counted:
    """Return the one that goes further: it has everything that is in the other."""
    return max(one, other, key=lambda counted: counted[1])


def merge(table: MutableMapping[Place, Counted], place: Place, found: Counted) -> None:
    """Take over what was counted before, by whomever."""
    table[place] = furthest(table.get(place, NOTHING), found)


class Tally:
    """Counts in a table that others may have begun. `window` gives the minute of a time, `made` are
    the stored names of events that say that a booking was made, `known` all that we know.

    `changed` is what was not shown since; of the partitions in `holes` something was left out. Of
    the types that are `uncertain` others have to say whether they count; until then we stop there.
    """

    def __init__(
        self,
        table: MutableMapping[Place, Counted],
        window: Callable[[float], Any],
        made: Collection[str],
        now: Clock,
        *,
        known: Collection[str] | None = None,
    ) -> None:
        self._table = table
        self._window = window
        self._made = {base_of(name) for name in made}
        self._known = None if known is None else set(known)
        self._now = now
        self._next: dict[int, int] = {}
        self._looks: dict[int, tuple[int, int]] = {}
        self.changed: set[Place] = set()
        self.holes: set[int] = set()
        self.uncertain: set[str] = set()

    def pause(self, recovered: Iterable[Place]) -> None:
        """Count nothing until it is known where to go on. Who had this before may not have shown it."""
        self._next.clear()
        self.holes.clear()
        since = first_shown(self._now()).timestamp()
        self.changed.update(place for place in recovered if place[1][0] >= since)

    def go_on(self, partition: int, *, first: int, anew: bool = False) -> None:
        """Go on behind the last booking that was counted, wherever others believe to be. What is before
        `first` is gone, or too old to be shown. A topic may have been made `anew`, so that what was counted
        has offsets of another: then from its beginning, for what comes again does no harm.
        """
        last = -1 if anew else max(self._offsets(partition), default=-1)
        self._next[partition] = max(first, last + 1)
        self.holes.add(partition)

    def wanted(self) -> dict[int, int]:
        """Return what is to be given once more: by partition, from which offset on."""
        holes, self.holes = self.holes, set()
        return {partition: self._next[partition] for partition in holes}

    def knows(self, partition: int) -> bool:
        """Whether it is known where to go on."""
        return partition in self._next

    def look(self, partition: int, end: int) -> None:
        """See whether a partition stands still before its end: what was last may be left out, too,
        and nothing comes behind it by which that could be seen.
        """
        wanted = self._next.get(partition, end)
        before, times = self._looks.get(partition, (wanted, 0))
        times = times + 1 if before == wanted < end else 0
        if times == PATIENCE:
            self.holes.add(partition)
        self._looks[partition] = wanted, times % PATIENCE

    def take(self, partition: int, offset: int, said: Mapping[str, bytes]) -> None:
        """Count a record, if it is its turn, a booking was made, and that minute is shown. The time is
        that of the log; to Kafka it may have come later.
        """
        if not self._is_next(partition, offset):
            return
        is_made = self._is_made(said["ce_type"].decode())
        if is_made is None:
            self.holes.add(partition)
            return
        self._next[partition] = offset + 1
        if not is_made:
            return
        recorded = datetime.fromisoformat(said["ce_time"].decode())
        if recorded >= first_shown(self._now()):
            tenant = str(UUID(said["ce_tenantid"].decode()))
            place = (partition, tenant), self._window(recorded.timestamp())
            self._count(place, int(said["ce_position"]), offset)

    def windows(self, places: Iterable[Place]) -> list[Window]:
        """Return what was counted there."""
        return [
            Window(tenant, datetime.fromtimestamp(begins, UTC), partition, self._table[place][0])
            for place in places
            for (partition, tenant), (begins, _) in [place]
        ]

    def _is_next(self, partition: int, offset: int) -> bool:
        wanted = self._next.get(partition)
        if wanted is None or offset < wanted:
            return False
        if offset > wanted:
            self.holes.add(partition)
            return False
        return True

    def learn(self, whose: Mapping[str, bool]) -> None:
        """Take to heart whether types that were uncertain count."""
        self.uncertain -= whose.keys()
        self._made |= {base_of(name) for name, counts in whose.items() if counts}
        if self._known is not None:
            self._known |= whose.keys()

    def _is_made(self, type_: str) -> bool | None:
        """Whether it says that a booking was made; None if that is uncertain."""
        if base_of(type_) in self._made:
            return True
        if self._known is None or type_ in self._known or not is_ours(type_):
            return False
        self.uncertain.add(type_)
        return None

    def _count(self, place: Place, position: int, offset: int) -> None:
        """Count one more, unless it was: the relay may send again, but positions only grow."""
        bookings, last, _ = self._table.get(place, NOTHING)
        if position > last:
            self._table[place] = (bookings + 1, position, offset)
            self.changed.add(place)

    def _offsets(self, partition: int) -> Iterator[int]:
        for ((each, _), _), (_, _, offset) in self._table.items():
            if each == partition:
                yield offset
