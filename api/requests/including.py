"""What rows refer to, in the same answer: `?include=client,service`, for a screen needs all of it.

    {"data": [{"id": "booking-1", "client_id": "client-1", …}], …,
     "included": {"client": {"client-1": {"id": "client-1", "name": "Zoé", …}}}}

Each is there once, under the id by which the rows call it; of a record that was merged, it is the one
that stands for it. What is not there is gone, or not for the caller to see.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from fastapi import Response

from api.problems.questions import wrong
from api.requests.caller import JSON, Caller
from api.requests.reach import as_shown
from application.permissions import PermissionMissing
from application.ports import Document
from projections.paging import MOST_BYTES
from projections.read_model import ReadModel
from projections.rows import rows

INCLUDE: Final = "include"
LONGEST: Final = 200


@dataclass(frozen=True)
class Referred:
    """The rows of a read model that others name in a `column`, one or several; see `projections/rows.py`. Who sees the others
    sees those, too, that follow what they name in the column `seen_with`.
    """

    column: str
    model: ReadModel
    stands_for: str | None = None
    seen_with: str | None = None


Includes = Mapping[str, Referred]


def include_of(asked: Mapping[str, str], includes: Includes) -> tuple[str, ...]:
    """Return what shall be included. Raises QueryInvalid."""
    if INCLUDE not in asked or not includes:
        return ()
    names = dict.fromkeys(asked[INCLUDE][:LONGEST].split(","))
    if strange := sorted(names.keys() - includes.keys()):
        reason = "not what these refer to"
        raise wrong(INCLUDE, reason, allowed=[*includes], unknown=strange)
    return tuple(names)


def included(
    caller: Caller, names: Sequence[str], includes: Includes, documents: Sequence[bytes]
) -> Mapping[str, Any]:
    """Return what an answer with these documents has besides them. Raises QueryInvalid where that would
    be too much.
    """
    if not names:
        return {}
    shown = [msgspec.json.decode(each) for each in documents]
    found = {name: referred(caller, includes[name], shown) for name in names}
    size = sum(len(each) for part in found.values() for each in part.values())
    if size + sum(map(len, documents)) > MOST_BYTES:
        raise wrong(INCLUDE, "all together is more than 5 MB", code="too-many")
    raw = {name: {k: msgspec.Raw(v) for k, v in part.items()} for name, part in found.items()}
    return {"included": raw}


def shown_with(caller: Caller, read: Callable[[], Document], includes: Includes) -> Response:
    """Answer 200 with a row that is read and what shall be included, or 304 with neither: of what is included no
    version is told, so that nobody has it already.
    """
    names = include_of(caller.request.query_params, includes)
    if not names:
        return caller.show(read())
    if caller.asks_of_the_past:
        raise wrong(INCLUDE, "what was referred to then is not kept", code="of-another-question")
    document = read()
    more = msgspec.json.encode(included(caller, names, includes, [document.json]))
    body = document.json[:-1] + b"," + more[1:]
    return Response(body, headers=caller.tags(document), media_type=JSON)


def referred(
    caller: Caller, what: Referred, shown: Sequence[Mapping[str, Any]]
) -> Mapping[str, bytes]:
    """Return what these rows refer to, as far as the caller may see it, by the ids that they have."""
    keys = dict.fromkeys(key for each in shown for key in _named(each.get(what.column)))
    if not keys:
        return {}
    if what.seen_with is not None:
        caller.sees_also([str(each[what.seen_with]) for each in shown])
    try:
        with caller.asking(what.model) as (connection, within):
            found = rows(
                connection, what.model, caller.tenant, keys, within, stands_for=what.stands_for
            )
        return {key: as_shown(caller.principal, what.model, row) for key, row in found.items()}
    except PermissionMissing:
        return {}


def _named(column: str | Sequence[str] | None) -> Sequence[str]:
    """Return the ids that stand in a column."""
    if column is None:
        return ()
    return (column,) if isinstance(column, str) else column
