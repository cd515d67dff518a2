from datetime import UTC, datetime

import pytest

from application.scheduling.time_blocks import USE_CASES
from domain.messages import Command
from domain.scheduling import time_blocks
from domain.scheduling.professionals import ProfessionalIsRetired, ProfessionalNotFound
from tests.in_memory import InMemory
from tests.scheduling.professionals.examples import (
    professional_id,
    professional_registered,
    professional_retired,
)
from tests.scheduling.time_blocks.examples import (
    add_time_block,
    block_id,
    change_time_block,
    mondays_blocked,
    noon_blocked,
    remove_time_block,
    time_block_added,
    time_block_changed,
    time_block_removed,
    time_blocks_id,
    time_unblocked,
)


def past() -> InMemory:
    return InMemory(USE_CASES, now=datetime(2026, 11, 21, tzinfo=UTC))


def test_what_is_ordered_happens_to_the_block_and_to_when_its_professional_is_blocked() -> None:
    working = past()
    working.record(professional_id, professional_registered)

    assert working.run(add_time_block) == [time_block_added, noon_blocked]
    assert working.run(change_time_block) == [time_block_changed, mondays_blocked]
    assert working.run(remove_time_block) == [time_block_removed, time_unblocked]

    assert working.streams[block_id] == [time_block_added, time_block_changed, time_block_removed]
    assert working.streams[time_blocks_id] == [noon_blocked, mondays_blocked, time_unblocked]


def test_only_who_works_here_has_blocks() -> None:
    with pytest.raises(ProfessionalNotFound):
        past().run(add_time_block)


@pytest.mark.parametrize("order", [add_time_block, change_time_block])
def test_who_works_here_no_longer_is_not_blocked_any_more(order) -> None:
    retired = past()
    retired.record(professional_id, professional_registered, professional_retired)
    retired.record(block_id, time_block_added)

    with pytest.raises(ProfessionalIsRetired):
        retired.run(order)


def test_every_order_about_time_blocks_can_be_carried_out() -> None:
    commands = {
        command
        for command in vars(time_blocks).values()
        if isinstance(command, type) and issubclass(command, Command) and command is not Command
    }

    assert set(USE_CASES) == commands
