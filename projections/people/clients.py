"""Who are our clients, and how do we reach them?"""

from typing import assert_never

from msgspec.structs import asdict, replace

from application.people.contact_details import address_key
from domain.people.clients import (
    ClientChanged,
    ClientErased,
    ClientEvent,
    ClientLinkedToUser,
    ClientNoteAdded,
    ClientRegistered,
    ClientStatus,
    ClientStatusChanged,
)
from domain.texts import plain
from domain.values import ClientId, Contact, UserId
from projections.read_model import ReadModel, Row
from projections.search import as_typed, sought, whole


class KnownClient(Row, frozen=True, kw_only=True):
    """Whoever is erased is not among them. `sort_name` is the name without capitals and accents, and
    `email_key` the address as it is compared.
    """

    id: ClientId
    name: str
    sort_name: str
    email: str | None
    email_key: str | None
    phone: str | None
    language: str | None
    time_zone: str | None
    status: ClientStatus
    custom_id: str | None
    strategy_id: str | None
    user_id: UserId | None = None


def found_by(query: str, meant: str | None = None) -> tuple[str, list[list[str]]]:
    """Return the condition, in SQL with its values, that a client is what somebody looks for: `meant`
    is the address or number that was understood.
    """
    known = "concat_ws(' ', r.sort_name, r.email_key, r.phone)"
    ways = dict.fromkeys((sought(query), as_typed(query), *([whole(meant)] if meant else [])))
    found = " OR ".join([f"{known} LIKE ALL (%s::text[])"] * len(ways))
    return f"({found})", [[*patterns] for patterns in ways]


def _evolve(row: KnownClient | None, event: ClientEvent) -> KnownClient | None:
    match event:
        case ClientRegistered():
            return KnownClient(
                id=event.client_id,
                sort_name=plain(event.contact.name),
                email_key=_key_of(event.contact),
                status=event.status,
                custom_id=event.custom_id,
                strategy_id=event.strategy_id,
                **asdict(event.contact),
            )
        case ClientChanged():
            return row and replace(
                row,
                sort_name=plain(event.contact.name),
                email_key=_key_of(event.contact),
                custom_id=event.custom_id,
                strategy_id=event.strategy_id,
                **asdict(event.contact),
            )
        case ClientStatusChanged(status=status):
            return row and replace(row, status=status)
        case ClientLinkedToUser(user_id=user):
            return row and replace(row, user_id=user)
        case ClientNoteAdded():
            return row
        case ClientErased():
            return None
        case _:
            assert_never(event)


def _key_of(contact: Contact) -> str | None:
    return contact.email and address_key(contact.email)


CLIENTS = ReadModel(
    name="clients",
    version=2,
    row=KnownClient,
    subscribes_to=(
        ClientRegistered,
        ClientChanged,
        ClientStatusChanged,
        ClientLinkedToUser,
        ClientNoteAdded,
        ClientErased,
    ),
    key=lambda event: [event.client_id],
    evolve=_evolve,
    columns=(
        "sort_name",
        "email_key",
        "phone",
        "status",
        "custom_id",
        "strategy_id",
        "user_id",
        "created_at",
        "updated_at",
    ),
    indexes=(
        ("sort_name",),
        ("email_key",),
        ("phone",),
        ("status", "sort_name"),
        ("custom_id",),
        ("strategy_id", "sort_name"),
        ("user_id",),
        ("created_at",),
        ("updated_at",),
    ),
    owner="client",
)
