"""Publishes what happens in a business: in order, from where the last time has left off.

One job at a time has a business in its hands: the ordering key sees to that. What was taken is noted after each
request; whoever dies in between says it once more, with the same ids.
"""

from collections.abc import Callable, Collection, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final, NamedTuple, Protocol

import msgspec
import structlog

from application.business.configuration import Configured
from application.conversations.company import audience_of
from application.feed import Feed, Happening, Heard, PositionExpired
from application.operations.jobs import Handled, Handlers, Job, Ordered, Skipped, Unfinished
from application.outgoing import Answered, Outcome, Outgoing, Request
from application.ports import Bookmark, Clock, PositionUnknown
from application.processes.effects.business import PublishEvents
from application.processes.process import Do
from application.publishing.events import (
    Batch,
    Event,
    batched,
    channels_of,
    published,
    signed,
    thread_of,
)
from application.realtime import App
from application.transact import Past
from domain.business.configuration.declared import Pusher
from domain.values import ThreadId

log = structlog.get_logger()

PAGE: Final = 100
"""Events of which somebody is told in one turn; then others have theirs."""

STALE: Final = timedelta(hours=1)
"""What happened longer ago is published no more: nobody waits for it, and who was away reads the feed."""

FIRST, LONGEST = 1.0, 60.0
"""Seconds until it is tried again, twice as many each time."""

TAKEN: Final = range(200, 300)
UNTAKEABLE: Final = frozenset({400, 413})
"""What is said of what will never be taken."""

LEFT: Final = "thread.member-left"

SERVER: Final = "pusher"
"""The key under which a business configures one."""

NOWHERE: Final = Skipped("there is no server to publish to")

Ask = Callable[[str, Callable[[Past], Any]], Any]


class Progress(NamedTuple):
    """Behind which position to go on; how often the server did not take what is there, and when to ask again."""

    after: Bookmark
    failures: int
    again_at: datetime | None


class Published(Protocol):
    """How far each business's events are published; see `adapters/publishing`."""

    def progress(self, tenant: str) -> Progress | None:
        """Return how far it is; None where nothing is published."""

    def reach(self, tenant: str, position: Bookmark) -> None:
        """Note that all up to there is."""

    def failed(self, tenant: str, again_at: datetime) -> None:
        """Note that the server did not take it, and when it is asked again."""


class NotTaken(Exception):
    """The server did not take something, and may later."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(repr(outcome))
        self.retry_after = outcome.retry_after if isinstance(outcome, Answered) else None


class Publishing:
    """Handles the effect by which something is published."""

    def __init__(
        self,
        ask: Ask,
        feed: Feed,
        published: Published,
        configured: Configured,
        outgoing: Outgoing,
        clock: Clock,
    ) -> None:
        self._ask = ask
        self._feed = feed
        self._published = published
        self._configured = configured
        self._outgoing = outgoing
        self._clock = clock

    @property
    def handlers(self) -> Handlers:
        """Which method carries out which effect."""
        return {PublishEvents: self.publish}

    def publish(self, _: PublishEvents, job: Job) -> Handled:
        """Publish what is new, unless the server is left alone for now."""
        progress = self._published.progress(job.tenant)
        server = self._configured.values(job.tenant, SERVER)
        if progress is None or not isinstance(server, Pusher):
            return NOWHERE
        if progress.again_at is not None and self._clock() < progress.again_at:
            return _again(job, progress.again_at)
        try:
            heard = self._feed.read(job.tenant, progress.after, most=PAGE)
        except (PositionUnknown, PositionExpired):  # of another log, or long ago
            self._published.reach(job.tenant, self._feed.latest(job.tenant))
            return Unfinished()
        try:
            self._say(_Server(server, self._outgoing, self._clock), job.tenant, heard)
        except NotTaken as why:
            return self._later(job, progress.failures, why)
        return Unfinished() if heard.more else None

    def _say(self, server: "_Server", tenant: str, heard: Heard) -> None:
        """Say all of it. Raises NotTaken."""
        fresh = [each for each in heard.happenings if not self._is_stale(each.told.occurred_at)]
        for last, events in batched((each, self._events(tenant, each)) for each in fresh):
            server.take(events)
            self._published.reach(tenant, last.bookmark)
        for gone in {*heard.users, *_left(fresh)}:
            server.hang_up_on(gone)
        self._published.reach(tenant, heard.reached)

    def _events(self, tenant: str, each: Happening) -> list[Event]:
        return published(each, channels_of(each, tenant, self._audience(tenant, each)))

    def _audience(self, tenant: str, each: Happening) -> Collection[str] | None:
        thread = thread_of(each.told)
        if thread is None:
            return None
        found: Collection[str] = self._ask(tenant, partial(audience_of, ThreadId(thread)))
        return found

    def _is_stale(self, at: datetime) -> bool:
        return at < self._clock() - STALE

    def _later(self, job: Job, failures: int, why: NotTaken) -> Ordered:
        pause = min(LONGEST, FIRST * 2 ** min(failures, 10))
        pause = max(pause, min(why.retry_after or 0, LONGEST))
        again_at = self._clock() + timedelta(seconds=pause)
        self._published.failed(job.tenant, again_at)
        log.warning("events are not published", tenant=job.tenant, why=str(why), pause=pause)
        return _again(job, again_at)


def _again(job: Job, at: datetime) -> Ordered:
    return Ordered((Do(PublishEvents(why=at.isoformat()), about=job.tenant, at=at),))


class _Server:
    """The server that a business has configured."""

    def __init__(self, values: Pusher, outgoing: Outgoing, clock: Clock) -> None:
        self._where = f"https://{values.host}:{values.port}"
        self._path = f"/apps/{values.app_id}"
        self._app = App(values.key, (values.secret.value or "").encode())
        self._outgoing = outgoing
        self._clock = clock

    def take(self, events: list[Event]) -> None:
        """Have it take these. What it never will is left out, and nothing else for its sake. Raises NotTaken."""
        if not events:
            return
        outcome = self._post("/batch_events", msgspec.json.encode(Batch(events)))
        if isinstance(outcome, Answered) and outcome.status in UNTAKEABLE:
            if len(events) > 1:
                for each in events:
                    self.take([each])
                return
            log.warning("an event was not published", type=events[0].name, status=outcome.status)
        elif not _is_taken(outcome):
            raise NotTaken(outcome)

    def hang_up_on(self, user: str) -> None:
        """Have somebody connect anew, and ask anew to what they may listen: if they have signed in there, and
        it can. Raises NotTaken, where it cannot be asked.
        """
        outcome = self._post(f"/users/{user}/terminate_connections", b"{}")
        if not isinstance(outcome, Answered) or outcome.status >= 500 or outcome.status == 429:
            raise NotTaken(outcome)

    def _post(self, path: str, body: bytes) -> Outcome:
        path = f"{self._path}{path}"
        url = self._where + signed(self._app, "POST", path, self._clock(), body)
        headers = [("Content-Type", "application/json")]
        return self._outgoing.send(Request(url=url, headers=headers, body=body))


def _is_taken(outcome: Outcome) -> bool:
    return isinstance(outcome, Answered) and outcome.status in TAKEN


def _left(happenings: Collection[Happening]) -> Iterator[str]:
    """Return who takes part in a conversation no more."""
    for each in happenings:
        if each.told.type == LEFT:
            yield each.told.data.member_id  # type: ignore[attr-defined]  # of this type
