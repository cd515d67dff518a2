"""When does somebody work? By their hours, without what is blocked: asked of whoever is to do something else
than be booked.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from domain.scheduling.availability import blocked_intervals, open_intervals
from domain.scheduling.professionals import Settings
from domain.scheduling.time_blocks import TimeBlocks
from domain.values import TimeSlot

A_MOMENT: Final = timedelta(microseconds=1)
A_WEEK: Final = timedelta(days=7)
WEEKS: Final = 9
"""So far one looks for the next hour of work: whoever is away for longer is not waited for."""


def is_away(blocks: TimeBlocks, now: datetime) -> bool:
    """Whether what is blocked has begun and is not over."""
    return bool(blocked_intervals(blocks, TimeSlot(now, now + A_MOMENT)))


def next_at_work(settings: Settings, blocks: TimeBlocks, moment: datetime) -> datetime:
    """Return the next moment of work, this one included; this one, if there is none before long."""
    weeks = (moment + A_WEEK * number for number in range(WEEKS))
    worked = (at for week in weeks for at in _begins_of_work(settings, blocks, week))
    return next(worked, moment)


def _begins_of_work(settings: Settings, blocks: TimeBlocks, start: datetime) -> Iterator[datetime]:
    """Return when work begins, or goes on, within a week."""
    week = TimeSlot(start, start + A_WEEK)
    blocked = blocked_intervals(blocks, week)
    for hours in open_intervals(settings, week):
        if (begin := _after(blocked, hours.starts_at)) < hours.ends_at:
            yield begin


def _after(blocked: Sequence[TimeSlot], moment: datetime) -> datetime:
    """Return the end of the block that covers this moment, or else the moment."""
    covering = (each.ends_at for each in blocked if each.starts_at <= moment < each.ends_at)
    return next(covering, moment)
