"""What the application needs from outside, in our own words."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from typing import Any, Final, Literal, NamedTuple, Protocol, Self
from uuid import UUID

import msgspec

from application.reach import Leave
from application.refusals import NeedsOperator, NotNow, TooMuch
from application.transact import Changes, Past
from domain.messages import DomainError, Event, Gone

Clock = Callable[[], datetime]
"""Gives the present instant, aware and in UTC."""


class Recorded(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An event with its place in the log.

    `position` is dense and commit-ordered over the whole log, `tenant_position` within the tenant,
    `version` within the stream. `event` is None when it cannot be read here: its type is not known
    to this release, or it `needs` a master key that this process does not have, here by its name.
    """

    position: int
    tenant: str
    tenant_position: int
    stream: str
    version: int
    type: str
    event: Event | None
    recorded_at: datetime
    metadata_json: str = "{}"
    needs: str | None = None

    @property
    def metadata(self) -> dict[str, Any]:
        """Event id, actor, on behalf of, correlation, causation, command id, trace."""
        return dict(msgspec.json.decode(self.metadata_json))


_TRACEPARENT: Final = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")

LAST_VERSION: Final = 2**31 - 1
"""No stream has a later one: PostgreSQL keeps them as `integer`."""

THERE: Final = -1
"""In place of a version: whichever it is, so long as there is something."""


class About(msgspec.Struct, frozen=True, kw_only=True):
    """Who orders something, and why: what is known about a command besides the order itself.

    `retried` says that the id is the caller's, so that the command may come a second time;
    `fingerprint` then tells whether it is the same order. `if_match` demands that a stream be at a
    version, or `THERE`. `fresh` is an id that was made for this command: nothing can be recorded under it yet.
    `leave` is by what right a person orders it; what we order of ourselves needs none.
    """

    tenant: str
    actor: str
    command_id: UUID
    retried: bool = False
    fingerprint: str | None = None
    correlation: str | None = None
    causation: str | None = None
    trace: str | None = None
    on_behalf_of: str | None = None
    if_match: tuple[str, int] | None = None
    fresh: str | None = None
    leave: Leave | None = None


def traced(parent: str | None) -> str | None:
    """Return a `traceparent` (W3C Trace Context, version 00) back; None if it is malformed."""
    return parent if parent is not None and _TRACEPARENT.fullmatch(parent) else None


MARKED: Final = 8
"""Bytes of a hash by which a position is told from the same one of another log: see `log.mark`."""


class Bookmark(NamedTuple):
    """A position of a tenant's log, and the first 8 bytes of the chain's hash there, in hexadecimal: by this
    mark it is told from the same position of a log that was restored and went on otherwise. 0 is before
    everything. Written `17.5ca1ab1e5ca1ab1e`.
    """

    position: int = 0
    mark: str = ""

    def __str__(self) -> str:
        return f"{self.position}.{self.mark}"

    @classmethod
    def of(cls, text: str) -> Self:
        """Read what was written."""
        position, _, mark = text.partition(".")
        return cls(int(position), mark)


class Bookmarks(Protocol):
    """Knows what is at the positions of the log."""

    def latest(self, tenant: str) -> Bookmark:
        """Return where a tenant's log ends."""

    def refuse_lost(self, tenant: str, bookmark: Bookmark) -> None:
        """Raise PositionUnknown if something else is at this position, or nothing."""

    def of(self, tenant: str, positions: Sequence[int]) -> Mapping[int, Bookmark]:
        """Return the bookmarks of positions of a tenant's log; those where nothing is are missing."""

    def learn(self, tenant: str, bookmark: Bookmark) -> None:
        """Note what was seen in the log at this moment."""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a command: its events, in order; none when there was nothing left to do.

    `position` and `tenant_position` are where the log stood when it was answered, and `mark` is that of
    a bookmark there. `repeated` says that the command had been carried out before, and that this is
    the first answer again.
    """

    position: int
    tenant_position: int
    mark: str
    recorded: Sequence[Recorded]
    repeated: bool = False

    @property
    def bookmark(self) -> Bookmark:
        """What is there."""
        return Bookmark(self.tenant_position, self.mark)


class View(Past, Protocol):
    """A past that remembers which versions of which streams were looked at."""

    @property
    def seen(self) -> Mapping[str, int]:
        """The version of every stream that was read."""

    def let_go(self) -> None:
        """Let others have the contended streams that were queued for: there is something to wait for."""


class VersionConflictError(Exception):
    """Somebody else changed what was looked at; look again and decide again."""


class StoreUnavailableError(Exception):
    """The log cannot be reached, and nothing is recorded. The same command may be retried."""


class OutcomeUnknownError(StoreUnavailableError):
    """The log was asked, and nobody knows what it did. The same command, retried, is answered as the
    first time if it was carried out.
    """


@contextmanager
def already_recorded() -> Iterator[None]:
    """Let nobody hear that nothing was recorded, if the log cannot be reached after it was."""
    try:
        yield
    except StoreUnavailableError as error:
        raise OutcomeUnknownError from error


class EventStore(Protocol):
    """The log, as commands need it."""

    def view(self, about: About) -> AbstractContextManager[View]:
        """Open a view on the past; contended streams are queued for until it is closed."""

    def append(self, view: View, changes: Changes, about: About) -> Answer:
        """Record the changes; VersionConflictError when something seen has changed since."""

    def is_current(self, view: View, about: About) -> bool:
        """Whether all that was seen is still the latest."""

    def history(self, tenant: str, stream: str, after: int = 0) -> Sequence[Recorded]:
        """Return what happened in a stream after a version."""

    def answer_to(self, about: About) -> Answer | None:
        """Return the answer already recorded under this command id, if any."""


class Document(NamedTuple):
    """A row of a read model as it goes out: its version, its JSON, and whether it was folded from
    the log because the projector is behind.
    """

    version: int
    json: bytes
    from_log: bool = False


class Moment(NamedTuple):
    """What had happened last: its place in the tenant's log and in all, its hash; and in which tables read
    models were.
    """

    tenant_position: int
    position: int
    hash: str
    tables: tuple[int, ...]

    @property
    def bookmark(self) -> Bookmark:
        """Where that is in the tenant's log."""
        return Bookmark(self.tenant_position, self.hash[: 2 * MARKED])


class Changed(NamedTuple):
    """Which rows were touched, up to when, and whether there is more behind."""

    keys: Sequence[str]
    reached: Moment
    has_more: bool


class Steps(msgspec.Struct, frozen=True):
    """What events changed, each as JSON, and whether there are more behind the last of them."""

    data: list[msgspec.Raw]
    has_more: bool


class NotReadableHere(NotNow):
    """Something that is recorded about this cannot be read by this process; ask again in a moment."""

    needs: Literal["key", "release"]


class EventTooLarge(TooMuch):
    """An event may be 900 KB at most."""


class OrderTooLarge(TooMuch):
    """One order may record 2 MB at most; give several with less in each."""

    most_bytes: int


class PersonalDataErased(Gone):
    """The personal data of this record was erased; nothing personal can be added to it."""


class ProjectionParked(NeedsOperator):
    """What you wrote is recorded, but part of what is to be shown was set aside. It cannot be shown until
    an operator has tried it again: see `/v1/read-models/parked`.
    """

    position: int
    consumer: str


class ProjectionBehind(NotNow):
    """What you wrote is recorded, but cannot be shown yet; ask again in a moment."""

    position: int
    parked: bool = False
    checkpoint: int | None = None
    lag_events: int | None = None
    lag_ms: int | None = None


class PositionUnknown(DomainError):
    """What this token or cursor names is not in the log: it was given out before the log was restored
    from a backup, or by an older release. Go on without it.
    """

    position: int | None = None
    head: int | None = None
