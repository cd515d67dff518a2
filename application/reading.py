"""What others have sent, read as what it should be: there may be anything in it."""

from datetime import UTC, datetime
from typing import TypeVar

import msgspec

T = TypeVar("T")


def read_as(text: bytes | str | msgspec.Raw, kind: type[T]) -> T | None:
    """Return JSON as this is; None, where it is something else."""
    try:
        return msgspec.json.decode(text, type=kind)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None


def instant_of(seconds: str) -> datetime | None:
    """Return what so many seconds after the beginning of 1970 is; None, where that is no instant.

    >>> str(instant_of("1798761600")), instant_of("soon")
    ('2027-01-01 00:00:00+00:00', None)
    """
    try:
        return datetime.fromtimestamp(int(seconds), UTC)
    except (ValueError, OverflowError, OSError):
        return None
