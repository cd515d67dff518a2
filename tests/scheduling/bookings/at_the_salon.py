"""A salon to book in: Ana cuts hair from nine to six in Paris, always open on weekdays."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from msgspec.structs import replace
from starlette.testclient import TestClient

from domain.scheduling.professionals import (
    ALWAYS_OPEN,
    ChangeProfessionalSettings,
    RegisterProfessional,
    Settings,
)
from domain.scheduling.services import CreateService, Offer
from domain.values import Contact, Money, ProfessionalId, ServiceId
from tests.running import Running

OPEN = Settings(time_zone="Europe/Paris", hours=ALWAYS_OPEN)
CUT = Offer(
    name="Cut",
    category="Hair",
    price=Money(4500, "EUR"),
    duration_minutes=60,
    buffer_after_minutes=15,
)


@dataclass(frozen=True)
class Salon:
    """A professional and a service of the running business."""

    running: Running
    professional_id: ProfessionalId
    service_id: ServiceId

    @classmethod
    def opened(cls, running: Running, **settings: Any) -> "Salon":
        """Open it; `settings` say what differs from always open in Paris."""
        salon = cls(
            running,
            ProfessionalId(f"professional-{uuid4()}"),
            ServiceId(f"service-{uuid4()}"),
        )
        running.order(
            RegisterProfessional(
                professional_id=salon.professional_id,
                contact=Contact(name="Ana", email="ana@salon.example"),
                settings=replace(OPEN, **settings),
            )
        )
        running.order(CreateService(service_id=salon.service_id, offer=CUT))
        return salon

    def change(self, **settings: Any) -> None:
        """Work by other rules from now on."""
        self.running.order(
            ChangeProfessionalSettings(
                professional_id=self.professional_id, settings=replace(OPEN, **settings)
            )
        )

    def wish(self, starts_at: str = "2027-01-05T10:00:00+01:00", **more: Any) -> dict[str, Any]:
        """Return the body that asks for a cut."""
        return {
            "professional_id": self.professional_id,
            "service_id": self.service_id,
            "starts_at": starts_at,
            **more,
        }

    def book(
        self, http: TestClient, starts_at: str = "2027-01-05T10:00:00+01:00", **more: Any
    ) -> Any:
        """Ask for a cut; return the response."""
        return http.post("/v1/bookings", json=self.wish(starts_at, **more))
