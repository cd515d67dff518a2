"""What happens, for whoever listens: each event that they may hear, once, in the order of the log, from any
position on that they name.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple, Protocol

import msgspec

from application.permissions import Principal
from application.ports import Bookmark, PositionUnknown
from application.refusals import TooOften, Unproven
from application.told import SEEN_WITH, Told, hears
from domain.catalogue import TOLD_AS
from domain.messages import Event, Gone, Value

TICKET_LASTS: Final = timedelta(seconds=60)
"""Long enough to connect with, and for a browser to connect again by itself."""

SNAPSHOT: Final = "/v1/feed/snapshot"
"""Where it is told what to read anew, and from where to go on."""

TYPES: Final = frozenset(telling.type for telling in TOLD_AS.values() if telling is not None)
AREAS: Final = frozenset(SEEN_WITH)


class PositionExpired(Gone):
    """What happened behind this position is too long ago to be told again. Read the lists anew, as
    `snapshot` says, and go on from there.
    """

    snapshot: str
    days: int


class TicketInvalid(Unproven):
    """There is no such ticket, or its minute is over: get another."""


class TooManyListeners(TooOften):
    """You listen often enough already; end one first."""

    most: int


Lost = PositionUnknown | PositionExpired
"""After these one reads anew, and goes on from there."""


class Wanted(Value, frozen=True, kw_only=True):
    """What somebody would hear of: events of these types, areas and things; of everything where nothing is
    said. `named` are ids by the field in which they have to stand, as `client_id`, or whose the thing is.
    """

    types: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    named: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def is_met_by(self, told: Told) -> bool:
        """Whether they would hear of it."""
        if not self.includes(told.type) or (self.subjects and told.subject not in self.subjects):
            return False
        return all(self._names(told, field, ids) for field, ids in self.named)

    def includes(self, type_: str) -> bool:
        """Whether they would hear of any events of this type."""
        area = type_.partition(".")[0]
        return (not self.types or type_ in self.types) and (not self.areas or area in self.areas)

    @staticmethod
    def _names(told: Told, field: str, ids: Collection[str]) -> bool:
        found = (told.subject, getattr(told.data, field, None), told.about.get(field))
        return any(each in ids for each in found)


EVERYTHING: Final = Wanted()


class Shown(Value, frozen=True, kw_only=True):
    """An event as it is told: `id` is its position, together with what is there."""

    id: str
    type: str
    version: int
    subject: str
    occurred_at: datetime
    data: msgspec.Struct


_encode: Final = msgspec.json.Encoder().encode


class Happening:
    """What happened at a position; it is written down once, however many hear it."""

    __slots__ = ("__weakref__", "_json", "bookmark", "told")

    def __init__(self, bookmark: Bookmark, told: Told) -> None:
        self.bookmark = bookmark
        self.told = told
        self._json: bytes | None = None

    @property
    def json(self) -> bytes:
        """What is shown of it."""
        if self._json is None:
            told = self.told
            self._json = _encode(
                Shown(
                    id=str(self.bookmark),
                    type=told.type,
                    version=told.version,
                    subject=told.subject,
                    occurred_at=told.occurred_at,
                    data=told.data,
                )
            )
        return self._json


class Heard(NamedTuple):
    """A part of a tenant's log: what there is to be told of, up to where that goes, and whether there is
    more behind. `users` are those to whom something happened, told of or not.
    """

    happenings: Sequence[Happening]
    reached: Bookmark
    more: bool
    users: Collection[str] = ()

    @property
    def size(self) -> int:
        """Bytes of all that is told."""
        return sum(len(each.json) for each in self.happenings)

    def by(self, principal: Principal, wanted: Wanted) -> Sequence[Happening]:
        """Return what of it somebody hears."""
        return [each for each in self.happenings if is_heard(each, principal, wanted)]


def is_heard(each: Happening, principal: Principal, wanted: Wanted) -> bool:
    """Whether somebody hears of it: who would, and may."""
    return wanted.is_met_by(each.told) and hears(principal, each.told)


def told_classes(wanted: Wanted = EVERYTHING) -> tuple[type[Event], ...]:
    """Return the classes of events of which somebody would hear."""
    return tuple(e for e, telling in TOLD_AS.items() if telling and wanted.includes(telling.type))


def classes_but(kept: Iterable[type[Event]]) -> tuple[type[Event], ...]:
    """Return all other classes of events."""
    return tuple(TOLD_AS.keys() - {*kept})


class Feed(Protocol):
    """The log of each tenant, for whoever listens; see `adapters/feed`."""

    def read(self, tenant: str, after: Bookmark, wanted: Wanted = ..., *, most: int = ...) -> Heard:
        """Return what happened behind a position. Raises PositionUnknown, PositionExpired, NotReadableHere."""

    def at(self, tenant: str, bookmark: Bookmark) -> Happening | None:
        """Return what is told of the event at a position, if anything is. Raises NotReadableHere."""

    def latest(self, tenant: str) -> Bookmark:
        """Return where a tenant's log ends."""

    def snapshot(self, tenant: str) -> tuple[Bookmark, int]:
        """Return the same, and its place among all."""

    def watch(self, tell: Callable[[str], None], watched: Callable[[], Collection[str]]) -> None:
        """Call `tell` with each tenant in whose log there may be something new, from a thread, for as long as
        any are `watched`.
        """


class Admission(Value, frozen=True, kw_only=True):
    """By what right somebody listens: who they are, until when that is proven, and to what."""

    principal: Principal
    ends_at: datetime
    wanted: Wanted


class Tickets(Protocol):
    """What is shown in place of an access token where only an address can be given."""

    def issue(self, admission: Admission) -> str:
        """Return a ticket, good for `TICKET_LASTS`."""

    def admission(self, ticket: str) -> Admission:
        """Return what a ticket is for. Raises TicketInvalid."""
