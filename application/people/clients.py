"""Use cases of clients. What names a client is claimed and released in the same append."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from msgspec.structs import replace

from application.people.people import records, survivor
from application.records import let_go
from application.transact import Changes, Past, UseCase
from domain.business import users
from domain.business.users import USER
from domain.messages import Command, Event
from domain.people import clients, identities
from domain.people.clients import CLIENT, Client, ClientEvent
from domain.people.identities import IDENTITY, ClientAlreadyExists, Identity
from domain.values import ClientId, IdentityId, TenantId, UserId


def name_anew(command: clients.NameAnew, past: Past) -> Changes:
    """Claim what is nobody else's, and let go of what names the client no more."""
    client, own = past.of(CLIENT, command.client_id), records(past, command.client_id)
    owners = {each: past.of(IDENTITY, each).owner for each in command.identities}
    free = tuple(each for each, owner in owners.items() if owner is None or owner in own)
    order = replace(command, identities=free)
    return _changes(command.client_id, client, clients.name_anew(order, client), past)


def erase(command: clients.EraseClient, past: Past) -> Changes:
    """Forget the person; whoever logged in as this client does so no more."""
    client = past.of(CLIENT, command.client_id)
    erased = clients.erase(command, client)
    shut_out = {user: _shut_out(UserId(user), past) for user in command.streams if _is_user(user)}
    changes = {**_changes(command.client_id, client, erased, past), **shut_out}
    for stream in command.streams if erased else ():
        changes.update(let_go(stream, past))
    return changes


def _is_user(stream: str) -> bool:
    return stream.startswith(f"{USER.kind}-")


def _shut_out(user_id: UserId, past: Past) -> Sequence[Event]:
    user = past.of(USER, user_id)
    order = users.DeactivateUser(tenant_id=TenantId(""), user_id=user_id)
    return users.deactivate(order, user) if user.exists else ()


def hand_over(identity: IdentityId, client_id: ClientId, past: Past) -> Changes:
    """Let a client bear what was proved to be theirs, whoever bears it now."""
    owned = past.of(IDENTITY, identity)
    if owned.owner in records(past, client_id) or past.of(CLIENT, client_id).erased:
        return {}
    changes = _bearing(client_id, past, {identity})
    released: Sequence[Event] = ()
    if owned.owner is not None:
        changes.update(_bearing(owned.owner, past, set(), but=identity))
        released = identities.release(owned.owner, identity, owned)
    claimed = identities.claim(client_id, identity, Identity())
    return {**changes, identity: [*released, *claimed]}


def _bearing(
    client_id: ClientId, past: Past, more: set[IdentityId], but: IdentityId | None = None
) -> dict[str, Sequence[Event]]:
    """Describe a client as before, but for what names them."""
    client = past.of(CLIENT, client_id)
    if client.contact is None:
        return {}
    kept = [each for each in client.identities if each != but and each not in more]
    order = clients.ChangeClient(
        client_id=client_id,
        contact=client.contact,
        custom_id=client.custom_id,
        strategy_id=client.strategy_id,
        identities=(*more, *kept),
    )
    return {client_id: clients.change(order, client)}


def _changes(
    client_id: ClientId, before: Client, events: Sequence[ClientEvent], past: Past
) -> Changes:
    """Record the events, and let go of and claim what names the client before and after them."""
    after = CLIENT.fold(events, before)
    changes: dict[str, Sequence[Event]] = {client_id: events}
    for identity in before.named:
        if identity not in after.named:
            owned = past.of(IDENTITY, identity)
            changes[identity] = identities.release(client_id, identity, owned)
    for identity in after.named:
        if identity not in before.named:
            owned = past.of(IDENTITY, identity)
            is_said = identity in after.identities and after.user_id is not None
            if is_said and owned.owner is not None:
                continue  # what one who signed up says of themselves is no reason to refuse anything
            if not _is_theirs(owned, client_id, past):
                changes[identity] = identities.claim(client_id, identity, owned)
    return changes


def _is_theirs(owned: Identity, client_id: ClientId, past: Past) -> bool:
    """Whether another record of the same person is known by it. Raises ClientAlreadyExists, with who
    stands for the owner, if it is somebody else's.
    """
    if owned.owner is None or owned.owner == client_id:
        return False
    if (known := survivor(past, owned.owner)) != survivor(past, client_id):
        raise ClientAlreadyExists(client_id=known)
    return True


def _decided(decide: Callable[[Any, Client], Sequence[ClientEvent]]) -> UseCase[Any]:
    """Return the use case of what a client decides alone; what names them follows."""

    def carry_out(command: Any, past: Past) -> Changes:
        client = past.of(CLIENT, command.client_id)
        return _changes(command.client_id, client, decide(command, client), past)

    return carry_out


register: Final = _decided(clients.register)

USE_CASES: Final[Mapping[type[Command], UseCase[Any]]] = {
    clients.RegisterClient: register,
    clients.ChangeClient: _decided(clients.change),
    clients.ChangeClientStatus: _decided(clients.change_status),
    clients.AddClientNote: _decided(clients.add_note),
    clients.LinkClientToUser: _decided(clients.link_to_user),
    clients.EraseClient: erase,
    clients.TellClientApart: _decided(clients.tell_apart),
    clients.NameAnew: name_anew,
    clients.NameOnChannel: _decided(clients.name_on_channel),
    clients.ForgetOnChannel: _decided(clients.forget_on_channel),
}
