"""What holds for time blocks after any history."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from application.scheduling.time_blocks import USE_CASES
from domain.messages import DomainError
from domain.scheduling.professionals import PROFESSIONAL
from domain.scheduling.time_blocks import (
    TIME_BLOCK,
    TIME_BLOCKS,
    AddTimeBlock,
    ChangeTimeBlock,
    RemoveTimeBlock,
    time_blocks_of,
)
from domain.values import BlockId
from tests.in_memory import InMemory
from tests.scheduling.availability.examples import at
from tests.scheduling.professionals.examples import professional_id, professional_registered
from tests.scheduling.time_blocks.examples import mondays_at_noon, one_evening, one_noon

IDS = [BlockId("block-1"), BlockId("block-2")]
ids = st.sampled_from(IDS)
times = st.sampled_from([one_noon, one_evening, mondays_at_noon])
reasons = st.sampled_from([None, "lunch"])
orders = st.one_of(
    st.builds(
        AddTimeBlock,
        professional_id=st.just(professional_id),
        block_id=ids,
        when=times,
        reason=reasons,
    ),
    st.builds(ChangeTimeBlock, block_id=ids, when=times, reason=reasons),
    st.builds(RemoveTimeBlock, block_id=ids),
)


def working() -> InMemory:
    past = InMemory(USE_CASES, now=at("2026-11-21"))
    past.record(professional_id, professional_registered)
    assert past.of(PROFESSIONAL, professional_id).accepts_bookings
    return past


def carried_out(past: InMemory, order: Any) -> bool:
    """Whether it changed anything."""
    try:
        return past.run(order) != []
    except DomainError:
        return False


@given(st.lists(orders, max_size=12))
def test_an_order_carried_out_twice_changes_nothing_the_second_time(history) -> None:
    past = working()
    for order in history:
        carried_out(past, order)

        assert not carried_out(past, order)


@given(st.lists(orders, max_size=12))
def test_blocked_is_what_the_blocks_that_are_there_say(history) -> None:
    past = working()
    for order in history:
        carried_out(past, order)

        each = {block_id: past.of(TIME_BLOCK, block_id) for block_id in IDS}
        blocked = past.of(TIME_BLOCKS, time_blocks_of(professional_id)).blocks
        assert blocked == {
            key: block.when for key, block in each.items() if block and not block.gone
        }
