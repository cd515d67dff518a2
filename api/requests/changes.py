"""To ask again and again at little cost, as a screen does: 304 as long as nothing happened, and else only
what did.

    GET /v1/bookings                       ETag: W/"1f…", {"data": […], "changes": "…"}
    GET /v1/bookings, If-None-Match: W/"1f…"                        304, and no list was read
    GET /v1/bookings?changed_after=…       {"data": [what changed], "removed": [ids], "changes": "…"}

What changed and is not in the list, or no longer, is `removed`: it was cancelled where pending ones are
listed, moved to another day, merged into another, or is there no more.
"""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import msgspec
from fastapi import Response
from psycopg import Connection

from api.problems.questions import refuse, wrong
from api.problems.refused import Refused
from api.requests.caller import Caller
from api.requests.cursors import CURSOR, opened, sealed
from application.ports import Changed, Moment
from domain.macs import mac
from projections.lines import KEY
from projections.paging import MOST_BYTES, Op, Page, Where
from projections.read_model import ReadModel
from projections.rows import those

CHANGED_AFTER: Final = "changed_after"
PURPOSE: Final = "changes"


class ChangesTooMany(Refused, status=410):
    """So much has changed at once that it is not told apart: read the list anew."""


def tag_of(caller: Caller, moment: Moment) -> str:
    """Return a tag that is the same as long as the same question would be answered the same. It is of
    whoever asks, and tells nobody how much happens.
    """
    principal, url = caller.principal, caller.request.url
    who = (principal.client_id, principal.professional_id, principal.earlier_clients)
    asked = (url.path, sorted(caller.request.query_params.multi_items()))
    said = [caller.tenant, caller.request.app.version, moment, who, principal.roles, asked]
    digest = mac(caller.backend.pepper.encode(), msgspec.json.encode(said))
    return f'W/"{digest[:16].hex()}"'


def is_conditional(caller: Caller) -> bool:
    """Whether they say which answer they have."""
    return "if-none-match" in caller.request.headers


def is_known(caller: Caller, moment: Moment) -> bool:
    """Whether they have the answer of this moment, as RFC 9110 compares: weakly."""
    if not is_conditional(caller):
        return False
    known = caller.request.headers["if-none-match"].split(",")
    tag = tag_of(caller, moment).removeprefix("W/")
    return tag in {each.strip().removeprefix("W/") for each in known}


def tagged(caller: Caller, answer: Response, moment: Moment | None) -> Response:
    """Return an answer with its tag, where nothing is missing in it that had happened."""
    if moment is not None:
        answer.headers["ETag"] = tag_of(caller, moment)
    return answer


def told(
    caller: Caller, moment: Moment | None, changed: Changed | None, documents: Sequence[bytes]
) -> dict[str, Any]:
    """Return what a list says besides: after what to ask for changes, and what is not in it any more. There
    is nothing to ask after where it may have seen less than what had happened.
    """
    if changed is not None:
        there = {msgspec.json.decode(each)["id"] for each in documents}
        gone = [key for key in changed.keys if key not in there]
        return {"removed": gone, "changes": _mark(caller, changed.reached)}
    return {"changes": None if moment is None else _mark(caller, moment)}


def _mark(caller: Caller, moment: Moment) -> str:
    return sealed(caller, PURPOSE, (moment.tenant_position, moment.hash), moment.bookmark)


class Hanging(NamedTuple):
    """Rows of another list on which it hangs what is in this one: a client may be merged with another. `on_all`:
    what any of them says, for somebody may have an address by now.
    """

    rows: ReadModel
    keys: Sequence[str]
    on_all: bool = False


Meant = Sequence[Hanging]


def changes(caller: Caller, model: ReadModel, most: int, meant: Meant = ()) -> Changed | None:
    """Return what changed since when they say; None if they do not ask for changes. Raises QueryInvalid,
    TokenInvalid, PositionUnknown, PermissionMissing, ChangesTooMany: also where something else is meant.
    """
    asked = caller.request.query_params
    if CHANGED_AFTER not in asked:
        return None
    if CURSOR in asked:
        refuse([wrong(CURSOR, "changes go on with `changes`", code="unknown-parameter")])
    position, hash_ = opened(caller, PURPOSE, asked[CHANGED_AFTER], tuple[int, str])
    since = Moment(position, 0, hash_, ())
    found = caller.touched(model, since=since, most=most)
    others = [(caller.touched(each.rows, since=since, most=most), each) for each in meant]
    if len(found.keys) > most or any(_may_mean_others(*each) for each in others):
        raise ChangesTooMany
    return found


def _may_mean_others(changed: Changed, hanging: Hanging) -> bool:
    found = {*changed.keys}
    return changed.has_more or not found.isdisjoint(found if hanging.on_all else hanging.keys)


def touched(
    caller: Caller,
    connection: Connection[Any],
    model: ReadModel,
    where: Sequence[Where],
    extra: Sequence[tuple[str, Sequence[Any]]],
    changed: Changed,
) -> Page:
    """Return those rows that changed and are in the list, for who sees all of it. Raises ChangesTooMany."""
    asked = [Where(KEY, Op.IS, [*changed.keys]), *where]
    found = those(connection, model, caller.tenant, asked, extra)
    if sum(map(len, found)) > MOST_BYTES:
        raise ChangesTooMany
    return Page(found, None, None, changed.has_more, None)
