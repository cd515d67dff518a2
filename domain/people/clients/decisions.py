"""What a client does: each decision is a function of what is asked and what is known."""

from collections.abc import Sequence
from typing import Final

from domain.people.clients.client import Client
from domain.people.clients.messages import (
    AddClientNote,
    ChangeClient,
    ChangeClientStatus,
    ClientChanged,
    ClientErased,
    ClientEvent,
    ClientForgottenOnChannel,
    ClientIdTaken,
    ClientIsErased,
    ClientIsLinkedToAnotherUser,
    ClientIsMerged,
    ClientLinkedToUser,
    ClientNamedOnChannel,
    ClientNoteAdded,
    ClientNotFound,
    ClientRegistered,
    ClientStatus,
    ClientStatusChanged,
    ClientSuspected,
    ClientToldApart,
    EraseClient,
    ForgetOnChannel,
    LinkClientToUser,
    NameAnew,
    NameOnChannel,
    NoteIsWritten,
    RegisterClient,
    TellClientApart,
    TooManyChannels,
)
from domain.values import ClientId

# --- Decisions ------------------------------------------------------------------------


MOST_CHANNELS: Final = 50


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
        return [registered, *_suspected(command)]
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
    """Let a user act as this client; what a merged record says of itself stays with it."""
    refuse_missing(client)
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


def name_anew(command: NameAnew, client: Client) -> Sequence[ClientEvent]:
    """Let other identities name the client, who is described as before."""
    refuse_missing(client)
    if client.contact is None or client.identities == command.identities:
        return []
    return [
        ClientChanged(
            client_id=command.client_id,
            contact=client.contact,
            custom_id=client.custom_id,
            strategy_id=client.strategy_id,
            identities=command.identities,
        )
    ]


def name_on_channel(command: NameOnChannel, client: Client) -> Sequence[ClientEvent]:
    """Know a client by an id of a provider; two forms of one account may both be known."""
    refuse_unknown(client)
    known = command.known
    if known in client.channels:
        return []
    if len(client.channels) >= MOST_CHANNELS:
        raise TooManyChannels(most=MOST_CHANNELS)
    return [
        ClientNamedOnChannel(
            client_id=command.client_id, known=known, identity_id=known.identity_id
        )
    ]


def forget_on_channel(command: ForgetOnChannel, client: Client) -> Sequence[ClientEvent]:
    """Know them by none of the forms of an account any more."""
    refuse_unknown(client)
    if all(known.identity_id != command.identity_id for known in client.channels):
        return []
    return [
        ClientForgottenOnChannel(
            client_id=command.client_id, identity_id=command.identity_id, at=command.at
        )
    ]


def tell_apart(command: TellClientApart, client: Client) -> Sequence[ClientEvent]:
    """Settle that the client is not whom they may have been."""
    refuse_unknown(client)
    if client.may_be is None:
        return []
    return [ClientToldApart(client_id=command.client_id, other=client.may_be)]


def _status_change(
    client_id: ClientId, client: Client, status: ClientStatus | None
) -> Sequence[ClientEvent]:
    if status is None or status == client.status:
        return []
    return [ClientStatusChanged(client_id=client_id, previous=client.status, status=status)]


def _suspected(command: RegisterClient) -> Sequence[ClientEvent]:
    if command.may_be is None:
        return []
    return [ClientSuspected(client_id=command.client_id, other=command.may_be)]


def _is_described_by(command: RegisterClient | ChangeClient, client: Client) -> bool:
    return (client.contact, client.custom_id, client.strategy_id, client.identities) == (
        command.contact,
        command.custom_id,
        command.strategy_id,
        command.identities,
    )


def refuse_unknown(client: Client) -> None:
    """Refuse to speak of a client that was never there, is there no more, or is another one by now."""
    refuse_missing(client)
    if client.merged_into is not None:
        raise ClientIsMerged(into=client.merged_into)


def refuse_missing(client: Client) -> None:
    """Refuse to speak of a client that was never there, or is there no more."""
    if not client.exists:
        raise ClientNotFound
    _refuse_if_erased(client)


def _refuse_if_erased(client: Client) -> None:
    if client.erased:
        raise ClientIsErased
