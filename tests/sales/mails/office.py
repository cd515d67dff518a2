"""A business whose people have addresses: Camille owns it, and whoever else a test lets work there."""

from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid4

from fastapi.testclient import TestClient

from application.permissions import Principal, permissions_of
from domain.business.tenants import Business, RegisterBusiness
from domain.business.users import AddUser, Role
from domain.scheduling.professionals import ALWAYS_OPEN, RegisterProfessional, Settings
from domain.values import Contact, ProfessionalId, TenantId, UserId
from tests.running import Client, Running

SALON: Final = Business(
    name="Salon Lumière", time_zone="Europe/Paris", language="fr", currency="EUR"
)


@dataclass(frozen=True)
class Office:
    """The business of a running system."""

    running: Running
    owner: UserId

    @classmethod
    def opened(cls, running: Running) -> "Office":
        """Open it, with its owner."""
        owner = UserId(f"user-{uuid4()}")
        running.order(
            RegisterBusiness(
                tenant_id=TenantId(running.tenant),
                business=SALON,
                owner_id=owner,
                owner_name="Camille Petit",
                owner_email="camille@salon.example",
            )
        )
        return cls(running, owner)

    def hires(self, name: str, role: Role = Role.FRONT_DESK, **more: Any) -> UserId:
        """Let somebody work here; return their id."""
        user = UserId(f"user-{uuid4()}")
        self.running.order(
            AddUser(
                tenant_id=TenantId(self.running.tenant),
                user_id=user,
                name=name,
                email=f"{name.lower()}@salon.example",
                roles=(role,),
                **more,
            )
        )
        return user

    def hires_professional(self, name: str, time_zone: str) -> UserId:
        """Let somebody work here by the clock of this zone."""
        professional = ProfessionalId(f"professional-{uuid4()}")
        settings = Settings(time_zone=time_zone, hours=ALWAYS_OPEN)
        contact = Contact(name=name)
        self.running.order(
            RegisterProfessional(professional_id=professional, contact=contact, settings=settings)
        )
        return self.hires(name, Role.PROFESSIONAL, professional_id=professional, language="en")

    def as_owner(self) -> TestClient:
        """Return the API in the name of the owner."""
        token, roles = uuid4().hex, (Role.OWNER,)
        self.running.principals[token] = Principal(
            tenant_id=TenantId(self.running.tenant),
            user_id=self.owner,
            roles=roles,
            permissions=permissions_of(roles),
            session_id="session",
        )
        headers = {"Authorization": f"Bearer {token}"}
        return Client(self.running.app, headers=headers, raise_server_exceptions=False)

    def mails(self, to: str | None = None) -> list[Any]:
        """Return what was mailed, oldest first, once all that is due is done."""
        self.running.settle()
        found = self.running.system.outbox.find(self.running.tenant, limit=1000)
        written = [each.mail for each in reversed(found)]
        return [m for m in written if to in (None, m.to.address.partition("@")[0])]

    def kinds(self, to: str | None = None) -> list[str]:
        """Return of which kinds they were."""
        return [each.kind for each in self.mails(to)]
