"""One example of each message about services; a test states only what differs."""

from typing import Final

from domain.scheduling.services import (
    ChangeService,
    CreateService,
    Offer,
    RemoveService,
    RestoreService,
    ServiceChanged,
    ServiceCreated,
    ServiceRemoved,
    ServiceRestored,
)
from domain.values import Money, ProfessionalId, ServiceId

service_id: Final = ServiceId("service-0198c0de-0000-7000-8000-000000000001")
ana: Final = ProfessionalId("professional-0198c0de-0000-7000-8000-00000000000a")
ben: Final = ProfessionalId("professional-0198c0de-0000-7000-8000-00000000000b")

haircut: Final = Offer(
    name="Haircut",
    category="Hair",
    price=Money(4500, "EUR"),
    duration_minutes=45,
    buffer_after_minutes=15,
    professional_ids=(ana,),
)
dearer_haircut: Final = Offer(
    name="Haircut",
    category="Hair",
    price=Money(4900, "EUR"),
    duration_minutes=45,
    buffer_after_minutes=15,
    professional_ids=(ana,),
)

create_service: Final = CreateService(service_id=service_id, offer=haircut)
change_service: Final = ChangeService(service_id=service_id, offer=dearer_haircut)
remove_service: Final = RemoveService(service_id=service_id)
restore_service: Final = RestoreService(service_id=service_id)

service_created: Final = ServiceCreated(service_id=service_id, offer=haircut)
service_changed: Final = ServiceChanged(service_id=service_id, offer=dearer_haircut)
service_removed: Final = ServiceRemoved(service_id=service_id)
service_restored: Final = ServiceRestored(service_id=service_id)
