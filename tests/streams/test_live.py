"""What Faust gives to be counted."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from types import SimpleNamespace

from structlog.testing import capture_logs

from adapters.streams.live import take_all


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
