"""A business to book at: two hundred professionals, always open, two hundred clients."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final
from uuid import uuid4

from adapters.accounts.tokens import AccessTokens
from application.permissions import Principal, permissions_of
from application.ports import About
from domain.business.tenants import Business, RegisterBusiness
from domain.business.users import Role
from domain.conversations.participants import MemberId
from domain.conversations.threads import OpenThread, ThreadForm, thread_of
from domain.messages import Command
from domain.people.clients import RegisterClient
from domain.scheduling.professionals import ALWAYS_OPEN, RegisterProfessional, Settings
from domain.scheduling.services import CreateService, Offer
from domain.values import (
    ClientId,
    Contact,
    Money,
    ProfessionalId,
    ServiceId,
    TenantId,
    ThreadId,
    UserId,
)
from infra.bench.ours.history import TENANT, numbered
from infra.bench.slots import PROFESSIONALS
from infra.composition import System

OWNER: Final = UserId(numbered("user", 0))
SERVICE: Final = ServiceId(numbered("service", 0))
CLIENTS: Final = 200


def open_salon(composed: System) -> None:
    for command in _commands():
        about = About(tenant=TENANT, actor=OWNER, command_id=uuid4())
        composed.dispatch(command, about)


def _commands() -> Iterator[Command]:
    business = Business(name="Salon", time_zone="Europe/Paris", language="fr", currency="EUR")
    yield RegisterBusiness(
        tenant_id=TenantId(TENANT),
        business=business,
        owner_id=OWNER,
        owner_name="Olga Owner",
        owner_email="olga@salon.example",
    )
    offer = Offer(name="Haircut", price=Money(3500, "EUR"), duration_minutes=30)
    yield CreateService(service_id=SERVICE, offer=offer)
    settings = Settings(time_zone="Europe/Paris", hours=ALWAYS_OPEN)
    for number in range(PROFESSIONALS):
        professional = ProfessionalId(numbered("professional", number))
        contact = Contact(name=f"Professional {number}")
        yield RegisterProfessional(professional_id=professional, contact=contact, settings=settings)
    for number in range(CLIENTS):
        client = ClientId(numbered("client", number))
        # Without an address for mails: the rivals write none.
        contact = Contact(name=f"Client {number}", phone=f"+336000{number:05}")
        yield RegisterClient(client_id=client, contact=contact)
        yield _between(number)


def _between(number: int) -> OpenThread:
    """Return the order that opens what the owner and a client say to each other."""
    members = (MemberId(OWNER), MemberId(numbered("client", number)))
    return OpenThread(
        form=ThreadForm.DIRECT, opened_by=members[0], members=members, seed=f"thread {number}"
    )


def conversation(number: int) -> ThreadId:
    """Return which conversation that is."""
    return thread_of(_between(number))


def token(composed: System) -> str:
    """The owner's, good for as long as any measurement."""
    tokens = AccessTokens(composed.settings.secret_keys, composed.clock, timedelta(days=1))
    owner = Principal(
        tenant_id=TenantId(TENANT),
        user_id=OWNER,
        roles=(Role.OWNER,),
        permissions=permissions_of((Role.OWNER,)),
        session_id=str(uuid4()),
    )
    return tokens.issue(owner)
