"""What can be booked: how long it takes, what it costs, who offers it.

create ─► ACTIVE ⇄ remove / restore ⇄ REMOVED      (what is booked stays booked, at its price)
"""

from collections.abc import Sequence
from typing import Final, assert_never

from msgspec.structs import asdict, replace

from domain.aggregate import Aggregate
from domain.messages import Command, DomainError, Event, Invalid, Missing, Value
from domain.telling import Tellings, public
from domain.values import Money, ProfessionalId, ServiceId

LONGEST: Final = 24 * 60
"""Minutes of the longest service, and of the longest buffer on either side of it."""


class Offer(Value, frozen=True, kw_only=True):
    """What is offered. No price: on request. No professionals named: all of them offer it."""

    name: str
    category: str | None = None
    price: Money | None = None
    duration_minutes: int
    buffer_before_minutes: int = 0
    buffer_after_minutes: int = 0
    professional_ids: tuple[ProfessionalId, ...] = ()


# --- What may be asked ----------------------------------------------------------------


class CreateService(Command, frozen=True):
    service_id: ServiceId
    offer: Offer


class ChangeService(Command, frozen=True):
    service_id: ServiceId
    offer: Offer


class RemoveService(Command, frozen=True):
    service_id: ServiceId


class RestoreService(Command, frozen=True):
    service_id: ServiceId


# --- What can happen ------------------------------------------------------------------


class ServiceCreated(Event, frozen=True):
    service_id: ServiceId
    offer: Offer


class ServiceChanged(Event, frozen=True):
    service_id: ServiceId
    offer: Offer


class ServiceRemoved(Event, frozen=True):
    service_id: ServiceId


class ServiceRestored(Event, frozen=True):
    service_id: ServiceId


ServiceEvent = ServiceCreated | ServiceChanged | ServiceRemoved | ServiceRestored


# --- Why it may be refused ------------------------------------------------------------


class ServiceNotFound(Missing):
    """There is no such service."""


class ServiceIdTaken(DomainError):
    """Another service was created under this id."""

    service_id: ServiceId


class ServiceIsRemoved(DomainError):
    """The service was removed; restore it first."""


class PriceIsNegative(Invalid):
    """A price is zero or more."""


class DurationOutOfRange(Invalid):
    """A service takes from one minute to a day."""

    shortest: int
    longest: int


class BufferOutOfRange(Invalid):
    """A buffer before or after a service takes from nothing to a day."""

    shortest: int
    longest: int


# --- What a decision needs to remember ------------------------------------------------


class Service(Offer, frozen=True, kw_only=True):
    """The present offer. Only what is `active` can be booked."""

    active: bool = False

    @property
    def exists(self) -> bool:
        """Whether it was ever created; a removed service still is one."""
        return self.duration_minutes > 0


def evolve(service: Service, event: ServiceEvent) -> Service:
    match event:
        case ServiceCreated(offer=offer):
            return Service(**asdict(offer), active=True)
        case ServiceChanged(offer=offer):
            return replace(service, **asdict(offer))
        case ServiceRemoved():
            return replace(service, active=False)
        case ServiceRestored():
            return replace(service, active=True)
        case _:
            assert_never(event)


SERVICE = Aggregate(kind="service", initial=Service(name="", duration_minutes=0), evolve=evolve)


# --- Decisions ------------------------------------------------------------------------


def create(command: CreateService, service: Service) -> Sequence[ServiceEvent]:
    """Offer something new."""
    _refuse_impossible(command.offer)
    if not service.exists:
        return [ServiceCreated(service_id=command.service_id, offer=command.offer)]
    if not service.active:
        raise ServiceIsRemoved
    if not _offers(service, command.offer):
        raise ServiceIdTaken(service_id=command.service_id)
    return []


def change(command: ChangeService, service: Service) -> Sequence[ServiceEvent]:
    """Offer it differently from now on; what is booked keeps its price and its length."""
    _refuse_unless_there(service)
    _refuse_impossible(command.offer)
    if not service.active:
        raise ServiceIsRemoved
    if _offers(service, command.offer):
        return []
    return [ServiceChanged(service_id=command.service_id, offer=command.offer)]


def remove(command: RemoveService, service: Service) -> Sequence[ServiceEvent]:
    """Offer it no longer."""
    _refuse_unless_there(service)
    return [ServiceRemoved(service_id=command.service_id)] if service.active else []


def restore(command: RestoreService, service: Service) -> Sequence[ServiceEvent]:
    """Offer it again, as it was."""
    _refuse_unless_there(service)
    return [] if service.active else [ServiceRestored(service_id=command.service_id)]


def _offers(service: Service, offer: Offer) -> bool:
    return service == Service(**asdict(offer), active=service.active)


def _refuse_unless_there(service: Service) -> None:
    if not service.exists:
        raise ServiceNotFound


def _refuse_impossible(offer: Offer) -> None:
    if offer.price is not None and offer.price.amount < 0:
        raise PriceIsNegative
    if not 1 <= offer.duration_minutes <= LONGEST:
        raise DurationOutOfRange(shortest=1, longest=LONGEST)
    for buffer in (offer.buffer_before_minutes, offer.buffer_after_minutes):
        if not 0 <= buffer <= LONGEST:
            raise BufferOutOfRange(shortest=0, longest=LONGEST)


STORED_AS: Final[dict[str, type[Event]]] = {
    "service-created.v1": ServiceCreated,
    "service-changed.v1": ServiceChanged,
    "service-removed.v1": ServiceRemoved,
    "service-restored.v1": ServiceRestored,
}

_AS_SHOWN: Final = (
    "offer.name",
    "offer.category",
    "offer.price",
    "offer.duration_minutes",
    "offer.buffer_before_minutes",
    "offer.buffer_after_minutes",
    "offer.professional_ids",
)

TOLD_AS: Final[Tellings] = {
    ServiceCreated: public("service.created", *_AS_SHOWN, id="service_id"),
    ServiceChanged: public("service.changed", *_AS_SHOWN, id="service_id"),
    ServiceRemoved: public("service.removed", id="service_id"),
    ServiceRestored: public("service.restored", id="service_id"),
}
