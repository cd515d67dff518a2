"""What holds for time blocks after any history."""

from collections.abc import Callable, Sequence
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from domain import time_blocks
from domain.messages import DomainError
from domain.time_blocks import TIME_BLOCKS, TimeBlockEvent, TimeBlocks
from domain.values import BlockId
from tests.time_blocks.examples import mondays_at_noon, one_evening, one_noon, professional_id

Order = tuple[Callable[[Any, TimeBlocks], Sequence[TimeBlockEvent]], Any]

ids = st.sampled_from([BlockId("block-1"), BlockId("block-2")])
times = st.sampled_from([one_noon, one_evening, mondays_at_noon])
whose = st.just(professional_id)
orders: st.SearchStrategy[Order] = st.one_of(
    st.tuples(
        st.just(time_blocks.add),
        st.builds(time_blocks.AddTimeBlock, professional_id=whose, block_id=ids, when=times),
    ),
    st.tuples(
        st.just(time_blocks.change),
        st.builds(time_blocks.ChangeTimeBlock, professional_id=whose, block_id=ids, when=times),
    ),
    st.tuples(
        st.just(time_blocks.remove),
        st.builds(time_blocks.RemoveTimeBlock, professional_id=whose, block_id=ids),
    ),
)


def carry_out(order: Order, blocks: TimeBlocks) -> Sequence[TimeBlockEvent]:
    decide, command = order
    try:
        return decide(command, blocks)
    except DomainError:
        return []


@given(st.lists(orders, max_size=12))
def test_an_order_carried_out_twice_changes_nothing_the_second_time(history) -> None:
    blocks = TIME_BLOCKS.initial
    for order in history:
        blocks = TIME_BLOCKS.fold(carry_out(order, blocks), blocks)

        assert carry_out(order, blocks) == []


@given(st.lists(orders, max_size=12))
def test_no_block_is_both_there_and_gone_and_every_event_changes_something(history) -> None:
    blocks = TIME_BLOCKS.initial
    for order in history:
        for event in carry_out(order, blocks):
            before, blocks = blocks, TIME_BLOCKS.evolve(blocks, event)

            assert blocks != before
            assert blocks.removed.isdisjoint(blocks.blocks)
