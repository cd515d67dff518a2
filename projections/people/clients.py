"""Who are our clients, and how do we reach them?"""

from datetime import datetime
from typing import assert_never

from msgspec.structs import asdict, replace

from application.people.contact_details import address_key
from domain.messages import Value
from domain.people.channels import KnownOn
from domain.people.clients import (
    ClientAbsorbed,
    ClientAgreed,
    ClientChanged,
    ClientChoseChannels,
    ClientErased,
    ClientEvent,
    ClientForgottenOnChannel,
    ClientLinkedToUser,
    ClientMerged,
    ClientNamedOnChannel,
    ClientNoteAdded,
    ClientOptedOut,
    ClientRegistered,
    ClientReleased,
    ClientStatus,
    ClientStatusChanged,
    ClientSuspected,
    ClientToldApart,
    ClientUnmerged,
    consents_with,
    still,
)
from domain.people.consents import Consent, ToldBy
from domain.texts import plain
from domain.values import ClientId, Contact, UserId
from projections.read_model import ReadModel, Row
from projections.search import as_typed, sought, whole


class MergedClient(Value, frozen=True):
    """A record that a client stands for, and until when that can be undone."""

    id: ClientId
    undo_until: datetime


class KnownClient(Row, frozen=True, kw_only=True):
    """Whoever is erased is not among them. `sort_name` is the name without capitals and accents, and
    `email_key` the address as it is compared. Who was merged is known by who stands for them, and
    `may_be` is whom they look like, until somebody says. `told_by`: by which channels they want to be told about
    their bookings, in their order.
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
    channels: tuple[KnownOn, ...] = ()
    merged_into: ClientId | None = None
    merged: tuple[MergedClient, ...] = ()
    may_be: ClientId | None = None
    consents: tuple[Consent, ...] = ()
    told_by: tuple[ToldBy, ...] = ()


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
        case ClientMerged(into=into):
            return row and replace(row, merged_into=into, may_be=still(row.may_be, into))
        case ClientUnmerged():
            return row and replace(row, merged_into=None)
        case ClientAbsorbed(source=source, undo_until=until):
            if row is None:
                return None
            merged = (*row.merged, MergedClient(source, until))
            return replace(row, merged=merged, may_be=still(row.may_be, source))
        case ClientReleased(source=source):
            return row and replace(row, merged=tuple(m for m in row.merged if m.id != source))
        case ClientSuspected(other=other):
            return row and replace(row, may_be=other)
        case ClientToldApart():
            return row and replace(row, may_be=None)
        case ClientNamedOnChannel(known=known):
            return row and replace(row, channels=(*row.channels, known))
        case ClientForgottenOnChannel(identity_id=identity):
            left = (
                tuple(known for known in row.channels if known.identity_id != identity)
                if row
                else ()
            )
            return row and replace(row, channels=left)
        case ClientAgreed() | ClientOptedOut():
            return row and replace(row, consents=consents_with(event, row.consents))
        case ClientChoseChannels(channels=channels):
            return row and replace(row, told_by=channels)
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
    version=4,
    row=KnownClient,
    subscribes_to=(
        ClientRegistered,
        ClientChanged,
        ClientStatusChanged,
        ClientLinkedToUser,
        ClientNoteAdded,
        ClientMerged,
        ClientAbsorbed,
        ClientUnmerged,
        ClientReleased,
        ClientSuspected,
        ClientToldApart,
        ClientNamedOnChannel,
        ClientForgottenOnChannel,
        ClientAgreed,
        ClientOptedOut,
        ClientChoseChannels,
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
        "merged_into",
        "may_be",
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
        ("merged_into",),
        ("may_be", "sort_name"),
        ("created_at",),
        ("updated_at",),
    ),
    owner="client",
)
