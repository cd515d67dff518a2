"""Times as they are written here: RFC 3339, with their zone; and moments of the past to ask for.

What else could be taken for a time (`1700000000`, `20270105`) is refused: it may mean another one.
"""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Annotated, Any, Final

from fastapi import Query
from pydantic import AfterValidator, AwareDatetime, BeforeValidator, NaiveDatetime, WithJsonSchema
from pydantic_core import PydanticCustomError

from api.problems.questions import wrong
from application.ports import Bookmark

AS_OF: Final = "as_of"
EXAMPLE: Final = "2027-01-05T09:30:00Z"

MomentAsked = Annotated[
    str,
    Query(max_length=40, description="A time, or a position of the history.", examples=[EXAMPLE]),
]
"""A moment of the past, as `moment_of` understands it."""

NAMED: Final = r"\d{1,18}(\.[0-9a-f]{16})?"
"""A position, as somebody names it: with the mark of what is there, or without."""

DAY: Final = r"\d{4}-\d{2}-\d{2}"
ON_THE_CLOCK: Final = DAY + r"T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?"
WITH_ZONE: Final = ON_THE_CLOCK + r"(Z|[+-]\d{2}:\d{2})"


def _written_as(pattern: str, what: str) -> Callable[[Any], Any]:
    form = re.compile(pattern, re.ASCII)

    def check(value: Any) -> Any:
        if isinstance(value, date) or (isinstance(value, str) and form.fullmatch(value)):
            return value
        raise PydanticCustomError("time-not-understood", what)

    return check


Instant = Annotated[
    AwareDatetime,
    BeforeValidator(_written_as(WITH_ZONE, "Write it as 2027-01-05T10:00:00+01:00, with its zone")),
]


def _in_utc(instant: datetime) -> datetime:
    _refuse_beyond(instant.year)
    return instant.astimezone(UTC)


def _refuse_beyond(year: int) -> None:
    if not 1970 <= year < 3000:
        raise PydanticCustomError("out-of-range", "From 1970 to 2999")


InUtc = Annotated[Instant, AfterValidator(_in_utc)]
"""An instant that nobody else looks at before it is computed with, or asked of PostgreSQL."""

LocalTime = Annotated[
    NaiveDatetime,
    BeforeValidator(_written_as(ON_THE_CLOCK, "Write it as 2027-01-05T10:00:00, without a zone")),
    WithJsonSchema({"type": "string", "pattern": f"^{ON_THE_CLOCK}$"}),
]
"""A time as read off a clock on the wall."""


def _within_calendars(time: datetime) -> datetime:
    _refuse_beyond(time.year)
    return time


BoundedLocalTime = Annotated[LocalTime, AfterValidator(_within_calendars)]
"""The same, in a year in which every zone has it."""

Day = Annotated[date, BeforeValidator(_written_as(DAY, "Write it as 2027-01-05"))]


def _in_calendars(day: date) -> date:
    _refuse_beyond(day.year)
    return day


BoundedDay = Annotated[Day, AfterValidator(_in_calendars)]
"""The same, likewise."""


def instant(text: str) -> datetime:
    """Parse an instant; in UTC, for PostgreSQL knows no offsets of more than 16 hours.

    Raises ValueError, also where the offset leads beyond the ends of time.
    """
    if not re.fullmatch(WITH_ZONE, text, re.ASCII):
        raise ValueError(text)
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except OverflowError:
        raise ValueError(text) from None


def moment_of(text: str) -> Bookmark | datetime:
    """Parse a time with its zone, or a position as `/v1/history` counts them, with its mark or without.
    Raises QueryInvalid.
    """
    try:
        if re.fullmatch(NAMED, text, re.ASCII):
            return Bookmark.of(text)
        return instant(text)
    except ValueError:
        raise wrong(AS_OF, "neither a position nor a time", example=EXAMPLE) from None
