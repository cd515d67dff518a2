"""One example of each message about users; a test states only what differs."""

from typing import Final

from domain.business.users import (
    AbandonRegistration,
    AddressCodeRequested,
    AddUser,
    AppointOperator,
    ChangeRoles,
    ChangeUserDetails,
    DeactivateUser,
    DismissOperator,
    ProveAddress,
    RegistrationAbandoned,
    RequestAddressCode,
    Role,
    SignUpClient,
    UserAddressProved,
    UserClientsSettled,
    UserDeactivated,
    UserDetailsChanged,
    UserLinkedToClient,
    UserRegistered,
    UserRolesChanged,
)
from domain.values import ClientId, IdentityId, ProfessionalId, TenantId, UserId

tenant_id: Final = TenantId("0198c0de-0000-7000-8000-0000000000aa")
user_id: Final = UserId("user-0198c0de-0000-7000-8000-000000000003")
professional_id: Final = ProfessionalId("professional-0198c0de-0000-7000-8000-000000000003")
another_professional_id: Final = ProfessionalId("professional-0198c0de-0000-7000-8000-000000000004")
client_id: Final = ClientId("client-0198c0de-0000-7000-8000-000000000003")
identity: Final = IdentityId("identity-00000000-0000-5000-8000-000000000003")

add_user: Final = AddUser(
    tenant_id=tenant_id,
    user_id=user_id,
    name="Noor Haddad",
    email="noor@example.org",
    roles=(Role.FRONT_DESK,),
)
sign_up_client: Final = SignUpClient(
    tenant_id=tenant_id,
    user_id=user_id,
    client_id=client_id,
    name="Noor Haddad",
    email="noor@example.org",
    language="fr",
)
change_roles: Final = ChangeRoles(
    tenant_id=tenant_id, user_id=user_id, roles=(Role.FRONT_DESK, Role.AUDITOR)
)
appoint_operator: Final = AppointOperator(user_id=user_id)
dismiss_operator: Final = DismissOperator(user_id=user_id)
change_user_details: Final = ChangeUserDetails(user_id=user_id, name="Noor Petit", language="en")
deactivate_user: Final = DeactivateUser(tenant_id=tenant_id, user_id=user_id)
request_address_code: Final = RequestAddressCode(user_id=user_id)
prove_address: Final = ProveAddress(user_id=user_id, identity_id=identity)
abandon_registration: Final = AbandonRegistration(user_id=user_id)

user_registered: Final = UserRegistered(
    user_id=user_id, name="Noor Haddad", email="noor@example.org", roles=(Role.FRONT_DESK,)
)
user_roles_changed: Final = UserRolesChanged(
    user_id=user_id, previous=(Role.FRONT_DESK,), roles=(Role.FRONT_DESK, Role.AUDITOR)
)
operator_appointed: Final = UserRolesChanged(
    user_id=user_id, previous=(Role.FRONT_DESK,), roles=(Role.FRONT_DESK, Role.OPERATOR)
)
user_details_changed: Final = UserDetailsChanged(user_id=user_id, name="Noor Petit", language="en")
user_deactivated: Final = UserDeactivated(user_id=user_id)
registration_abandoned: Final = RegistrationAbandoned(user_id=user_id)
address_code_requested: Final = AddressCodeRequested(user_id=user_id)
user_address_proved: Final = UserAddressProved(user_id=user_id, identity_id=identity)
user_linked_to_client: Final = UserLinkedToClient(
    user_id=user_id, client_id=client_id, previous=ClientId(f"{client_id[:-1]}4")
)
user_clients_settled: Final = UserClientsSettled(
    user_id=user_id,
    client_id=ClientId("client-0198c0de-0000-7000-8000-000000000003"),
    others=(client_id,),
)
