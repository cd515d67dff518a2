"""Use cases of users. Who owns the business stands in the tenant's stream too, in the same append."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from application.people import clients as client_use_cases
from application.people import people
from application.transact import Changes, Past, UseCase
from domain.business import tenants, users
from domain.business.tenants import TENANT
from domain.business.users import USER, Role, User, UserEvent, UserStatus
from domain.messages import Command, Event
from domain.people import clients
from domain.people.clients import CLIENT
from domain.people.identities import IDENTITY
from domain.scheduling import professionals
from domain.scheduling.professionals import PROFESSIONAL
from domain.values import ClientId, Contact, TenantId, UserId


def add(command: users.AddUser, past: Past) -> Changes:
    """Add a user, who may be a professional or a client that the business knows."""
    user = past.of(USER, command.user_id)
    events = users.add(command, user)
    changes = _with_ownership(command.tenant_id, command.user_id, user, events, past)
    if events and command.professional_id is not None:
        professionals.refuse_unless_active(past.of(PROFESSIONAL, command.professional_id))
    if command.client_id is not None:
        client = past.of(CLIENT, command.client_id)
        changes[command.client_id] = clients.link_to_user(
            clients.LinkClientToUser(client_id=command.client_id, user_id=command.user_id), client
        )
    return changes


def sign_up_client(command: users.SignUpClient, past: Past) -> Changes:
    """Let a person become client and user of a business at once.

    The address proves nothing yet, and is claimed for nobody: whoever signs up gets a record of
    their own, whether another client has the address or not.
    """
    if past.of(TENANT, tenants.stream_of(command.tenant_id)).business is None:
        raise tenants.TenantNotFound
    user = past.of(USER, command.user_id)
    client_id = user.client_id if user.exists else command.client_id
    events = users.add(_client_user(command, client_id), user)
    changes: dict[str, Sequence[Event]] = {command.user_id: events}
    if events and client_id is not None:
        changes.update(_new_client(command, past))
    return changes


def change_roles(command: users.ChangeRoles, past: Past) -> Changes:
    user = past.of(USER, command.user_id)
    events = users.change_roles(command, user)
    if events and command.professional_id is not None:
        professionals.refuse_unless_active(past.of(PROFESSIONAL, command.professional_id))
    return _with_ownership(command.tenant_id, command.user_id, user, events, past)


def appoint_operator(command: users.AppointOperator, past: Past) -> Changes:
    user = past.of(USER, command.user_id)
    return {command.user_id: users.appoint_operator(command, user)}


def dismiss_operator(command: users.DismissOperator, past: Past) -> Changes:
    user = past.of(USER, command.user_id)
    return {command.user_id: users.dismiss_operator(command, user)}


def change_details(command: users.ChangeUserDetails, past: Past) -> Changes:
    user = past.of(USER, command.user_id)
    return {command.user_id: users.change_details(command, user)}


def deactivate(command: users.DeactivateUser, past: Past) -> Changes:
    user = past.of(USER, command.user_id)
    events = users.deactivate(command, user)
    return _with_ownership(command.tenant_id, command.user_id, user, events, past)


def request_code(command: users.RequestAddressCode, past: Past) -> Changes:
    user = past.of(USER, command.user_id)
    return {command.user_id: users.request_code(command, user)}


def prove_address(command: users.ProveAddress, past: Past) -> Changes:
    """Link a client to the record that bears the address, or else let their own bear it.

    A record of which another user is the client stays that user's; without a proof of theirs, it
    bears the address no longer.
    """
    user = past.of(USER, command.user_id)
    proved = users.prove_address(command, user)
    if not proved or user.client_id is None:
        return {command.user_id: proved}
    known = past.of(IDENTITY, command.identity_id).owner
    if known is not None and _is_nobodys(known, past):
        link = clients.LinkClientToUser(client_id=known, user_id=command.user_id)
        return {
            command.user_id: [*proved, *_linked(command.user_id, known, user, past)],
            known: clients.link_to_user(link, past.of(CLIENT, known)),
        }
    theirs = client_use_cases.hand_over(command.identity_id, user.client_id, past)
    return {command.user_id: proved, **theirs}


def abandon(command: users.AbandonRegistration, past: Past) -> Changes:
    user = past.of(USER, command.user_id)
    return {command.user_id: users.abandon(command, user)}


def _with_ownership(
    tenant_id: TenantId, user_id: UserId, user: User, events: Sequence[UserEvent], past: Past
) -> dict[str, Sequence[Event]]:
    """Tell the tenant when its owners change: two owners who leave at once meet in its stream."""
    owned, owns = _is_owner(user), _is_owner(USER.fold(events, user))
    if owned == owns:
        return {user_id: events}
    stream = tenants.stream_of(tenant_id)
    owners = tenants.settle_owner(tenant_id, user_id, past.of(TENANT, stream), owns=owns)
    return {user_id: events, stream: owners}


def _is_nobodys(client_id: ClientId, past: Past) -> bool:
    """Whether a person is there, and nobody logs in as any of their records."""
    known = [past.of(CLIENT, each) for each in people.records(past, client_id)]
    return all(c.exists and not c.erased and c.user_id is None for c in known)


def _linked(user_id: UserId, known: ClientId, user: User, past: Past) -> Sequence[UserEvent]:
    """Let a user be a client who is known, with all that was merged with them."""
    stands = people.survivor(past, known)
    linked = users.link_to_client(user_id, stands, user)
    after = USER.fold(linked, user)
    merged = (each for each in people.merged_records(past, known) if each != stands)
    others = tuple(dict.fromkeys((*after.earlier_clients, *merged)))
    return [*linked, *users.settle_clients(user_id, stands, others, after)]


def _is_owner(user: User) -> bool:
    return user.status is UserStatus.ACTIVE and Role.OWNER in user.roles


def _client_user(command: users.SignUpClient, client_id: ClientId | None) -> users.AddUser:
    return users.AddUser(
        tenant_id=command.tenant_id,
        user_id=command.user_id,
        name=command.name,
        email=command.email,
        roles=(Role.CLIENT,),
        client_id=client_id,
        language=command.language,
    )


def _new_client(command: users.SignUpClient, past: Past) -> Changes:
    """Register the client, and say in the same breath which user acts as this client."""
    contact = Contact(name=command.name, email=command.email, language=command.language)
    order = clients.RegisterClient(
        client_id=command.client_id,
        contact=contact,
        status=clients.ClientStatus.ACTIVE,
    )
    link = clients.LinkClientToUser(client_id=command.client_id, user_id=command.user_id)
    before = past.of(CLIENT, command.client_id)
    registered = clients.register(order, before)
    linked = clients.link_to_user(link, CLIENT.fold(registered, before))
    return {**client_use_cases.register(order, past), command.client_id: [*registered, *linked]}


USE_CASES: Final[Mapping[type[Command], UseCase[Any]]] = {
    users.AddUser: add,
    users.SignUpClient: sign_up_client,
    users.ChangeRoles: change_roles,
    users.AppointOperator: appoint_operator,
    users.DismissOperator: dismiss_operator,
    users.ChangeUserDetails: change_details,
    users.DeactivateUser: deactivate,
    users.RequestAddressCode: request_code,
    users.ProveAddress: prove_address,
    users.AbandonRegistration: abandon,
}
