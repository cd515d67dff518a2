"""Which booking comes next: every one in a slot of its own, the same for all contenders."""

from datetime import UTC, datetime, timedelta
from typing import Final

PROFESSIONALS: Final = 200
SLOTS_A_DAY: Final = 16
FIRST_HOUR: Final = 8
LENGTH: Final = timedelta(minutes=30)


def slot(number: int, first_day: datetime) -> tuple[int, datetime, datetime]:
    """Whose, from when, to when. Professionals take turns; each has eight hours every day.

    >>> slot(201, datetime(2030, 1, 7, tzinfo=UTC))[:2]
    (1, datetime.datetime(2030, 1, 7, 8, 30, tzinfo=datetime.timezone.utc))
    """
    turn, professional = divmod(number, PROFESSIONALS)
    day, place = divmod(turn, SLOTS_A_DAY)
    starts_at = first_day + timedelta(days=day, hours=FIRST_HOUR) + place * LENGTH
    return professional, starts_at, starts_at + LENGTH


def next_monday() -> datetime:
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return today + timedelta(days=7 - today.weekday())
