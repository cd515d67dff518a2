"""What a client wishes for a question: how long to wait for its own writes, and how fresh."""

import re
from typing import Final, NamedTuple

from starlette.datastructures import Headers

from api.signing import Signer

WAIT: Final = 2.0
LONGEST_WAIT: Final = 10.0
_WAIT: Final = re.compile(r"(?:^|[,;\s])wait=(\d{1,6}(?:\.\d{1,3})?)")


class Preferences(NamedTuple):
    """`at_least` is the position that the answer must have seen, 0 for none; `wait` is seconds."""

    at_least: int = 0
    wait: float = WAIT


NONE: Final = Preferences()


def preferences(headers: Headers, signer: Signer, tenant: str) -> Preferences:
    """Read `Consistency-Token` and `Prefer: wait=…` (RFC 7240). Raises TokenInvalid."""
    token = headers.get("consistency-token")
    if token is None:
        return NONE
    found = _WAIT.search(headers.get("prefer", ""))
    wait = min(float(found.group(1)), LONGEST_WAIT) if found else WAIT
    return Preferences(int(signer.open("consistency", tenant, token)), wait)
