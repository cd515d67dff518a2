# ruff: noqa: DTZ001 (what a wall clock reads has no zone)
"""One example of each message about time blocks; a test states only what differs."""

from datetime import UTC, datetime
from typing import Final

from domain.scheduling.recurrence import Recurrence
from domain.scheduling.time_blocks import (
    AddTimeBlock,
    ChangeTimeBlock,
    Once,
    OnceOnTheClock,
    Recurring,
    RemoveTimeBlock,
    TimeBlockAdded,
    TimeBlockChanged,
    TimeBlocked,
    TimeBlockRemoved,
    TimeUnblocked,
)
from domain.values import BlockId, ProfessionalId, TimeSlot

professional_id: Final = ProfessionalId("professional-0198c0de-0000-7000-8000-00000000000a")
time_blocks_id: Final = "timeblocks-0198c0de-0000-7000-8000-00000000000a"
block_id: Final = BlockId("block-0198c0de-0000-7000-8000-000000000001")

one_noon: Final = Once(
    TimeSlot(datetime(2026, 12, 7, 11, tzinfo=UTC), datetime(2026, 12, 7, 12, tzinfo=UTC))
)
one_evening: Final = OnceOnTheClock(
    starts_at=datetime(2026, 12, 7, 18),
    ends_at=datetime(2026, 12, 7, 22),
    time_zone="Europe/Paris",
)
mondays_at_noon: Final = Recurring(
    recurrence=Recurrence(
        starts_at=datetime(2026, 1, 5, 12), time_zone="Europe/Paris", rule="FREQ=WEEKLY"
    ),
    duration_minutes=60,
)

add_time_block: Final = AddTimeBlock(
    block_id=block_id, professional_id=professional_id, when=one_noon, reason="bank"
)
change_time_block: Final = ChangeTimeBlock(block_id=block_id, when=mondays_at_noon, reason="lunch")
remove_time_block: Final = RemoveTimeBlock(block_id=block_id)

time_block_added: Final = TimeBlockAdded(
    block_id=block_id, professional_id=professional_id, when=one_noon, reason="bank"
)
time_block_changed: Final = TimeBlockChanged(
    block_id=block_id, professional_id=professional_id, when=mondays_at_noon, reason="lunch"
)
time_block_removed: Final = TimeBlockRemoved(block_id=block_id, professional_id=professional_id)

noon_blocked: Final = TimeBlocked(professional_id=professional_id, block_id=block_id, when=one_noon)
mondays_blocked: Final = TimeBlocked(
    professional_id=professional_id, block_id=block_id, when=mondays_at_noon
)
time_unblocked: Final = TimeUnblocked(professional_id=professional_id, block_id=block_id)
