"""Moments of the past that can be asked for: `?as_of=2026-11-01T09:00:00Z` or `?as_of=4711`."""

from datetime import datetime
from typing import Final

from api.refusals import QueryInvalid

AS_OF: Final = "as_of"
LAST: Final = 2**62


def instant(text: str) -> datetime:
    """Parse an RFC 3339 instant; a time without a zone is refused."""
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError(text)
    return found


def moment_of(text: str) -> int | datetime:
    """Parse a time with its zone, or a position as `/v1/history` counts them. Raises QueryInvalid."""
    try:
        if text.isascii() and text.isdigit() and len(text) < len(str(LAST)):
            return int(text)
        return instant(text)
    except ValueError:
        raise QueryInvalid(parameter=AS_OF, reason="neither a position nor a time") from None
