"""Short ways to write times and settings, for tests that are about little else."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from msgspec.structs import replace

from domain.scheduling.professionals import WEEKDAYS, Hours, Settings, Week
from domain.scheduling.recurrence import Recurrence
from domain.scheduling.time_blocks import Recurring, TimeBlocks, When
from domain.values import BlockId, TimeSlot


def at(text: str) -> datetime:
    """Return an instant, in UTC unless the text says otherwise."""
    instant = datetime.fromisoformat(text)
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)


def slot(start: str, end: str) -> TimeSlot:
    return TimeSlot(at(start), at(end))


def day(date: str, time_zone_offset: str = "Z") -> TimeSlot:
    """Return 24 hours from a midnight."""
    midnight = at(f"{date}T00:00{time_zone_offset}")
    return TimeSlot(midnight, midnight + timedelta(days=1))


def written(slots: list[TimeSlot]) -> list[str]:
    """Return slots as text: short to write down and easy to compare."""
    return [f"{each.starts_at:%d %H:%M}-{each.ends_at:%d %H:%M}" for each in slots]


def hours(*readings: str) -> tuple[Hours, ...]:
    """Read "09:00-12:00"."""
    return tuple(Hours(*reading.split("-")) for reading in readings)


def open_daily(*readings: str, **settings: Any) -> Settings:
    """Return settings of somebody in Paris who is open like this every day."""
    week = Week(**dict.fromkeys(WEEKDAYS, hours(*readings)))
    plain = Settings(time_zone="Europe/Paris", hours=week, slot_step_minutes=60, horizon_days=1000)
    return replace(plain, **settings)


def blocked_by(*times: When) -> TimeBlocks:
    return TimeBlocks({BlockId(f"block-{n}"): when for n, when in enumerate(times)})


def again_and_again(
    start: str, rule: str, minutes: int, time_zone: str = "Europe/Paris"
) -> Recurring:
    recurrence = Recurrence(starts_at=datetime.fromisoformat(start), time_zone=time_zone, rule=rule)
    return Recurring(recurrence=recurrence, duration_minutes=minutes)


unblocked: Final = TimeBlocks()
