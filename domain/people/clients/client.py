"""What a client remembers: what its decisions read."""

from collections.abc import Mapping
from datetime import datetime
from typing import assert_never

from msgspec.structs import replace

from domain.aggregate import Aggregate
from domain.messages import Value
from domain.people.channels import KnownOn
from domain.people.clients.messages import (
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
)
from domain.people.consents import Consent, ToldBy
from domain.values import ClientId, Contact, IdentityId, NoteId, UserId

# --- What a decision needs to remember ------------------------------------------------


class Client(Value, frozen=True, kw_only=True):
    """Nothing that was personal is left in it once it is erased."""

    contact: Contact | None = None
    status: ClientStatus = ClientStatus.LEAD
    custom_id: str | None = None
    strategy_id: str | None = None
    identities: tuple[IdentityId, ...] = ()
    channels: tuple[KnownOn, ...] = ()
    left: Mapping[IdentityId, datetime] = {}
    """What they were known by on a channel, and until when."""
    notes: Mapping[NoteId, str] = {}
    user_id: UserId | None = None
    erased: bool = False
    erased_streams: frozenset[str] = frozenset()
    merged_into: ClientId | None = None
    absorbed: Mapping[ClientId, datetime] = {}
    """The records this one stands for, with the end of the time in which that can be undone."""
    may_be: ClientId | None = None
    told_apart: frozenset[ClientId] = frozenset()
    consents: tuple[Consent, ...] = ()
    told_by: tuple[ToldBy, ...] = ()
    """By which channels they want to be told about their bookings, in their order."""

    @property
    def named(self) -> tuple[IdentityId, ...]:
        """All that nobody else may be known by."""
        on_channels = (known.identity_id for known in self.channels)
        return tuple(dict.fromkeys((*self.identities, *on_channels)))

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
                merged_into=client.merged_into,
                absorbed=client.absorbed,
            )
        case ClientMerged(into=into):
            return replace(client, merged_into=into, may_be=still(client.may_be, into))
        case ClientAbsorbed(source=source, undo_until=until):
            absorbed = {**client.absorbed, source: until}
            return replace(client, absorbed=absorbed, may_be=still(client.may_be, source))
        case ClientUnmerged():
            return replace(client, merged_into=None)
        case ClientReleased(source=source):
            absorbed = {each: until for each, until in client.absorbed.items() if each != source}
            return replace(client, absorbed=absorbed)
        case ClientSuspected(other=other):
            return replace(client, may_be=other)
        case ClientNamedOnChannel(known=known):
            others = {each: at for each, at in client.left.items() if each != known.identity_id}
            return replace(client, channels=(*client.channels, known), left=others)
        case ClientForgottenOnChannel(identity_id=identity, at=at):
            kept = tuple(known for known in client.channels if known.identity_id != identity)
            left = {**client.left, identity: at} if at else client.left
            return replace(client, channels=kept, left=left)
        case ClientToldApart(other=other):
            return replace(client, may_be=None, told_apart=client.told_apart | {other})
        case ClientAgreed() | ClientOptedOut():
            return replace(client, consents=consents_with(event, client.consents))
        case ClientChoseChannels(channels=channels):
            return replace(client, told_by=channels)
        case _:
            assert_never(event)


def consents_with(
    event: ClientAgreed | ClientOptedOut, consents: tuple[Consent, ...]
) -> tuple[Consent, ...]:
    """Return what somebody has said, once they have said this too."""
    before = next((e for e in consents if e.is_about(event.channel, event.purpose)), None)
    said = Consent(
        channel=event.channel,
        purpose=event.purpose,
        agreed=isinstance(event, ClientAgreed),
        how=event.how,
        at=event.at,
        by=event.by,
        proof=event.proof,
        had_agreed=before is not None and (before.agreed or before.had_agreed),
    )
    return (*(each for each in consents if each != before), said)


def still(may_be: ClientId | None, same: ClientId) -> ClientId | None:
    """Return whom a client may be, once it is known who is the same."""
    return None if may_be == same else may_be


CLIENT = Aggregate(kind="client", initial=Client(), evolve=evolve)
