"""One example of each message about tenants; a test states only what differs."""

from typing import Final

from domain.business.tenants import (
    Business,
    ChangeBusiness,
    ChangePublicName,
    ListOrigins,
    OriginsListed,
    OwnerAppointed,
    OwnerDismissed,
    PublicNameChanged,
    RegisterBusiness,
    TenantChanged,
    TenantRegistered,
)
from domain.values import ProfessionalId, TenantId, UserId

tenant_id: Final = TenantId("0198c0de-0000-7000-8000-0000000000aa")
owner_id: Final = UserId("user-0198c0de-0000-7000-8000-000000000001")
partner_id: Final = UserId("user-0198c0de-0000-7000-8000-000000000002")
professional_id: Final = ProfessionalId("professional-0198c0de-0000-7000-8000-000000000001")

salon: Final = Business(
    name="Salon Camille", time_zone="Europe/Paris", language="fr", currency="EUR"
)
renamed_salon: Final = Business(
    name="Camille & Fille", time_zone="Europe/Paris", language="fr", currency="EUR"
)

register_business: Final = RegisterBusiness(
    tenant_id=tenant_id,
    business=salon,
    owner_id=owner_id,
    owner_name="Camille Petit",
    owner_email="camille@example.org",
    professional_id=professional_id,
)
change_business: Final = ChangeBusiness(tenant_id=tenant_id, business=renamed_salon)

list_origins: Final = ListOrigins(
    tenant_id=tenant_id, origins=("HTTPS://Salon.Example/", "http://localhost:5173")
)

change_public_name: Final = ChangePublicName(tenant_id=tenant_id, public_name="Salon-Camille")

tenant_registered: Final = TenantRegistered(tenant_id=tenant_id, business=salon)
tenant_changed: Final = TenantChanged(tenant_id=tenant_id, business=renamed_salon)
owner_appointed: Final = OwnerAppointed(tenant_id=tenant_id, user_id=owner_id)
partner_appointed: Final = OwnerAppointed(tenant_id=tenant_id, user_id=partner_id)
owner_dismissed: Final = OwnerDismissed(tenant_id=tenant_id, user_id=owner_id)
origins_listed: Final = OriginsListed(
    tenant_id=tenant_id, origins=("http://localhost:5173", "https://salon.example")
)
public_name_changed: Final = PublicNameChanged(tenant_id=tenant_id, public_name="salon-camille")
