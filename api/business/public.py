"""What a business shows to everybody, by its public name: who it is, what it offers, by whom and when.

Nobody is logged in here: requests are counted by where they come from, and nothing is told that is of a
client, or only for those who work there.
"""

from typing import Annotated, Final

import msgspec
from fastapi import Query, Response

from api.business.auth import PUBLIC
from api.business.visitors import REFUSED, Visit, Visitor
from api.problems.reasons import FREE
from api.problems.refusals import QueryInvalid, ValidationFailed
from api.requests import ids
from api.requests.answers import Listed, Made, Refusals, answers
from api.requests.caller import JSON
from api.requests.forms import TimeZone
from api.requests.listing import Listing
from api.requests.parsing import text
from api.requests.signing import TokenInvalid
from api.scheduling import professionals, services
from api.scheduling.availability import Cursor, FreeSlots, Moment, answered
from api.web.routing import Router
from api.web.turns import heavy
from application.ports import PositionUnknown, ProjectionBehind
from application.scheduling.availability import Wish
from domain.values import Money, ProfessionalId, ServiceId
from projections.business.tenants import ListedTenant
from projections.paging import Op, Where
from projections.scheduling.professionals import PROFESSIONALS
from projections.scheduling.services import SERVICES

router: Final = Router(prefix="/v1/public/{business}", tags=["public"])

LISTING: Final[Refusals] = (QueryInvalid, TokenInvalid, ProjectionBehind, PositionUnknown)
"""Why a list may be refused that needs no token."""


class PublicBusiness(msgspec.Struct):
    """How a business presents itself to everybody."""

    public_name: str
    name: str
    time_zone: str
    language: str
    currency: str


class PublicService(msgspec.Struct):
    """What is offered. No price: on request. No professionals named: all of them offer it."""

    id: ServiceId
    name: str
    category: str | None
    price: Money | None
    duration_minutes: int
    professional_ids: tuple[ProfessionalId, ...]


class PublicProfessional(msgspec.Struct):
    """Who can be booked."""

    id: ProfessionalId
    name: str


SERVICES_SHOWN: Final = Listing(
    model=SERVICES,
    filters={"category": text},
    sorts=("name", "category"),
    default_sort="name",
    shows=PublicService,
)
PROFESSIONALS_SHOWN: Final = Listing(
    model=PROFESSIONALS, sorts=("name",), default_sort="name", shows=PublicProfessional
)


@router.get("", openapi_extra=PUBLIC)
@answers(Made(PublicBusiness), refuses=(*LISTING, *REFUSED), moves=True)
def show_public_business(visit: Visit) -> Response:
    """Show who it is."""

    def show(_: Visitor, known: ListedTenant) -> Response:
        shown = msgspec.convert(known, PublicBusiness, from_attributes=True)
        return Response(msgspec.json.encode(shown), media_type=JSON)

    return visit.answered(show)


@router.get("/services", openapi_extra=PUBLIC)
@answers(Listed(SERVICES_SHOWN), refuses=(*LISTING, *REFUSED), moves=True)
def list_public_services(visit: Visit) -> Response:
    """List what is offered."""
    where = [services.ACTIVE]
    return visit.answered(lambda visitor, _: SERVICES_SHOWN.answer(visitor, where=where))


@router.get("/professionals", openapi_extra=PUBLIC)
@answers(Listed(PROFESSIONALS_SHOWN), refuses=(*LISTING, *REFUSED), moves=True)
def list_public_professionals(visit: Visit) -> Response:
    """List who can be booked at present."""
    where = [professionals.ACTIVE, Where("accepts_bookings", Op.IS, [True])]
    return visit.answered(lambda visitor, _: PROFESSIONALS_SHOWN.answer(visitor, where=where))


@router.get("/availability", openapi_extra=PUBLIC)
@answers(Made(FreeSlots), refuses=(*FREE, *LISTING, ValidationFailed, *REFUSED), moves=True)
@heavy
def show_public_availability(
    visit: Visit,
    service_id: ids.Service,
    professional_id: ids.Professional | None = None,
    first: Annotated[Moment | None, Query(alias="from")] = None,
    last: Annotated[Moment | None, Query(alias="to")] = None,
    tz: TimeZone | None = None,
    limit: Annotated[int, Query(ge=1, le=2000)] = 500,
    cursor: Cursor | None = None,
) -> Response:
    """Show what clients can have of a service, as `/v1/availability` does."""
    wish = Wish(
        professional_id=professional_id,
        service_id=service_id,
        first=first,
        last=last,
        time_zone=tz,
        limit=limit,
    )
    return visit.answered(lambda visitor, _: answered(visitor, wish, cursor))
