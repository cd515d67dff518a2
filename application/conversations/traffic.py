"""How a channel does: what came and went on it each day, how far that got, and how soon people were answered.

Days are by the clock of the business. What is said of a day is said of what was written on it, as it is by now.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from domain.messages import Invalid, Value

MOST_MESSAGES: Final = 100_000
"""Of one question."""


class Answers(Value, frozen=True, kw_only=True):
    """Somebody who is not waiting writes, and `waits` from then on; who was `answered` since, was so after so many
    seconds: half of them waited no longer than the median, and nine of ten no longer than the other (nearest rank: it is
    always somebody's).
    """

    waits: int = 0
    answered: int = 0
    median_seconds: int | None = None
    p90_seconds: int | None = None


class TrafficFigures(Value, frozen=True, kw_only=True):
    """How many messages were `received`; and of those of the business how many were taken by whoever carries them
    (`sent`), `delivered`, `read` (and so delivered), and have `failed`.
    """

    received: int
    sent: int
    delivered: int
    read: int
    failed: int
    answers: Answers


class DayFigures(TrafficFigures, frozen=True, kw_only=True):
    """A day begins by the clock of the business; `ends_at` is not in it."""

    day: date
    starts_at: datetime
    ends_at: datetime


class Traffic(Value, frozen=True, kw_only=True):
    """What came and went on each of some days, and on all of them together."""

    channel: str
    time_zone: str
    total: TrafficFigures
    days: Sequence[DayFigures]


class TooManyMessages(Invalid):
    """So many messages were written in this time that they are not counted at once; ask for a shorter one."""

    most: int
