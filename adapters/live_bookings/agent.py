"""Bookings per minute by tenant, in a windowed table of Faust's own; nothing else depends on it.

frontdesk.bookings ─► agent ─► table, kept in memory and in its changelog ─► PostgreSQL, each second

Whoever takes a partition over has what the changelog says, and goes on from there. What Faust has
committed hardly matters: around a rebalance it passes over records, and commits them all the same.
"""

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, Final

import faust
import structlog
from aiokafka.errors import KafkaError
from faust.tables.table import Table
from faust.types import TP
from psycopg import Error

from adapters.live_bookings.counts import KEPT, LiveBookingsCounted
from adapters.live_bookings.tally import NOTHING, Tally, merge
from adapters.postgres import DatabaseUnavailableError
from adapters.streams.topics import LIVE, PARTITIONS, TOPICS
from application.ports import Clock
from application.scheduling.live import MINUTE

EVERY: Final = 1.0
"""Seconds between two looks at what is to be shown."""

BOOKINGS: Final = TOPICS["booking"]

log = structlog.get_logger()


class Furthest(Table):  # type: ignore[misc]  # to mypy it is Any
    """Does not take the last word of its changelog for the newest: a worker that slept while another
    took over may have written after it.
    """

    def apply_changelog_batch(self, batch: Iterable[Any]) -> None:
        """Take over what is in the changelog."""
        for event in batch:
            merge(self.data, self._to_key(event.key), tuple(event.value))


async def take_all(stream: Any, take: Callable[[int, int, Mapping[str, bytes]], None]) -> None:
    """Take what comes. No exception leaves: Faust would pass over more than what failed."""
    async for event in stream.events():
        message = event.message
        try:
            take(message.partition, message.offset, event.headers)
        except Exception:
            log.exception("a record is not counted", at=(message.tp, message.offset))


class LiveBookingsAgent:
    """Has a Faust app count; see `Tally`."""

    def __init__(
        self,
        app: faust.App,
        shown: LiveBookingsCounted,
        made: Collection[str],
        now: Clock,
        *,
        known: Collection[str] | None = None,
        unread: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._app = app
        self._shown = shown
        self._unread = unread
        self._now = now
        self._tidied = now()
        self._table = Furthest(app, name=LIVE, default=lambda: NOTHING, partitions=PARTITIONS)
        self._table.tumbling(MINUTE).on_recover(self._recovered)
        self._tally = Tally(self._table, self._table.window.current, made, now, known=known)
        raw = {"key_type": bytes, "value_type": bytes, "internal": True}
        app.tables.add(self._table)
        app.agent(app.topic(BOOKINGS, partitions=PARTITIONS, **raw))(self._run)
        app.task(self._carry_on)

    async def _run(self, stream: Any) -> None:
        await take_all(stream, self._tally.take)

    async def _recovered(self) -> None:
        self._tally.pause(self._table.data)

    async def _carry_on(self) -> None:
        """Do the rest, again and again. Whatever is away is waited for."""
        while not self._app.should_stop:
            for step in (self._go_on, self._learn, self._fill_holes, self._show, self._tidy):
                try:
                    await step()
                except (Error, DatabaseUnavailableError, KafkaError, OSError) as error:
                    log.warning("live bookings are late", error=str(error))
                except Exception:
                    log.exception("live bookings are late")
            await self._app.sleep(EVERY)

    async def _go_on(self) -> None:
        """Find out where to go on. Not before Faust is ready: it empties its queues last."""
        lost = [each for each in self._mine() if not self._tally.knows(each.partition)]
        if self._app.rebalancing or not lost:
            return
        committed = await self._app.consumer.seek_to_committed()
        first = await self._first_offsets(lost)
        for each in lost:
            self._tally.go_on(each.partition, first=first[each], anew=each not in committed)

    async def _first_offsets(self, places: Sequence[Any]) -> dict[Any, int]:
        """Return from where on there is what may have to be counted, by when it was published. What is
        committed does not tell: where nothing was counted yet, that may have been passed over.
        """
        ends = await self._app.consumer.highwaters(*places)
        since = round((self._now() - KEPT).timestamp() * 1000)
        thread = self._app.consumer._thread  # noqa: SLF001 - Faust itself never asks by time
        ask = thread._ensure_consumer().offsets_for_times  # noqa: SLF001
        found = await thread.call_thread(ask, dict.fromkeys(places, since))
        return {each: found[each].offset if found.get(each) else ends[each] for each in places}

    async def _learn(self) -> None:
        """Ask what other releases say of types that stop us; of which they say nothing, we do."""
        if uncertain := frozenset(self._tally.uncertain):
            self._tally.learn(await asyncio.to_thread(self._shown.whose, uncertain))
            for type_ in self._tally.uncertain & uncertain:
                self._unread(type_)

    async def _fill_holes(self) -> None:
        """Have Kafka give what Faust left out. What is on its way comes in between: then once more."""
        consumer = self._app.consumer
        for each in self._mine():
            self._tally.look(each.partition, consumer.highwater(each) or 0)
        wanted = {TP(BOOKINGS, n): offset for n, offset in self._tally.wanted().items()}
        if wanted and not self._app.rebalancing:
            await consumer.seek_wait(wanted)
            consumer.resume_partitions(wanted)

    def _mine(self) -> list[Any]:
        return [each for each in self._app.consumer.assignment() if each.topic == BOOKINGS]

    async def _show(self) -> None:
        changed, self._tally.changed = self._tally.changed, set()
        try:
            await asyncio.to_thread(self._shown.put, self._tally.windows(changed))
        except BaseException:
            self._tally.changed |= changed
            raise

    async def _tidy(self) -> None:
        """Forget, each minute, what is long past."""
        now = self._now()
        if now - self._tidied < MINUTE:
            return
        self._tidied, before = now, now - KEPT
        for place in [each for each in self._table.data if each[1][0] < before.timestamp()]:
            del self._table.data[place]
        await asyncio.to_thread(self._shown.forget, before)
