"""Which leads match an ideal customer profile, how many, and why."""

from collections.abc import Sequence
from typing import Annotated, Any, Final

import msgspec
from fastapi import Response

from api.records.answering import Besides
from api.requests.answers import Listed, Made, answers
from api.requests.caller import JSON, Caller
from api.requests.ids import Lead, id_of
from api.requests.listing import Listing
from api.requests.moments import instant
from api.requests.parsing import number, one_of, text
from api.sales.leads import INCLUDES, THERE, MayRead, there
from api.web.routing import Router
from domain.sales.icps import ICPS, Icp
from domain.sales.leads import LeadStatus
from domain.sales.scores import Temperature
from domain.values import LeadId
from projections.paging import Sort, Where, numbered_page
from projections.records import RECORDS
from projections.sales.leads import LEADS
from projections.sales.matching import Judged, filters, judged

PROFILES: Final = RECORDS[ICPS.one]
IcpId = Annotated[str, id_of(ICPS.one)]

router: Final = Router(prefix="/v1/icps/{icp_id}/matches", tags=[ICPS.many])

MATCHES: Final = Listing(
    model=LEADS,
    filters={
        "status": one_of(LeadStatus),
        "temperature": one_of(Temperature),
        "assignee_id": text,
        "stage_id": text,
        "opened_at": instant,
        "score": number,
    },
    spans=("opened_at", "score"),
    sorts=("score", "opened_at"),
    default_sort="-score",
    includes=INCLUDES,
)


class Match(msgspec.Struct):
    """Whether a lead matches: it meets each criterion."""

    lead_id: LeadId
    matches: bool
    criteria: Sequence[Judged]


class Matching(msgspec.Struct):
    """How many leads match. `is_least`, if there may be more: so many were looked at, the likeliest first, and
    no further.
    """

    matches: int
    is_least: bool


@router.get("")
@answers(Listed(MATCHES))
def list_matches(icp_id: IcpId, caller: MayRead) -> Response:
    """List the leads that match a profile, the likeliest first. Among very many a page may be short, or empty:
    go on while there is more.
    """
    return MATCHES.answer(caller, where=[*THERE, *filters(_profile(icp_id, caller))])


@router.get("/{lead_id}")
@answers(Made(Match))
def show_match(icp_id: IcpId, lead_id: Lead, caller: MayRead) -> Response:
    """Show why a lead matches a profile, or does not, criterion by criterion."""
    found = judged(_profile(icp_id, caller), there(lead_id, caller))
    match = Match(lead_id, all(each.meets for each in found), found)
    return Response(msgspec.json.encode(match), media_type=JSON)


def matching(caller: Caller, icp: Icp) -> Matching:
    """Count the leads that match."""
    where: list[Where] = [*THERE, *filters(icp)]
    with caller.asking(LEADS) as (connection, within):
        found = numbered_page(
            connection,
            LEADS,
            caller.tenant,
            within=within,
            where=where,
            sort=Sort("score", descending=True),
            offset=0,
            limit=0,
        )
    return Matching(found.total, found.is_least)


BESIDES: Final = Besides(fields=Matching, of=matching)
"""What is said to whoever makes a profile, or changes it."""


def _profile(icp_id: str, caller: Caller) -> Icp:
    row: Any = msgspec.json.decode(caller.document(PROFILES, icp_id).json)
    return msgspec.convert({name: row[name] for name in Icp.__struct_fields__}, Icp)
