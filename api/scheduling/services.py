"""The service catalogue over HTTP."""

from collections.abc import Sequence
from typing import Annotated, Final

from fastapi import Response
from pydantic import Field

from api.requests import ids
from api.requests.answers import Listed, Paged, Row, answers, of
from api.requests.caller import Caller, new_id
from api.requests.forms import Body, Line, MoneyBody
from api.requests.listing import Listing
from api.requests.pages import page
from api.requests.parsing import MOST, boolean, text
from api.web.gate import may
from api.web.routing import Router
from application.permissions import Permission
from domain.scheduling import services
from domain.scheduling.professionals import ProfessionalNotFound
from domain.scheduling.services import (
    LONGEST,
    ChangeService,
    CreateService,
    Offer,
    RemoveService,
    RestoreService,
)
from domain.values import ServiceId
from projections.paging import Op, Where
from projections.scheduling.services import SERVICES, Category, categories, offered_by

MayRead = Annotated[Caller, may(Permission.SERVICES_READ)]
MayWrite = Annotated[Caller, may(Permission.SERVICES_WRITE)]
Minutes = Annotated[int, Field(strict=True, ge=0, le=LONGEST)]

router: Final = Router(prefix="/v1/services", tags=["services"])

REFUSED: Final = (*of(services), ProfessionalNotFound)

LISTING: Final = Listing(
    model=SERVICES,
    filters={"category": text, "name": text, "active": boolean},
    sorts=("name", "category"),
    default_sort="name",
    also=("professional_id",),
)
ACTIVE: Final = Where("active", Op.IS, [True])


class OfferBody(Body):
    """What is offered. No price: on request. No professionals named: all of them offer it."""

    name: Line
    category: Line | None = None
    price: MoneyBody | None = None
    duration_minutes: Annotated[int, Field(strict=True, ge=1, le=LONGEST)]
    buffer_before_minutes: Minutes = 0
    buffer_after_minutes: Minutes = 0
    professional_ids: Annotated[tuple[ids.Professional, ...], Field(max_length=1000)] = ()

    def offer(self) -> Offer:
        """Return the value."""
        return Offer(
            name=self.name,
            category=self.category,
            price=self.price.money() if self.price else None,
            duration_minutes=self.duration_minutes,
            buffer_before_minutes=self.buffer_before_minutes,
            buffer_after_minutes=self.buffer_after_minutes,
            professional_ids=tuple(dict.fromkeys(self.professional_ids)),
        )


@router.post("", status_code=201)
@answers(Row(SERVICES), refuses=REFUSED)
def create_service(body: OfferBody, caller: MayWrite) -> Response:
    """Offer a new service."""
    service_id = ServiceId(new_id("service"))
    command = CreateService(service_id=service_id, offer=body.offer())
    return caller.created(SERVICES, service_id, command, where="/v1/services")


@router.get("")
@answers(Listed(LISTING))
def list_services(caller: MayRead, professional_id: ids.Professional | None = None) -> Response:
    """List what is offered, or with `active=false` what no longer is."""
    asked = caller.request.query_params
    return LISTING.answer(
        caller,
        where=[] if "active" in asked else [ACTIVE],
        extra=[offered_by(professional_id)] if professional_id else [],
    )


@router.get("/categories")
@answers(Paged(Category, {}, usual=MOST))
def list_service_categories(caller: MayRead) -> Response:
    """List the categories of what is offered, each with the number of its services."""

    def find(after: str | None, limit: int) -> Sequence[Category]:
        with caller.asking(SERVICES) as (connection, _):
            return categories(connection, caller.tenant, after=after, limit=limit)

    def place(category: Category) -> str:
        return category.name or ""  # what is in none comes last, and nothing behind it

    return page(caller, "categories", find, place, str, usual=MOST)


@router.get("/{service_id}")
@answers(Row(SERVICES))
def get_service(service_id: ids.Service, caller: MayRead) -> Response:
    """Show one service."""
    return caller.shown(SERVICES, service_id)


@router.put("/{service_id}")
@answers(Row(SERVICES), refuses=REFUSED)
def change_service(service_id: ids.Service, body: OfferBody, caller: MayWrite) -> Response:
    """Change what is offered; what is booked keeps its price."""
    command = ChangeService(service_id=service_id, offer=body.offer())
    return caller.changed(SERVICES, service_id, command)


@router.delete("/{service_id}", status_code=204)
@answers(refuses=REFUSED)
def remove_service(service_id: ids.Service, caller: MayWrite) -> Response:
    """Offer it no longer; what is booked stays."""
    return caller.done(caller.order(RemoveService(service_id=service_id), on=service_id))


@router.post("/{service_id}/restoration")
@answers(Row(SERVICES), refuses=REFUSED)
def restore_service(service_id: ids.Service, caller: MayWrite) -> Response:
    """Offer it again, as it was."""
    return caller.changed(SERVICES, service_id, RestoreService(service_id=service_id))
