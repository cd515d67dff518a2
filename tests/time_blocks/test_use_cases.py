from datetime import UTC, datetime

import pytest

from application.time_blocks import USE_CASES
from domain import time_blocks
from domain.messages import Command
from domain.professionals import ProfessionalIsRetired, ProfessionalNotFound
from tests.in_memory import InMemory
from tests.professionals.examples import (
    professional_id,
    professional_registered,
    professional_retired,
)
from tests.time_blocks.examples import (
    add_time_block,
    change_time_block,
    remove_time_block,
    time_block_added,
    time_block_changed,
    time_block_removed,
    time_blocks_id,
)

ORDERS = [add_time_block, change_time_block, remove_time_block]


def past() -> InMemory:
    return InMemory(USE_CASES, now=datetime(2026, 11, 21, tzinfo=UTC))


def test_what_is_ordered_happens_among_the_blocks_of_the_professional() -> None:
    working = past()
    working.record(professional_id, professional_registered)

    happened = [event for order in ORDERS for event in working.run(order)]

    assert happened == [time_block_added, time_block_changed, time_block_removed]
    assert working.streams[time_blocks_id] == happened


@pytest.mark.parametrize("order", ORDERS)
def test_only_who_works_here_has_blocks(order) -> None:
    with pytest.raises(ProfessionalNotFound):
        past().run(order)


@pytest.mark.parametrize("order", ORDERS)
def test_who_works_here_no_longer_has_no_blocks_to_change(order) -> None:
    retired = past()
    retired.record(professional_id, professional_registered, professional_retired)
    retired.record(time_blocks_id, time_block_added)

    with pytest.raises(ProfessionalIsRetired):
        retired.run(order)


def test_every_order_about_time_blocks_can_be_carried_out() -> None:
    commands = {
        command
        for command in vars(time_blocks).values()
        if isinstance(command, type) and issubclass(command, Command) and command is not Command
    }

    assert set(USE_CASES) == commands
