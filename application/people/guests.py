"""Which client is a guest? What guests say of themselves is unproven, so it must not lead anybody to
what is another's: neither the guest to a client's record, nor a client who can log in to the guest's.
"""

from collections.abc import Iterator, Sequence

from application.people import clients as client_use_cases
from application.people.contact_details import address_key
from application.people.people import records, survivor
from application.transact import Changes, Past
from domain.business.users import USER
from domain.people.clients import CLIENT, ClientStatus, RegisterClient
from domain.people.identities import IDENTITY, IdentityKind
from domain.people.names import may_be_one
from domain.texts import plain
from domain.values import ClientId, Contact, IdentityId, derived_id


def known_guest(
    guest: Contact,
    named: Sequence[IdentityId],
    seed: str,
    past: Past,
    status: ClientStatus = ClientStatus.ACTIVE,
) -> tuple[ClientId, Changes]:
    """Return the client that a guest is, and what makes them one if they are new, of this status; where
    nothing else names them, by an id that follows from the `seed`. Whose address, or
    only number, is borne by somebody who has not proved it, or has quite another name, is one client
    all the same: another, who may be them. Whether they are, the business is asked.
    """
    for kind, identity in _kinds(guest, named):
        owner = past.of(IDENTITY, identity).owner
        if owner is not None and _is_same_person(owner, kind, identity, guest, past):
            return owner, {}
    owners = {each: past.of(IDENTITY, each).owner for each in named}
    free = tuple(each for each, owner in owners.items() if owner is None)
    may_be = next((survivor(past, owner) for owner in owners.values() if owner is not None), None)
    if named and named[0] not in free:
        client_id = ClientId(derived_id("client", named[0], plain(guest.name)))
        client = past.of(CLIENT, client_id)
        if not client.erased:
            if client.exists:
                return client_id, {}
            return client_id, _registered(client_id, guest, status, free, may_be, past)
    client_id = ClientId(derived_id("client", seed))
    return client_id, _registered(client_id, guest, status, free, may_be, past)


def _kinds(
    guest: Contact, named: Sequence[IdentityId]
) -> Iterator[tuple[IdentityKind, IdentityId]]:
    """Say which of them is the address: it comes first, where there is one."""
    for n, identity in enumerate(named):
        is_address = n == 0 and guest.email is not None
        yield IdentityKind.EMAIL if is_address else IdentityKind.PHONE, identity


def _is_same_person(
    owner: ClientId, kind: IdentityKind, identity: IdentityId, guest: Contact, past: Past
) -> bool:
    """Whether nobody but the guest can log in as this client, now or by a proof later on; and whether
    their names may be one person's, unless the address is proved: its mails are theirs to read.

    A number cannot be proved: it tells only of a client whom nobody can become by another address.
    """
    known = [past.of(CLIENT, each) for each in records(past, owner)]
    contacts = [each.contact for each in known if each.contact is not None]
    if users := {each.user_id for each in known if each.user_id is not None}:
        return all(past.of(USER, each).proved == identity for each in users)
    if contacts and not any(may_be_one(guest.name, each.name) for each in contacts):
        return False
    emails = (each.email for each in contacts if each.email is not None)
    return kind is IdentityKind.EMAIL or all(_is_same(each, guest.email) for each in emails)


def _is_same(email: str, other: str | None) -> bool:
    return other is not None and address_key(email) == address_key(other)


def _registered(
    client_id: ClientId,
    guest: Contact,
    status: ClientStatus,
    identities: tuple[IdentityId, ...],
    may_be: ClientId | None,
    past: Past,
) -> Changes:
    order = RegisterClient(
        client_id=client_id,
        contact=guest,
        status=status,
        identities=identities,
        may_be=may_be,
    )
    return client_use_cases.register(order, past)
