"""Who comes? One person may have several records, and a guest may be somebody the business knows."""

from collections.abc import Sequence

from application.transact import Past
from domain.business.users import USER
from domain.messages import Value
from domain.people.clients import CLIENT, ClientStatus, refuse_unknown
from domain.people.identities import IDENTITY
from domain.scheduling.allowances import Person
from domain.values import ClientId, IdentityId, SourceId


class Visitor(Value, frozen=True):
    """One person, by all that they are counted under, the first for what they ask for now."""

    counted_as: tuple[Person, ...]
    blocked: bool = False


def visitors(
    past: Past,
    client_id: ClientId | None,
    guest: Sequence[IdentityId] = (),
    source: SourceId | None = None,
) -> Sequence[Visitor]:
    """Return who comes: the client who is named, else a guest by each address and number, each of
    which is its owner. A wish of somebody whom nothing names is its source's.
    """
    if client_id is not None:
        return (client(past, client_id),)
    if guest:
        return tuple(dict.fromkeys(_known_by(past, each) for each in guest))
    return () if source is None else (Visitor((source,)),)


def client(past: Past, client_id: ClientId) -> Visitor:
    """Return the person of whom this is a record, with all their records: who signed up, and proved an
    address only then, has several.
    """
    user_id = past.of(CLIENT, client_id).user_id
    user = None if user_id is None else past.of(USER, user_id)
    records = (user.client_id, *user.earlier_clients) if user else ()
    named = tuple(dict.fromkeys(each for each in (*records, client_id) if each is not None))
    blocked = any(past.of(CLIENT, each).status is ClientStatus.BLOCKED for each in named)
    return Visitor(named, blocked)


def is_blocked(who: Sequence[Visitor]) -> bool:
    """Whether the business takes no bookings from one of them."""
    return any(each.blocked for each in who)


def refuse_unknown_client(past: Past, client_id: ClientId | None) -> None:
    """Refuse a client who is named and was never there, or is no more."""
    if client_id is not None:
        refuse_unknown(past.of(CLIENT, client_id))


def _known_by(past: Past, identity: IdentityId) -> Visitor:
    owner = past.of(IDENTITY, identity).owner
    return Visitor((identity,)) if owner is None else client(past, owner)
