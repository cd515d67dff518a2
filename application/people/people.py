"""Who comes? One person may have several records, and a guest may be somebody the business knows."""

from collections.abc import Callable, Iterable, Iterator, Sequence

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
    """Return the person of whom this is a record, with all their records."""
    named = records(past, client_id)
    blocked = any(past.of(CLIENT, each).status is ClientStatus.BLOCKED for each in named)
    return Visitor(named, blocked)


def records(past: Past, client_id: ClientId) -> tuple[ClientId, ...]:
    """Return all records of a person, the one that stands for them first: who signed up, and proved an
    address only then, has several, and so has who was merged.
    """
    return _joined(past, client_id, _of_same_person)


def merged_records(past: Past, client_id: ClientId) -> tuple[ClientId, ...]:
    """Return those that were merged with this one, it included."""
    return _joined(past, client_id, _merged_with)


def survivor(past: Past, client_id: ClientId) -> ClientId:
    """Return the record that stands for this one: most often it does itself."""
    while (into := past.of(CLIENT, client_id).merged_into) is not None:
        client_id = into
    return client_id


def known_by(past: Past, identity: IdentityId) -> ClientId | None:
    """Return who is known by an identity, or stands for them."""
    owner = past.of(IDENTITY, identity).owner
    return None if owner is None else survivor(past, owner)


def _joined(
    past: Past, client_id: ClientId, next_to: Callable[[Past, ClientId], Iterable[ClientId]]
) -> tuple[ClientId, ...]:
    """Return all that hang together with a record, the one that stands for it before it."""
    found: dict[ClientId, None] = {}
    unseen = [survivor(past, client_id)]
    while unseen:
        new = [each for each in next_to(past, unseen.pop(0)) if each not in found]
        found.update(dict.fromkeys(new))
        unseen.extend(new)
    return tuple(found)


def _of_same_person(past: Past, client_id: ClientId) -> Iterator[ClientId]:
    if (user_id := past.of(CLIENT, client_id).user_id) is not None:
        user = past.of(USER, user_id)
        yield from (e for e in (user.client_id, *user.earlier_clients) if e is not None)
    yield from _merged_with(past, client_id)


def _merged_with(past: Past, client_id: ClientId) -> Iterator[ClientId]:
    record = past.of(CLIENT, client_id)
    yield client_id
    yield from record.absorbed
    if record.merged_into is not None:
        yield record.merged_into


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
