"""Who may log in here, and as what?"""

from collections.abc import Iterable, Mapping
from typing import Any, Final, assert_never

import msgspec
from msgspec.structs import replace
from psycopg import Connection

from application.people.contact_details import address_key
from domain.business.users import (
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
)
from domain.people.clients import ClientErased
from domain.values import ClientId, ProfessionalId, UserId
from projections.read_model import ReadModel, Row


class ListedUser(Row, frozen=True, kw_only=True):
    """Not `active`: was deactivated. `email_proved`: they have shown what was sent to the address."""

    id: UserId
    name: str
    email: str
    language: str | None
    roles: tuple[Role, ...]
    professional_id: ProfessionalId | None
    client_id: ClientId | None
    active: bool
    email_proved: bool = False


ERASED: Final = "[erased]"


def _evolve(row: ListedUser | None, event: UserEvent | ClientErased) -> ListedUser | None:
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
        case AddressCodeRequested():
            return row
        case UserAddressProved():
            return row and replace(row, email_proved=True)
        case UserLinkedToClient(client_id=client) | UserClientsSettled(client_id=client):
            return row and replace(row, client_id=client)
        case ClientErased():
            return row and replace(row, name=ERASED, email=ERASED, language=None)
        case RegistrationAbandoned():
            return None
        case _:
            assert_never(event)


def _key(event: UserEvent | ClientErased) -> list[str]:
    if isinstance(event, ClientErased):
        return [stream for stream in event.streams if stream.startswith("user-")]
    return [event.user_id]


USERS = ReadModel(
    name="users",
    version=2,
    row=ListedUser,
    subscribes_to=(
        UserRegistered,
        UserRolesChanged,
        UserDetailsChanged,
        UserDeactivated,
        AddressCodeRequested,
        UserAddressProved,
        UserLinkedToClient,
        UserClientsSettled,
        RegistrationAbandoned,
        ClientErased,
    ),
    key=_key,
    evolve=_evolve,
    columns=("name", "active", "professional_id", "client_id"),
    indexes=(("name",),),
    owner="user",
)

WITH_ADDRESS: Final = """
    SELECT r.document::text FROM live.users r
    WHERE r.tenant_id = %s AND r.active AND lower(r.document ->> 'email') = ANY(%s)
"""


def members_by_address(
    connection: Connection[Any], tenant: str, addresses: Iterable[str]
) -> Mapping[str, UserId]:
    """Return who works here with one of these addresses, by the key of the address."""
    lowered = sorted({address.lower() for address in addresses})
    found = connection.execute(WITH_ADDRESS, (tenant, lowered)).fetchall()
    users = (msgspec.json.decode(document, type=ListedUser) for (document,) in found)
    return {address_key(each.email): each.id for each in users if {*each.roles} - {Role.CLIENT}}
