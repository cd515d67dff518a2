"""What a business shows to everybody, by its public name: who it is, what it offers, by whom and when.

Nobody is logged in here: requests are counted by where they come from, and nothing is told that is of a
client, or only for those who work there.
"""

from collections.abc import Callable
from typing import Annotated, Final

import msgspec
from fastapi import Path, Query, Request, Response

from api.business.auth import PUBLIC
from api.problems.reasons import FREE
from api.problems.refusals import QueryInvalid, ValidationFailed
from api.requests import ids
from api.requests.answers import Listed, Made, Refusals, answers
from api.requests.caller import JSON, Caller
from api.requests.forms import TimeZone
from api.requests.listing import Listing
from api.requests.parsing import text
from api.requests.signing import TokenInvalid
from api.scheduling import professionals, services
from api.scheduling.availability import Cursor, FreeSlots, Moment, answered
from api.web.door import Address
from api.web.gate import refuse_unknown
from api.web.routing import Router
from api.web.turns import heavy
from application.permissions import Permission, Principal
from application.ports import PositionUnknown, ProjectionBehind
from application.reach import NotFound
from application.scheduling.availability import Wish
from domain.business.public_names import LONGEST, PublicNameNotAllowed, public_name_of
from domain.business.tenants import stream_of
from domain.business.users import Role
from domain.values import Money, ProfessionalId, ServiceId, TenantId, UserId
from projections.business.tenants import TENANTS, ListedTenant
from projections.paging import Op, Where
from projections.scheduling.professionals import PROFESSIONALS
from projections.scheduling.services import SERVICES

router: Final = Router(prefix="/v1/public/{business}", tags=["public"])

Business = Annotated[str, Path(max_length=LONGEST, description="The public name of a business.")]

VISITOR: Final = frozenset[str](
    {Permission.TENANT_READ, Permission.SERVICES_READ, Permission.PROFESSIONALS_READ}
)
NOBODY: Final = UserId("user-nobody")

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


class _MovedError(Exception):
    """The business is called otherwise by now."""

    def __init__(self, name: str) -> None:
        self.name = name


@router.get("", openapi_extra=PUBLIC)
@answers(Made(PublicBusiness), refuses=(*LISTING, NotFound), moves=True)
def show_public_business(business: Business, request: Request, _: Address) -> Response:
    """Show who it is."""

    def show(_: Caller, known: ListedTenant) -> Response:
        shown = msgspec.convert(known, PublicBusiness, from_attributes=True)
        return Response(msgspec.json.encode(shown), media_type=JSON)

    return _shown(business, request, show)


@router.get("/services", openapi_extra=PUBLIC)
@answers(Listed(SERVICES_SHOWN), refuses=(*LISTING, NotFound), moves=True)
def list_public_services(business: Business, request: Request, _: Address) -> Response:
    """List what is offered."""
    where = [services.ACTIVE]
    return _shown(business, request, lambda caller, _: SERVICES_SHOWN.answer(caller, where=where))


@router.get("/professionals", openapi_extra=PUBLIC)
@answers(Listed(PROFESSIONALS_SHOWN), refuses=(*LISTING, NotFound), moves=True)
def list_public_professionals(business: Business, request: Request, _: Address) -> Response:
    """List who can be booked at present."""
    where = [professionals.ACTIVE, Where("accepts_bookings", Op.IS, [True])]
    return _shown(
        business, request, lambda caller, _: PROFESSIONALS_SHOWN.answer(caller, where=where)
    )


@router.get("/availability", openapi_extra=PUBLIC)
@answers(Made(FreeSlots), refuses=(*FREE, *LISTING, ValidationFailed, NotFound), moves=True)
@heavy
def show_public_availability(  # noqa: PLR0917 - parameters of the query, which all have names
    business: Business,
    request: Request,
    _: Address,
    professional_id: ids.Professional | None = None,
    service_id: ids.Service | None = None,
    first: Annotated[Moment | None, Query(alias="from")] = None,
    last: Annotated[Moment | None, Query(alias="to")] = None,
    tz: TimeZone | None = None,
    limit: Annotated[int, Query(ge=1, le=2000)] = 500,
    cursor: Cursor | None = None,
) -> Response:
    """Show what clients can have, as `/v1/availability` does."""
    wish = Wish(
        professional_id=professional_id,
        service_id=service_id,
        first=first,
        last=last,
        time_zone=tz,
        limit=limit,
    )
    return _shown(business, request, lambda caller, _: answered(caller, wish, cursor))


# --- Who is asked ---------------------------------------------------------------------


def _shown(
    business: str, request: Request, show: Callable[[Caller, ListedTenant], Response]
) -> Response:
    """Answer for a business, or lead to how it is called by now. Raises NotFound."""
    refuse_unknown(request)
    try:
        caller, known = _asked(business, request)
    except _MovedError as moved:
        where = request.url.path.replace(f"/public/{business}", f"/public/{moved.name}", 1)
        query = f"?{request.url.query}" if request.url.query else ""
        return Response(status_code=308, headers={"Location": where + query})
    return show(caller, known)


def _asked(business: str, request: Request) -> tuple[Caller, ListedTenant]:
    """Return a visitor of a business. Raises NotFound where it shows nothing, and _MovedError."""
    try:
        name = public_name_of(business)
    except PublicNameNotAllowed:
        raise NotFound from None
    tenant = request.app.state.backend.public_names.whose(name)
    if tenant is None:
        raise NotFound
    caller = _visitor(request, tenant)
    document = caller.found(TENANTS, stream_of(tenant))
    known = document and msgspec.json.decode(document.json, type=ListedTenant)
    if not known or known.public_name is None:
        raise NotFound
    if known.public_name != business:
        raise _MovedError(known.public_name)
    return caller, known


def _visitor(request: Request, tenant: TenantId) -> Caller:
    """Return somebody who may see what clients may, and has no record."""
    principal = Principal(
        tenant_id=tenant,
        user_id=NOBODY,
        roles=(Role.CLIENT,),
        permissions=VISITOR,
        session_id="",
    )
    return Caller(request, principal, Permission.SERVICES_READ, None)
