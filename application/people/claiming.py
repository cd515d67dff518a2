"""Identities made anew: another rule, or another country of the business, names people otherwise."""

from application.business.tenants import country_of
from application.people.contact_details import named_by, read_anew
from application.people.people import records
from application.transact import Past
from domain.messages import Value
from domain.people.clients import CLIENT
from domain.people.identities import IDENTITY, IdentityKind, identity_of
from domain.values import ClientId, IdentityId, TenantId


class Collision(Value, frozen=True):
    """What names a client is somebody else's: whether they are one, the business decides."""

    client_id: ClientId
    kind: IdentityKind
    owner: ClientId


class Anew(Value, frozen=True):
    """What names a client by the present rules, and what of it is somebody else's."""

    identities: tuple[IdentityId, ...]
    collisions: tuple[Collision, ...] = ()
    is_changed: bool = False


def named_anew(
    client_id: ClientId, past: Past, *, tenant: TenantId, pepper: bytes, was: str | None = None
) -> Anew | None:
    """Return what names a client now. None where that is not ours to say: they log in, and what they
    proved is theirs; or they are erased. With `was` (ISO 3166), numbers that were read as ones of that
    country are also claimed as those that they would be in the country of the business.
    """
    client = past.of(CLIENT, client_id)
    if client.contact is None or client.user_id is not None:
        return None
    named = [*named_by(client.contact, client.custom_id).items()]
    country = country_of(tenant, past)
    if was is not None and country is not None and client.contact.phone is not None:
        number = read_anew(client.contact.phone, was, country)
        named += [(IdentityKind.PHONE, number)] if number else []
    made = {identity_of(k, v, tenant=tenant, pepper=pepper): k for k, v in named}
    return _anew(client_id, client.identities, made, past)


def _anew(
    client_id: ClientId,
    present: tuple[IdentityId, ...],
    made: dict[IdentityId, IdentityKind],
    past: Past,
) -> Anew:
    own = records(past, client_id)
    owners = {each: past.of(IDENTITY, each).owner for each in made}
    others = {each: owner for each, owner in owners.items() if owner and owner not in own}
    return Anew(
        identities=tuple(made),
        collisions=tuple(Collision(client_id, made[each], o) for each, o in others.items()),
        is_changed={*made} - {*others} != {*present},
    )
