"""Who are our clients, and how do we reach them?"""

from typing import assert_never

from msgspec.structs import asdict, replace

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
from domain.values import ClientId, UserId
from projections.read_model import ReadModel, Row
from projections.search import sought


class KnownClient(Row, frozen=True, kw_only=True):
    """Whoever is erased is not among them. `sort_name` is the name without capitals and accents."""

    id: ClientId
    name: str
    sort_name: str
    email: str | None
    phone: str | None
    language: str | None
    time_zone: str | None
    status: ClientStatus
    custom_id: str | None
    strategy_id: str | None
    user_id: UserId | None = None


def found_by(query: str) -> tuple[str, list[list[str]]]:
    """Return the condition, in SQL with its values, that a client is what somebody looks for."""
    known = "lower(concat_ws(' ', r.sort_name, r.email, r.phone))"
    return f"{known} LIKE ALL (%s::text[])", [list(sought(query))]


def _evolve(row: KnownClient | None, event: ClientEvent) -> KnownClient | None:
    match event:
        case ClientRegistered():
            return KnownClient(
                id=event.client_id,
                sort_name=plain(event.contact.name),
                status=event.status,
                custom_id=event.custom_id,
                strategy_id=event.strategy_id,
                **asdict(event.contact),
            )
        case ClientChanged():
            return row and replace(
                row,
                sort_name=plain(event.contact.name),
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


CLIENTS = ReadModel(
    name="clients",
    version=1,
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
        "email",
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
        ("email",),
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
