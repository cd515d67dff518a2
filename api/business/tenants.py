"""A business over HTTP, for those who belong to it. To everybody else it does not exist."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import Response
from pydantic import Field

from api.requests.answers import Row, answers, of
from api.requests.caller import Caller
from api.requests.forms import Body, Country, Currency, Language, Line, TimeZone
from api.web.gate import may
from api.web.routing import Router
from application.business import public_names as names
from application.permissions import Permission
from application.reach import NotFound
from domain import countries, zones
from domain.business import origins, public_names, tenants
from domain.business.origins import LONGEST, MOST
from domain.business.tenants import (
    Business,
    ChangeBusiness,
    ChangePublicName,
    ListOrigins,
    stream_of,
)
from projections.business.tenants import TENANTS

MayRead = Annotated[Caller, may(Permission.TENANT_READ)]
MayManage = Annotated[Caller, may(Permission.TENANT_MANAGE)]

Origin = Annotated[
    str,
    Field(min_length=1, max_length=LONGEST, examples=["https://salon.example"]),
]

router: Final = Router(prefix="/v1/tenants", tags=["tenants"])


class BusinessBody(Body):
    """How a business presents itself, the whole of it. Whoever names a country confirms it; without
    one it stays as it is. Numbers that are known already stay those of the former one.
    """

    name: Line
    time_zone: TimeZone
    language: Language
    currency: Currency
    country: Country | None = None

    def business(self) -> Business:
        """Return the value."""
        return Business(
            name=self.name,
            time_zone=self.time_zone,
            language=self.language,
            currency=self.currency,
            country=self.country,
            country_confirmed=self.country is not None,
        )


class OriginsBody(Body):
    """All of them: who is not named may ask no longer."""

    origins: Annotated[list[Origin], Field(max_length=MOST)]


class PublicNameBody(Body):
    """Small letters from a to z, digits, and hyphens between them."""

    public_name: Annotated[str, Field(max_length=100, examples=["salon-ana"])] | None


@router.get("/{tenant_id}")
@answers(Row(TENANTS))
def get_tenant(tenant_id: UUID, caller: MayRead) -> Response:
    """Show one's own business."""
    _refuse_others(tenant_id, caller)
    return caller.shown(TENANTS, stream_of(caller.principal.tenant_id))


@router.put("/{tenant_id}")
@answers(Row(TENANTS), refuses=of(tenants, zones, countries))
def change_tenant(tenant_id: UUID, body: BusinessBody, caller: MayManage) -> Response:
    """Present one's own business anew."""
    _refuse_others(tenant_id, caller)
    own = caller.principal.tenant_id
    command = ChangeBusiness(tenant_id=own, business=body.business())
    return caller.changed(TENANTS, stream_of(own), command)


@router.put("/{tenant_id}/origins")
@answers(Row(TENANTS), refuses=of(tenants, origins))
def change_origins(tenant_id: UUID, body: OriginsBody, caller: MayManage) -> Response:
    """Say from the pages of which origins the API may be asked for one's own business (CORS)."""
    _refuse_others(tenant_id, caller)
    own = caller.principal.tenant_id
    command = ListOrigins(tenant_id=own, origins=tuple(body.origins))
    return caller.changed(TENANTS, stream_of(own), command)


@router.put("/{tenant_id}/public-name")
@answers(Row(TENANTS), refuses=of(tenants, public_names, names))
def change_public_name(tenant_id: UUID, body: PublicNameBody, caller: MayManage) -> Response:
    """Say under which name everybody finds one's own business, and what it shows; with `null`, that it
    shows nothing. A name stays one's own: who follows it is led to the one that is in use.
    """
    _refuse_others(tenant_id, caller)
    own = caller.principal.tenant_id
    command = ChangePublicName(tenant_id=own, public_name=body.public_name)
    return caller.changed(TENANTS, stream_of(own), command)


def _refuse_others(tenant_id: UUID, caller: Caller) -> None:
    if str(tenant_id) != caller.tenant:
        raise NotFound
