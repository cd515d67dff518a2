"""Use cases of time blocks: those of one professional, who has to work here."""

from collections.abc import Mapping
from typing import Any, Final

from application.transact import Changes, Past, UseCase
from domain import professionals, time_blocks
from domain.messages import Command
from domain.professionals import PROFESSIONAL
from domain.time_blocks import TIME_BLOCKS, TimeBlocks, time_blocks_of
from domain.values import ProfessionalId


def add(command: time_blocks.AddTimeBlock, past: Past) -> Changes:
    blocks = _blocks_of(command.professional_id, past)
    return {time_blocks_of(command.professional_id): time_blocks.add(command, blocks)}


def change(command: time_blocks.ChangeTimeBlock, past: Past) -> Changes:
    blocks = _blocks_of(command.professional_id, past)
    return {time_blocks_of(command.professional_id): time_blocks.change(command, blocks)}


def remove(command: time_blocks.RemoveTimeBlock, past: Past) -> Changes:
    blocks = _blocks_of(command.professional_id, past)
    return {time_blocks_of(command.professional_id): time_blocks.remove(command, blocks)}


def _blocks_of(professional_id: ProfessionalId, past: Past) -> TimeBlocks:
    professionals.refuse_unless_active(past.of(PROFESSIONAL, professional_id))
    return past.of(TIME_BLOCKS, time_blocks_of(professional_id))


USE_CASES: Final[Mapping[type[Command], UseCase[Any]]] = {
    time_blocks.AddTimeBlock: add,
    time_blocks.ChangeTimeBlock: change,
    time_blocks.RemoveTimeBlock: remove,
}
