"""Use cases of time blocks: each is recorded in its own history and in when its professional is blocked."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from application.transact import Changes, Past, UseCase
from domain.messages import Command
from domain.scheduling import professionals, time_blocks
from domain.scheduling.professionals import PROFESSIONAL
from domain.scheduling.time_blocks import (
    TIME_BLOCK,
    TIME_BLOCKS,
    TimeBlockEvent,
    TimeBlockRemoved,
    time_blocks_of,
)
from domain.values import BlockId, ProfessionalId


def add(command: time_blocks.AddTimeBlock, past: Past) -> Changes:
    professionals.refuse_unless_active(past.of(PROFESSIONAL, command.professional_id))
    events = time_blocks.add(command, past.of(TIME_BLOCK, command.block_id))
    return _recorded(command.block_id, command.professional_id, events, past)


def change(command: time_blocks.ChangeTimeBlock, past: Past) -> Changes:
    block = time_blocks.there(past.of(TIME_BLOCK, command.block_id))
    professionals.refuse_unless_active(past.of(PROFESSIONAL, block.professional_id))
    events = time_blocks.change(command, block)
    return _recorded(command.block_id, block.professional_id, events, past)


def remove(command: time_blocks.RemoveTimeBlock, past: Past) -> Changes:
    block = past.of(TIME_BLOCK, command.block_id)
    events = time_blocks.remove(command, block)
    return _recorded(command.block_id, block.professional_id, events, past) if block else {}


def _recorded(
    block_id: BlockId, professional_id: ProfessionalId, events: Sequence[TimeBlockEvent], past: Past
) -> Changes:
    stream = time_blocks_of(professional_id)
    blocks = past.of(TIME_BLOCKS, stream)
    for event in events:
        if not isinstance(event, TimeBlockRemoved):
            time_blocks.refuse_too_many(block_id, event.when, blocks)
    taken = [each for event in events for each in time_blocks.taken(event, blocks)]
    return {block_id: events, stream: taken}


USE_CASES: Final[Mapping[type[Command], UseCase[Any]]] = {
    time_blocks.AddTimeBlock: add,
    time_blocks.ChangeTimeBlock: change,
    time_blocks.RemoveTimeBlock: remove,
}
