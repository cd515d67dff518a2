"""What a client wishes for a question: how fresh the answer must be, and how long it may take."""

import re
from typing import Final, NamedTuple

from starlette.datastructures import Headers

from api.requests.positions import Positions

CONSISTENCY: Final = "consistency"
WAIT: Final = 2.0
LONGEST_WAIT: Final = 3.0
"""Whoever asks hears something within five seconds, and has waited for a thread before this begins."""

_WAIT: Final = re.compile(r"(?:^|[,;\s])wait\s*=\s*\"?(\d{1,6}(?:\.\d{1,3})?)", re.IGNORECASE)
_LENIENT: Final = re.compile(r"(?:^|[,;\s])handling\s*=\s*\"?lenient\b", re.IGNORECASE)
_ASYNC: Final = re.compile(r"(?:^|[,;\s])respond-async(?:$|[,;\s])", re.IGNORECASE)


class Preferences(NamedTuple):
    """`at_least` is the position that the answer must have seen, 0 for none; `wait` is seconds;
    who is lenient would rather be told what is known by then than wait longer.
    """

    at_least: int = 0
    wait: float = WAIT
    lenient: bool = False


NONE: Final = Preferences()


def preferences(headers: Headers, positions: Positions, tenant: str) -> Preferences:
    """Read `Consistency-Token` and `Prefer: wait=…, handling=lenient` (RFC 7240).

    Raises TokenInvalid, PositionUnknown.
    """
    token = headers.get("consistency-token")
    if token is None:
        return NONE
    prefer = ", ".join(headers.getlist("prefer"))
    wait = longest_wait(headers, LONGEST_WAIT, otherwise=WAIT)
    lenient = _LENIENT.search(prefer) is not None
    return Preferences(int(positions.opened(CONSISTENCY, tenant, token)), wait, lenient)


def longest_wait(headers: Headers, most: float, *, otherwise: float = 0.0) -> float:
    """Return how many seconds somebody would wait, `most` of them."""
    found = _WAIT.search(", ".join(headers.getlist("prefer")))
    return min(float(found.group(1)), most) if found else otherwise


def prefers_async(headers: Headers) -> bool:
    """Whether somebody would rather be told where to look than wait (RFC 7240, section 4.1)."""
    return _ASYNC.search(", ".join(headers.getlist("prefer"))) is not None
