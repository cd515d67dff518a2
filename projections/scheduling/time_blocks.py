"""When is somebody not available, and why?"""

from typing import assert_never

from domain.scheduling.time_blocks import (
    TimeBlockAdded,
    TimeBlockChanged,
    TimeBlockEvent,
    TimeBlockRemoved,
    When,
)
from domain.values import BlockId, ProfessionalId
from projections.read_model import ReadModel, Row


class ListedTimeBlock(Row, frozen=True, kw_only=True):
    id: BlockId
    professional_id: ProfessionalId
    when: When
    reason: str | None


def _evolve(_: ListedTimeBlock | None, event: TimeBlockEvent) -> ListedTimeBlock | None:
    match event:
        case TimeBlockAdded(block_id=block) | TimeBlockChanged(block_id=block):
            return ListedTimeBlock(
                id=block,
                professional_id=event.professional_id,
                when=event.when,
                reason=event.reason,
            )
        case TimeBlockRemoved():
            return None
        case _:
            assert_never(event)


TIME_BLOCKS = ReadModel(
    name="time_blocks",
    version=1,
    row=ListedTimeBlock,
    subscribes_to=(TimeBlockAdded, TimeBlockChanged, TimeBlockRemoved),
    key=lambda event: [event.block_id],
    evolve=_evolve,
    columns=("professional_id", "created_at"),
    indexes=(("created_at",), ("professional_id", "created_at")),
    owner="block",
)
