"""A person who may log in. What the person may do follows from the roles; see
`application/permissions.py`. Passwords and tokens are no part of history: `adapters/accounts`.

register ─► ACTIVE ─ deactivate ─► DEACTIVATED
abandon  ─► ABANDONED                     (a registration that came to nothing, and now cannot)

What may be asked, what can happen and why not is in `messages`, what a user remembers in `user`, and
what one does in `decisions`.
"""

from typing import Final

from domain.business.users.decisions import (
    abandon,
    add,
    appoint_operator,
    change_details,
    change_roles,
    deactivate,
    dismiss_operator,
    link_to_client,
    prove_address,
    request_code,
    settle_clients,
)
from domain.business.users.messages import (
    AbandonRegistration,
    AddressCodeRequested,
    AddUser,
    AppointOperator,
    ChangeRoles,
    ChangeUserDetails,
    ClientIsNoStaff,
    DeactivateUser,
    DismissOperator,
    NoRoleGiven,
    OperatorNotGrantable,
    ProfessionalNotNamed,
    ProveAddress,
    RegistrationAbandoned,
    RequestAddressCode,
    Role,
    SignUpClient,
    UserAddressProved,
    UserClientsSettled,
    UserDeactivated,
    UserDetailsChanged,
    UserEvent,
    UserIdTaken,
    UserIsDeactivated,
    UserLinkedToClient,
    UserNotFound,
    UserRegistered,
    UserRolesChanged,
    UserStatus,
)
from domain.business.users.user import USER, User, evolve
from domain.messages import Event
from domain.telling import NOT_TOLD, Tellings, public

__all__ = [
    "STORED_AS",
    "TOLD_AS",
    "USER",
    "AbandonRegistration",
    "AddUser",
    "AddressCodeRequested",
    "AppointOperator",
    "ChangeRoles",
    "ChangeUserDetails",
    "ClientIsNoStaff",
    "DeactivateUser",
    "DismissOperator",
    "NoRoleGiven",
    "OperatorNotGrantable",
    "ProfessionalNotNamed",
    "ProveAddress",
    "RegistrationAbandoned",
    "RequestAddressCode",
    "Role",
    "SignUpClient",
    "User",
    "UserAddressProved",
    "UserClientsSettled",
    "UserDeactivated",
    "UserDetailsChanged",
    "UserEvent",
    "UserIdTaken",
    "UserIsDeactivated",
    "UserLinkedToClient",
    "UserNotFound",
    "UserRegistered",
    "UserRolesChanged",
    "UserStatus",
    "abandon",
    "add",
    "appoint_operator",
    "change_details",
    "change_roles",
    "deactivate",
    "dismiss_operator",
    "evolve",
    "link_to_client",
    "prove_address",
    "request_code",
    "settle_clients",
]

STORED_AS: Final[dict[str, type[Event]]] = {
    "user-registered.v1": UserRegistered,
    "user-roles-changed.v1": UserRolesChanged,
    "user-details-changed.v1": UserDetailsChanged,
    "user-deactivated.v1": UserDeactivated,
    "address-code-requested.v1": AddressCodeRequested,
    "user-address-proved.v1": UserAddressProved,
    "user-linked-to-client.v1": UserLinkedToClient,
    "user-clients-settled.v1": UserClientsSettled,
    "registration-abandoned.v1": RegistrationAbandoned,
}

TOLD_AS: Final[Tellings] = {
    UserRegistered: public(
        "user.registered",
        *("name", "email", "language", "roles", "professional_id", "client_id"),
        id="user_id",
    ),
    UserRolesChanged: public(
        "user.roles-changed", "roles", "professional_id", id="user_id", previous_roles="previous"
    ),
    UserDetailsChanged: public("user.details-changed", "name", "language", id="user_id"),
    UserDeactivated: public("user.deactivated", id="user_id"),
    AddressCodeRequested: NOT_TOLD,
    UserAddressProved: public("user.address-proved", id="user_id"),
    UserLinkedToClient: public(
        "user.linked-to-client", "client_id", id="user_id", previous_client_id="previous"
    ),
    UserClientsSettled: public("user.clients-settled", "client_id", "others", id="user_id"),
    RegistrationAbandoned: NOT_TOLD,
}
