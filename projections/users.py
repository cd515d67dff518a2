"""Who may log in here, and as what?"""

from typing import assert_never

from msgspec.structs import replace

from domain.users import (
    RegistrationAbandoned,
    Role,
    UserDeactivated,
    UserDetailsChanged,
    UserEvent,
    UserRegistered,
    UserRolesChanged,
)
from domain.values import ClientId, ProfessionalId, UserId
from projections.read_model import ReadModel, Row


class ListedUser(Row, frozen=True, kw_only=True):
    """Not `active`: was deactivated."""

    id: UserId
    name: str
    email: str
    language: str | None
    roles: tuple[Role, ...]
    professional_id: ProfessionalId | None
    client_id: ClientId | None
    active: bool


def _evolve(row: ListedUser | None, event: UserEvent) -> ListedUser | None:
    match event:
        case UserRegistered():
            return ListedUser(
                id=event.user_id,
                name=event.name,
                email=event.email,
                language=event.language,
                roles=event.roles,
                professional_id=event.professional_id,
                client_id=event.client_id,
                active=True,
            )
        case UserRolesChanged(roles=roles, professional_id=professional):
            return row and replace(row, roles=roles, professional_id=professional)
        case UserDetailsChanged(name=name, language=language):
            return row and replace(row, name=name, language=language)
        case UserDeactivated():
            return row and replace(row, active=False)
        case RegistrationAbandoned():
            return None
        case _:
            assert_never(event)


USERS = ReadModel(
    name="users",
    version=1,
    row=ListedUser,
    subscribes_to=(
        UserRegistered,
        UserRolesChanged,
        UserDetailsChanged,
        UserDeactivated,
        RegistrationAbandoned,
    ),
    key=lambda event: [event.user_id],
    evolve=_evolve,
    columns=("name", "active", "professional_id", "client_id"),
    indexes=(("name",),),
    owner="user",
)
