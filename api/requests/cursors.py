"""Where a list goes on: a text that the caller brings back, good for their business and this list only,
and for as long as the log has all that the list has shown.
"""

from typing import Final, TypeVar
from urllib.parse import urlencode

import msgspec

from api.problems.questions import wrong
from api.problems.refusals import QueryInvalid
from api.requests.caller import Caller
from application.ports import Bookmark

P = TypeVar("P")

CURSOR: Final = "cursor"
"""The parameter, and what is signed; each list that is no read model adds a word of its own."""


def sealed(caller: Caller, purpose: str, place: object, bookmark: Bookmark | None = None) -> str:
    """Return the cursor that stands for a place in what is shown; of the log as it was then, by a
    bookmark, or as it is now.
    """
    content = msgspec.json.encode(place).decode()
    return caller.backend.positions.sealed(
        purpose, caller.tenant, content, bookmark or caller.bookmark
    )


def opened(caller: Caller, purpose: str, cursor: str, kind: type[P]) -> P:
    """Return the place that a cursor stands for. Raises TokenInvalid, PositionUnknown."""
    content = caller.backend.positions.opened(purpose, caller.tenant, cursor)
    return msgspec.json.decode(content, type=kind)


def link(caller: Caller, cursor: str, rel: str) -> str:
    """Return the same question as a link that goes on with the cursor (RFC 8288)."""
    asked = {**caller.request.query_params, CURSOR: cursor}
    return f'<{caller.request.url.path}?{urlencode(asked)}>; rel="{rel}"'


def of_another_question() -> QueryInvalid:
    """Say that a cursor goes on with another question than this."""
    return wrong(CURSOR, "it belongs to another question", code="of-another-question")
