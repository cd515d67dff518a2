"""A person the business serves, from the first contact on.

register ─► LEAD ⇄ ACTIVE ⇄ INACTIVE ⇄ BLOCKED        (any status to any other)
              └──────── erase ─────────► erased: the history stays, the person is gone
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final, assert_never

from msgspec.structs import replace

from domain.aggregate import Aggregate
from domain.messages import Command, DomainError, Erasure, Event, Gone, Missing, Personal, Value
from domain.telling import Tellings, public
from domain.values import ClientId, Contact, IdentityId, NoteId, UserId


class ClientStatus(StrEnum):
    """Where the business stands with a client."""

    LEAD = "lead"
    ACTIVE = "active"
    INACTIVE = "inactive"
    BLOCKED = "blocked"


# --- What may be asked ----------------------------------------------------------------


class RegisterClient(Command, frozen=True):
    """`identities` are those of the contact and the custom id: see `domain/people/identities.py`."""

    client_id: ClientId
    contact: Contact
    status: ClientStatus = ClientStatus.LEAD
    custom_id: str | None = None
    strategy_id: str | None = None
    identities: tuple[IdentityId, ...] = ()


class ChangeClient(Command, frozen=True):
    """What the client shall be from now on, the whole of it. No status: as it was."""

    client_id: ClientId
    contact: Contact
    status: ClientStatus | None = None
    custom_id: str | None = None
    strategy_id: str | None = None
    identities: tuple[IdentityId, ...] = ()


class ChangeClientStatus(Command, frozen=True):
    client_id: ClientId
    status: ClientStatus


class AddClientNote(Command, frozen=True):
    client_id: ClientId
    note_id: NoteId
    text: str


class LinkClientToUser(Command, frozen=True):
    client_id: ClientId
    user_id: UserId


class EraseClient(Command, frozen=True):
    """`streams` are the others that speak of this person: bookings with contact or notes."""

    client_id: ClientId
    streams: tuple[str, ...] = ()


# --- What can happen ------------------------------------------------------------------


class ClientRegistered(Event, frozen=True):
    client_id: ClientId
    contact: Personal[Contact]
    status: ClientStatus
    custom_id: Personal[str | None] = None
    strategy_id: Personal[str | None] = None
    identities: tuple[IdentityId, ...] = ()


class ClientChanged(Event, frozen=True):
    client_id: ClientId
    contact: Personal[Contact]
    custom_id: Personal[str | None] = None
    strategy_id: Personal[str | None] = None
    identities: tuple[IdentityId, ...] = ()


class ClientStatusChanged(Event, frozen=True):
    client_id: ClientId
    previous: ClientStatus
    status: ClientStatus


class ClientNoteAdded(Event, frozen=True):
    client_id: ClientId
    note_id: NoteId
    text: Personal[str]


class ClientLinkedToUser(Event, frozen=True):
    client_id: ClientId
    user_id: UserId


class ClientErased(Erasure, frozen=True):
    """`streams` are the client's own and those that spoke of this person."""

    client_id: ClientId
    note_ids: tuple[NoteId, ...] = ()


ClientEvent = (
    ClientRegistered
    | ClientChanged
    | ClientStatusChanged
    | ClientNoteAdded
    | ClientLinkedToUser
    | ClientErased
)


# --- Why it may be refused ------------------------------------------------------------


class ClientNotFound(Missing):
    """There is no such client."""


class ClientIdTaken(DomainError):
    """Another client was registered under this id."""

    client_id: ClientId


class ClientIsErased(Gone):
    """The client's personal data was erased; nothing can be added to it."""


class NoteIsWritten(DomainError):
    """A note stays as it was written. Add another one."""

    note_id: NoteId


class ClientIsLinkedToAnotherUser(DomainError):
    """The client is linked to another user already."""


# --- What a decision needs to remember ------------------------------------------------


class Client(Value, frozen=True, kw_only=True):
    """Nothing that was personal is left in it once it is erased."""

    contact: Contact | None = None
    status: ClientStatus = ClientStatus.LEAD
    custom_id: str | None = None
    strategy_id: str | None = None
    identities: tuple[IdentityId, ...] = ()
    notes: Mapping[NoteId, str] = {}
    user_id: UserId | None = None
    erased: bool = False
    erased_streams: frozenset[str] = frozenset()

    @property
    def exists(self) -> bool:
        """Whether it was ever registered; an erased client still is one."""
        return self.contact is not None or self.erased


def evolve(client: Client, event: ClientEvent) -> Client:
    match event:
        case ClientRegistered():
            return Client(
                contact=event.contact,
                status=event.status,
                custom_id=event.custom_id,
                strategy_id=event.strategy_id,
                identities=event.identities,
            )
        case ClientChanged():
            return replace(
                client,
                contact=event.contact,
                custom_id=event.custom_id,
                strategy_id=event.strategy_id,
                identities=event.identities,
            )
        case ClientStatusChanged(status=status):
            return replace(client, status=status)
        case ClientNoteAdded(note_id=note, text=text):
            return replace(client, notes={**client.notes, note: text})
        case ClientLinkedToUser(user_id=user):
            return replace(client, user_id=user)
        case ClientErased(streams=streams):
            return Client(
                status=client.status,
                erased=True,
                erased_streams=client.erased_streams.union(streams),
            )
        case _:
            assert_never(event)


CLIENT = Aggregate(kind="client", initial=Client(), evolve=evolve)


# --- Decisions ------------------------------------------------------------------------


def register(command: RegisterClient, client: Client) -> Sequence[ClientEvent]:
    """Make the client known, as a lead unless the business knows better."""
    registered = ClientRegistered(
        client_id=command.client_id,
        contact=command.contact,
        status=command.status,
        custom_id=command.custom_id,
        strategy_id=command.strategy_id,
        identities=command.identities,
    )
    if not client.exists:
        return [registered]
    _refuse_if_erased(client)
    if not _is_described_by(command, client) or client.status != command.status:
        raise ClientIdTaken(client_id=command.client_id)
    return []


def change(command: ChangeClient, client: Client) -> Sequence[ClientEvent]:
    """Describe the client anew."""
    refuse_unknown(client)
    events: list[ClientEvent] = []
    if not _is_described_by(command, client):
        events.append(
            ClientChanged(
                client_id=command.client_id,
                contact=command.contact,
                custom_id=command.custom_id,
                strategy_id=command.strategy_id,
                identities=command.identities,
            )
        )
    return [*events, *_status_change(command.client_id, client, command.status)]


def change_status(command: ChangeClientStatus, client: Client) -> Sequence[ClientEvent]:
    """Say where the business stands with the client now."""
    refuse_unknown(client)
    return _status_change(command.client_id, client, command.status)


def add_note(command: AddClientNote, client: Client) -> Sequence[ClientEvent]:
    """Write something down for ever."""
    refuse_unknown(client)
    written = client.notes.get(command.note_id)
    if written == command.text:
        return []
    if written is not None:
        raise NoteIsWritten(note_id=command.note_id)
    return [
        ClientNoteAdded(client_id=command.client_id, note_id=command.note_id, text=command.text)
    ]


def link_to_user(command: LinkClientToUser, client: Client) -> Sequence[ClientEvent]:
    """Let a user act as this client."""
    refuse_unknown(client)
    if client.user_id == command.user_id:
        return []
    if client.user_id is not None:
        raise ClientIsLinkedToAnotherUser
    return [ClientLinkedToUser(client_id=command.client_id, user_id=command.user_id)]


def erase(command: EraseClient, client: Client) -> Sequence[ClientEvent]:
    """Forget the person. Asked again, erase only the streams that were not erased yet."""
    if not client.exists:
        raise ClientNotFound
    streams = (command.client_id, *command.streams)
    left = tuple(stream for stream in streams if stream not in client.erased_streams)
    if not left:
        return []
    notes = tuple(client.notes)
    return [ClientErased(client_id=command.client_id, streams=left, note_ids=notes)]


def _status_change(
    client_id: ClientId, client: Client, status: ClientStatus | None
) -> Sequence[ClientEvent]:
    if status is None or status == client.status:
        return []
    return [ClientStatusChanged(client_id=client_id, previous=client.status, status=status)]


def _is_described_by(command: RegisterClient | ChangeClient, client: Client) -> bool:
    return (client.contact, client.custom_id, client.strategy_id, client.identities) == (
        command.contact,
        command.custom_id,
        command.strategy_id,
        command.identities,
    )


def refuse_unknown(client: Client) -> None:
    """Refuse to speak of a client that was never there, or is there no more."""
    if not client.exists:
        raise ClientNotFound
    _refuse_if_erased(client)


def _refuse_if_erased(client: Client) -> None:
    if client.erased:
        raise ClientIsErased


STORED_AS: Final[dict[str, type[Event]]] = {
    "client-registered.v2": ClientRegistered,
    "client-changed.v2": ClientChanged,
    "client-status-changed.v1": ClientStatusChanged,
    "client-note-added.v1": ClientNoteAdded,
    "client-linked-to-user.v1": ClientLinkedToUser,
    "client-erased.v1": ClientErased,
}

_AS_SHOWN: Final = (
    "contact.name",
    "contact.email",
    "contact.phone",
    "contact.language",
    "contact.time_zone",
    "custom_id",
    "strategy_id",
)
_THEMSELVES: Final = {"client_id": "id"}
_NOBODYS: Final[Mapping[str, str]] = {}

TOLD_AS: Final[Tellings] = {
    ClientRegistered: public(
        "client.registered", *_AS_SHOWN, "status", id="client_id", about=_THEMSELVES
    ),
    ClientChanged: public("client.changed", *_AS_SHOWN, id="client_id", about=_THEMSELVES),
    ClientStatusChanged: public(
        "client.status-changed",
        "status",
        id="client_id",
        previous_status="previous",
        about=_THEMSELVES,
    ),
    ClientNoteAdded: public("client.note-added", "note_id", "text", id="client_id", about=_NOBODYS),
    ClientLinkedToUser: public(
        "client.linked-to-user", "user_id", id="client_id", about=_THEMSELVES
    ),
    ClientErased: public("client.erased", "streams", "note_ids", id="client_id", about=_THEMSELVES),
}
"""Notes are for those who work here. `streams` are the ids of all that spoke of the person: whoever
has kept anything personal of these has to forget it, too.
"""
