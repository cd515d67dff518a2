"""The service catalogue over HTTP."""

from typing import Annotated, Final

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.caller import Caller, may, new_id
from api.listing import Listing, boolean, text
from application.permissions import Permission
from domain.services import ChangeService, CreateService, Offer, RemoveService
from domain.values import Money, ProfessionalId, ServiceId
from projections.services import SERVICES

MayRead = Annotated[Caller, may(Permission.SERVICES_READ)]
MayWrite = Annotated[Caller, may(Permission.SERVICES_WRITE)]

router: Final = APIRouter(prefix="/v1/services", tags=["services"])

LISTING: Final = Listing(
    model=SERVICES,
    filters={"category": text, "name": text, "active": boolean},
    sorts=("name", "category"),
    default_sort="name",
)


class MoneyBody(BaseModel):
    amount: int
    currency: Annotated[str, StringConstraints(pattern="^[A-Z]{3}$")]


class OfferBody(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str
    category: str | None = None
    price: MoneyBody | None = None
    duration_minutes: int
    buffer_before_minutes: int = 0
    buffer_after_minutes: int = 0
    professional_ids: list[str] = Field(default_factory=list)

    def offer(self) -> Offer:
        return Offer(
            name=self.name,
            category=self.category,
            price=Money(**self.price.model_dump()) if self.price else None,
            duration_minutes=self.duration_minutes,
            buffer_before_minutes=self.buffer_before_minutes,
            buffer_after_minutes=self.buffer_after_minutes,
            professional_ids=tuple(map(ProfessionalId, self.professional_ids)),
        )


@router.post("", status_code=201)
def create_service(body: OfferBody, caller: MayWrite) -> Response:
    """Offer a new service."""
    service_id = ServiceId(new_id("service"))
    command = CreateService(service_id=service_id, offer=body.offer())
    return caller.created(SERVICES, service_id, command, where="/v1/services")


@router.get("")
def list_services(caller: MayRead) -> Response:
    """List what is offered."""
    return LISTING.answer(caller)


@router.get("/{service_id}")
def get_service(service_id: str, caller: MayRead) -> Response:
    """Show one service."""
    return caller.shown(SERVICES, service_id)


@router.put("/{service_id}")
def change_service(service_id: str, body: OfferBody, caller: MayWrite) -> Response:
    """Change what is offered; what is booked keeps its price."""
    command = ChangeService(service_id=ServiceId(service_id), offer=body.offer())
    return caller.changed(SERVICES, service_id, command)


@router.delete("/{service_id}", status_code=204)
def remove_service(service_id: str, caller: MayWrite) -> Response:
    """Offer it no longer; what is booked stays."""
    return caller.done(caller.order(RemoveService(service_id=ServiceId(service_id)), on=service_id))
