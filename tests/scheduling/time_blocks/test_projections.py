from datetime import UTC, datetime
from functools import reduce
from typing import Any

from domain.scheduling.time_blocks import TimeBlockEvent
from projections.scheduling.time_blocks import TIME_BLOCKS, ListedTimeBlock
from tests.scheduling.time_blocks.examples import (
    block_id,
    mondays_at_noon,
    one_noon,
    professional_id,
    time_block_added,
    time_block_changed,
    time_block_removed,
)


def after(*history: TimeBlockEvent) -> Any:
    assert all(TIME_BLOCKS.key(event) == [block_id] for event in history)
    return reduce(TIME_BLOCKS.evolve, history, None)


def test_an_added_block_is_listed_with_its_professional() -> None:
    assert after(time_block_added) == ListedTimeBlock(
        id=block_id,
        professional_id=professional_id,
        when=one_noon,
        reason="bank",
        begins_at=one_noon.slot.starts_at,
        ends_at=one_noon.slot.ends_at,
    )


def test_a_changed_block_is_listed_as_it_is_now() -> None:
    assert after(time_block_added, time_block_changed) == ListedTimeBlock(
        id=block_id,
        professional_id=professional_id,
        when=mondays_at_noon,
        reason="lunch",
        begins_at=datetime(2026, 1, 5, 11, tzinfo=UTC),
        ends_at=None,
    )


def test_a_removed_block_is_listed_no_longer() -> None:
    assert after(time_block_added, time_block_removed) is None


def test_the_list_hears_of_everything_that_can_happen_to_a_block() -> None:
    assert set(TIME_BLOCKS.subscribes_to) == set(TimeBlockEvent.__args__)
