"""What a user remembers: only what its decisions read."""

from typing import Final, assert_never

from msgspec.structs import replace

from domain.aggregate import Aggregate
from domain.business.users.messages import (
    AddressCodeRequested,
    RegistrationAbandoned,
    Role,
    UserAddressProved,
    UserClientsSettled,
    UserDeactivated,
    UserDetailsChanged,
    UserEvent,
    UserLinkedToClient,
    UserRegistered,
    UserRolesChanged,
    UserStatus,
)
from domain.messages import Value
from domain.values import ClientId, IdentityId, ProfessionalId


class User(Value, frozen=True, kw_only=True):
    status: UserStatus = UserStatus.NONE
    name: str = ""
    email: str = ""
    roles: tuple[Role, ...] = ()
    professional_id: ProfessionalId | None = None
    client_id: ClientId | None = None
    earlier_clients: tuple[ClientId, ...] = ()
    language: str | None = None
    proved: IdentityId | None = None

    @property
    def exists(self) -> bool:
        """Whether somebody was ever registered here."""
        return self.status in (UserStatus.ACTIVE, UserStatus.DEACTIVATED)


def evolve(user: User, event: UserEvent) -> User:
    match event:
        case UserRegistered():
            return User(
                status=UserStatus.ACTIVE,
                name=event.name,
                email=event.email,
                roles=event.roles,
                professional_id=event.professional_id,
                client_id=event.client_id,
                language=event.language,
            )
        case UserRolesChanged(roles=roles, professional_id=professional):
            return replace(user, roles=roles, professional_id=professional)
        case UserDetailsChanged(name=name, language=language):
            return replace(user, name=name, language=language)
        case UserDeactivated():
            return replace(user, status=UserStatus.DEACTIVATED)
        case AddressCodeRequested():
            return user
        case UserAddressProved(identity_id=identity):
            return replace(user, proved=identity)
        case UserLinkedToClient(client_id=client, previous=previous):
            gone = () if previous is None else (previous,)
            return replace(user, client_id=client, earlier_clients=user.earlier_clients + gone)
        case UserClientsSettled(client_id=client, others=others):
            return replace(user, client_id=client, earlier_clients=others)
        case RegistrationAbandoned():
            return replace(user, status=UserStatus.ABANDONED)
        case _:
            assert_never(event)


USER: Final = Aggregate(kind="user", initial=User(), evolve=evolve)
