"""What Faust gives to be counted."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from types import SimpleNamespace

import faust
from structlog.testing import capture_logs

from adapters.clock import system_clock
from adapters.live_bookings import LiveBookingsCounted
from adapters.postgres import Database
from adapters.streams.live import LiveBookingsAgent, take_all
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
