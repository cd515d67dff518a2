"""When is somebody not available, and why?"""

from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final, assert_never

import msgspec
from psycopg import Connection

from domain.scheduling.availability import blocked_intervals, reach_of
from domain.scheduling.time_blocks import (
    TimeBlockAdded,
    TimeBlockChanged,
    TimeBlockEvent,
    TimeBlockRemoved,
    TimeBlocks,
    When,
)
from domain.values import BlockId, ProfessionalId, TimeSlot
from projections.overlap import FIRST, LAST, Overlap, Range
from projections.read_model import ReadModel, Row

CHANGED: Final = timedelta(days=2)
"""By as much, at most, a new release of the time zones moves what was read off a clock."""


class ListedTimeBlock(Row, frozen=True, kw_only=True):
    """All its times lie between `begins_at` and `ends_at`, by the time zones as they were when it was
    listed. Without an end it goes on.
    """

    id: BlockId
    professional_id: ProfessionalId
    when: When
    reason: str | None
    begins_at: datetime
    ends_at: datetime | None


def _evolve(_: ListedTimeBlock | None, event: TimeBlockEvent) -> ListedTimeBlock | None:
    match event:
        case TimeBlockAdded(block_id=block) | TimeBlockChanged(block_id=block):
            begins_at, ends_at = reach_of(event.when)
            return ListedTimeBlock(
                id=block,
                professional_id=event.professional_id,
                when=event.when,
                reason=event.reason,
                begins_at=begins_at,
                ends_at=ends_at,
            )
        case TimeBlockRemoved():
            return None
        case _:
            assert_never(event)


TIME_BLOCKS = ReadModel(
    name="time_blocks",
    version=2,
    row=ListedTimeBlock,
    subscribes_to=(TimeBlockAdded, TimeBlockChanged, TimeBlockRemoved),
    key=lambda event: [event.block_id],
    evolve=_evolve,
    columns=("professional_id", "begins_at", "ends_at", "created_at"),
    indexes=(("created_at",), ("professional_id", "created_at")),
    owner="block",
)


def overlapping(_connection: Connection[Any], _tenant: str, asked: Range) -> Overlap:
    """Say how to ask for the blocks of which a time overlaps a range. Of what recurs only the blocks
    themselves can tell, by the time zones of today.
    """
    first, last = asked.first or FIRST, asked.last or LAST
    about = "(r.begins_at < %s AND (r.ends_at IS NULL OR r.ends_at > %s))"
    values = (last + CHANGED, first - CHANGED)
    return Overlap(extra=[(about, values)], keeps=partial(_goes_on, TimeSlot(first, last)))


def _goes_on(window: TimeSlot, document: bytes) -> bool:
    block = _DECODE(document)
    return bool(blocked_intervals(TimeBlocks({block.id: block.when}), window))


_DECODE: Final = msgspec.json.Decoder(ListedTimeBlock).decode
