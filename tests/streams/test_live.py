"""What Faust gives to be counted."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from types import SimpleNamespace
from typing import Any

import faust
import pytest
from faust.types import TP
from structlog.testing import capture_logs

from adapters.clock import system_clock
from adapters.live_bookings.agent import BOOKINGS, LiveBookingsAgent, take_all
from adapters.live_bookings.counts import LiveBookingsCounted
from adapters.postgres import Database
from adapters.streams.topics import GROUP, LIVE, LIVE_CHANGELOG


class Stream:
    """A stream of Faust's, as far as it is used."""

    async def events(self) -> AsyncIterator[SimpleNamespace]:
        for offset in range(3):
            message = SimpleNamespace(partition=7, offset=offset, tp=("frontdesk.bookings", 7))
            yield SimpleNamespace(message=message, headers={})


def test_what_cannot_be_counted_is_said_once_and_passed_over() -> None:
    counted = []

    def take(_: int, offset: int, said: Mapping[str, bytes]) -> None:
        if offset == 1:
            said["ce_time"]
        counted.append(offset)

    with capture_logs() as logs:
        asyncio.run(take_all(Stream(), take))

    assert counted == [0, 2]
    assert [each["event"] for each in logs] == ["a record is not counted"]


def test_the_changelog_that_we_make_is_the_one_that_faust_writes() -> None:
    app = faust.App(GROUP, store="memory://")

    LiveBookingsAgent(app, LiveBookingsCounted(Database("host=nowhere")), (), system_clock)

    assert app.tables[LIVE].changelog_topic_name == LIVE_CHANGELOG


class Consumer:
    """Faust's, as far as it is used: it has committed records that it gave to nobody."""

    def __init__(self, first: int | None) -> None:
        self._place, self._first = TP(BOOKINGS, 7), first
        self._thread = self

    def assignment(self) -> set[Any]:
        return {self._place}

    async def seek_to_committed(self) -> dict[Any, int]:
        return {self._place: 5}

    async def highwaters(self, *_: Any) -> dict[Any, int]:
        return {self._place: 9}

    async def call_thread(self, ask: Any, *asked: Any) -> Any:
        return await ask(*asked)

    def _ensure_consumer(self) -> Any:
        return self

    async def offsets_for_times(self, asked: Mapping[Any, int]) -> dict[Any, Any]:
        self.since = asked[self._place] / 1000
        return {self._place: self._first and SimpleNamespace(offset=self._first)}


@pytest.mark.parametrize(("first", "wanted"), [(2, 2), (None, 9)])
def test_where_nothing_was_counted_all_is_that_may_be_shown_whatever_is_committed(
    first: int | None, wanted: int
) -> None:
    app = faust.App(GROUP, store="memory://")
    app.consumer, app.rebalancing = Consumer(first), False
    shown = LiveBookingsCounted(Database("host=nowhere"))
    agent = LiveBookingsAgent(app, shown, (), system_clock)

    asyncio.run(agent._go_on())

    assert agent._tally.wanted() == {7: wanted}
    assert app.consumer.since < system_clock().timestamp() - 3600
