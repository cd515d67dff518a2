"""Every booking looks at all blocks of its professional: how many there are has a bound."""

from datetime import timedelta
from typing import Any

import pytest

from application.scheduling import time_blocks as use_cases
from domain.scheduling.availability import blocked_intervals
from domain.scheduling.time_blocks import (
    MOST_A_DAY,
    TIME_BLOCKS,
    AddTimeBlock,
    Once,
    TooManyTimeBlocks,
    time_blocks_of,
)
from domain.values import BlockId, TimeSlot
from tests.counting import calls
from tests.in_memory import InMemory
from tests.scheduling.availability.examples import again_and_again
from tests.scheduling.bookings.examples import ana, at, slot
from tests.scheduling.bookings.salon import salon

HOURLY = "FREQ=DAILY;BYHOUR=" + ",".join(map(str, range(24)))
MONTH = 31 * 24 * 60


def open_salon() -> InMemory:
    past = InMemory(use_cases.USE_CASES, salon().now)
    past.streams = salon().streams
    return past


def add(past: InMemory, number: int, when: Any) -> None:
    block_id = BlockId(f"block-0198c0de-0000-7000-8000-0000000000{number:02}")
    past.run(AddTimeBlock(block_id=block_id, professional_id=ana, when=when))


def test_blocks_that_recur_may_begin_as_often_as_there_are_quarters_of_an_hour() -> None:
    past = open_salon()
    for number in range(MOST_A_DAY // 24):
        add(past, number, again_and_again("2026-11-02T00:00", HOURLY, MONTH))

    with pytest.raises(TooManyTimeBlocks):
        add(past, 50, again_and_again("2026-11-02T09:00", "FREQ=WEEKLY", 30))

    add(past, 51, Once(slot(0, "10:00", "11:00")))


def test_looking_at_as_many_as_there_may_be_costs_no_more_than_a_moment() -> None:
    past = open_salon()
    for number in range(MOST_A_DAY // 24):
        add(past, number, again_and_again("2026-11-02T00:00", HOURLY, MONTH))
    blocks = past.of(TIME_BLOCKS, time_blocks_of(ana))
    week = TimeSlot(at(0, "00:00"), at(0, "00:00") + timedelta(days=7))
    blocked_intervals(blocks, week)  # reads the rules, once

    assert calls(lambda: blocked_intervals(blocks, week)) < 100_000
