"""Who comes to the salon by any of its ways: clients, guests, and wishes that other systems tell."""

from typing import Any, Final
from uuid import uuid4

import msgspec
from starlette.testclient import TestClient

from application.operations.facts import Told
from domain.messages import DomainError
from domain.people.clients import RegisterClient
from domain.values import ClientId, Contact, TenantId
from tests.running import Running
from tests.scheduling.bookings.at_the_salon import Salon
from tests.streams.telling import facts_of

Http = TestClient
FREE: Final = "2027-01-05T10:00:00Z"
ONCE: Final = {
    "starts_at": "2027-01-07T10:00",
    "time_zone": "Etc/UTC",
    "rule": "FREQ=DAILY;COUNT=1",
}
GUESTS: Final = [
    {"name": "Somebody", "email": "zoe@example.org"},
    {"name": "Somebody", "email": "new@example.org", "phone": "+33 1 99 00 12 34"},
]


def zoe_of(running: Running) -> ClientId:
    client_id = ClientId(f"client-{uuid4()}")
    running.order(RegisterClient(client_id=client_id, contact=Contact("Zoé", email="z@x.example")))
    return client_id


def registered(running: Running) -> ClientId:
    """Return a client whose address and number the business knows to be theirs."""
    body = {"name": "Zoé", "email": "zoe@example.org", "phone": "+33199001234"}
    return ClientId(running.http().post("/v1/clients", json=body).json()["id"])


def told(running: Running, salon: Salon, start: str, **more: Any) -> Any:
    """Return what becomes of a wish that another system tells us."""
    wish = {
        "professional_id": salon.professional_id,
        "service_id": salon.service_id,
        "starts_at": start,
        "guest": {"name": "Gus", "email": "gus@example.org"},
        **more,
    }
    fact = Told(
        tenant=TenantId(running.tenant),
        source="site",
        id=str(uuid4()),
        type="booking-wished.v1",
        data=msgspec.json.encode(wish),
    )
    try:
        return facts_of(running).take(fact)
    except DomainError as refusal:
        return refusal.code


def timeless(salon: Salon) -> dict[str, Any]:
    return {name: each for name, each in salon.wish().items() if name != "starts_at"}
