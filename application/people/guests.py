"""Which client is a guest? What guests say of themselves is unproven, so it must not lead anybody to
what is another's: neither the guest to a client's record, nor a client who can log in to the guest's.
"""

from collections.abc import Iterator, Sequence

from application.people import clients as client_use_cases
from application.people.contact_details import address_key
from application.transact import Changes, Past
from domain.business.users import USER
from domain.people.clients import CLIENT, ClientStatus, RegisterClient
from domain.people.identities import IDENTITY, IdentityKind
from domain.values import BookingId, ClientId, Contact, IdentityId, derived_id


def known_guest(
    guest: Contact, named: Sequence[IdentityId], booking_id: BookingId, past: Past
) -> tuple[ClientId, Changes]:
    """Return the client that a guest is, and what makes them one if they are new. Whose address, or
    only number, is borne by somebody who has not proved it, is one client all the same: another.
    """
    for kind, identity in _kinds(guest, named):
        owner = past.of(IDENTITY, identity).owner
        if owner is not None and _is_safe(owner, kind, identity, guest, past):
            return owner, {}
    free = tuple(each for each in named if past.of(IDENTITY, each).owner is None)
    if named and named[0] not in free:
        client_id = ClientId(derived_id("client", named[0]))
        client = past.of(CLIENT, client_id)
        if not client.erased:
            return client_id, {} if client.exists else _registered(client_id, guest, free, past)
    client_id = ClientId(derived_id("client", booking_id))
    return client_id, _registered(client_id, guest, free, past)


def _kinds(
    guest: Contact, named: Sequence[IdentityId]
) -> Iterator[tuple[IdentityKind, IdentityId]]:
    """Say which of them is the address: it comes first, where there is one."""
    for n, identity in enumerate(named):
        is_address = n == 0 and guest.email is not None
        yield IdentityKind.EMAIL if is_address else IdentityKind.PHONE, identity


def _is_safe(
    owner: ClientId, kind: IdentityKind, identity: IdentityId, guest: Contact, past: Past
) -> bool:
    """Whether nobody but the guest can log in as this client, now or by a proof later on.

    A number cannot be proved: it tells only of a client whom nobody can become by another address.
    """
    client = past.of(CLIENT, owner)
    if client.user_id is not None:
        return past.of(USER, client.user_id).proved == identity
    email = client.contact.email if client.contact else None
    return kind is IdentityKind.EMAIL or email is None or _is_same(email, guest.email)


def _is_same(email: str, other: str | None) -> bool:
    return other is not None and address_key(email) == address_key(other)


def _registered(
    client_id: ClientId, guest: Contact, identities: tuple[IdentityId, ...], past: Past
) -> Changes:
    order = RegisterClient(
        client_id=client_id, contact=guest, status=ClientStatus.ACTIVE, identities=identities
    )
    return client_use_cases.register(order, past)
