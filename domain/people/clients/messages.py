"""What may be asked of a client, what can happen, and why it may be refused."""

from datetime import datetime
from enum import StrEnum

from domain.messages import Command, DomainError, Erasure, Event, Gone, Missing, Personal
from domain.people.channels import KnownOn
from domain.people.consents import EVERY_PURPOSE, How, Proof, ToldBy, ToldOf
from domain.values import ClientId, Contact, IdentityId, NoteId, UserId


class ClientStatus(StrEnum):
    """Where the business stands with a client."""

    LEAD = "lead"
    ACTIVE = "active"
    INACTIVE = "inactive"
    BLOCKED = "blocked"


# --- What may be asked ----------------------------------------------------------------


class RegisterClient(Command, frozen=True):
    """`identities` are those of the contact and the custom id: see `domain/people/identities.py`.
    `may_be` is whom they look like, though not so much that they would be taken for them.
    """

    client_id: ClientId
    contact: Contact
    status: ClientStatus = ClientStatus.LEAD
    custom_id: str | None = None
    strategy_id: str | None = None
    identities: tuple[IdentityId, ...] = ()
    may_be: ClientId | None = None


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


class MergeClients(Command, frozen=True):
    """These records and this client are one person, whom the client stands for from now on."""

    client_id: ClientId
    sources: tuple[ClientId, ...]


class UnmergeClients(Command, frozen=True):
    """They were several persons after all."""

    client_id: ClientId
    sources: tuple[ClientId, ...]


class TellClientApart(Command, frozen=True):
    """The client is somebody else than whom they may have been."""

    client_id: ClientId


class NameAnew(Command, frozen=True):
    """What names this client follows from another rule by now; whatever is somebody else's stays so."""

    client_id: ClientId
    identities: tuple[IdentityId, ...]


class NameOnChannel(Command, frozen=True):
    """A provider calls this client so."""

    client_id: ClientId
    known: KnownOn


class ForgetOnChannel(Command, frozen=True):
    """Whatever is behind an identity on a channel, is not this client; or is not any more, `at` a time by the clock of
    its provider.
    """

    client_id: ClientId
    identity_id: IdentityId
    at: datetime | None = None


class AgreeToBeTold(Command, frozen=True):
    """The client agrees to be told of something on a channel: `by` whom it is noted, and what proves it."""

    client_id: ClientId
    channel: ToldBy
    purposes: tuple[ToldOf, ...]
    how: How
    by: UserId | None = None
    proof: Proof | None = None

    @property
    def by_client(self) -> bool:
        """Whether they say so themselves."""
        return self.how is How.THEMSELVES


class OptOut(Command, frozen=True):
    """The client wants to be told no more on a channel; `at`: they said so before we heard of it."""

    client_id: ClientId
    channel: ToldBy
    how: How
    purposes: tuple[ToldOf, ...] = EVERY_PURPOSE
    by: UserId | None = None
    proof: Proof | None = None
    at: datetime | None = None

    @property
    def by_client(self) -> bool:
        """Whether they say so themselves."""
        return self.how is How.THEMSELVES


class OptInAgain(Command, frozen=True):
    """The client takes back that they opted out on a channel; `at`: they said so before we heard of it."""

    client_id: ClientId
    channel: ToldBy
    how: How
    by: UserId | None = None
    proof: Proof | None = None
    at: datetime | None = None


class ChooseHowToBeTold(Command, frozen=True):
    """By which channels the client wants to be told about their bookings, in their order; none: as everybody is."""

    client_id: ClientId
    channels: tuple[ToldBy, ...]
    how: How
    by: UserId | None = None

    @property
    def by_client(self) -> bool:
        """Whether they say so themselves."""
        return self.how is How.THEMSELVES

    def agreeing(self, channel: ToldBy) -> AgreeToBeTold:
        """Return what they agree to by naming a channel."""
        return AgreeToBeTold(
            client_id=self.client_id,
            channel=channel,
            purposes=(ToldOf.NOTICES,),
            how=self.how,
            by=self.by,
        )


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


class ClientMerged(Event, frozen=True):
    """The client is `into` from now on. What is known of them stays where it was said."""

    client_id: ClientId
    into: ClientId
    undo_until: datetime


class ClientAbsorbed(Event, frozen=True):
    """The client stands for `source`, too. Nothing personal of theirs is copied: they may be two again."""

    client_id: ClientId
    source: ClientId
    undo_until: datetime


class ClientUnmerged(Event, frozen=True):
    """The client is somebody of their own again, and not `into`."""

    client_id: ClientId
    into: ClientId


class ClientReleased(Event, frozen=True):
    """The client stands for `source` no more."""

    client_id: ClientId
    source: ClientId


class ClientSuspected(Event, frozen=True):
    """The client may be `other`, whose address or number they gave under another name: who works here
    decides.
    """

    client_id: ClientId
    other: ClientId


class ClientToldApart(Event, frozen=True):
    """The client is somebody else than `other`."""

    client_id: ClientId
    other: ClientId


class ClientNamedOnChannel(Event, frozen=True):
    client_id: ClientId
    known: Personal[KnownOn]
    identity_id: IdentityId


class ClientForgottenOnChannel(Event, frozen=True):
    """Until `at`, by the clock of its provider, it was them."""

    client_id: ClientId
    identity_id: IdentityId
    at: datetime | None = None


class ClientAgreed(Event, frozen=True):
    client_id: ClientId
    channel: ToldBy
    purpose: ToldOf
    how: How
    at: datetime
    by: UserId | None = None
    proof: Personal[Proof | None] = None


class ClientOptedOut(Event, frozen=True):
    client_id: ClientId
    channel: ToldBy
    purpose: ToldOf
    how: How
    at: datetime
    by: UserId | None = None
    proof: Personal[Proof | None] = None


class ClientChoseChannels(Event, frozen=True):
    client_id: ClientId
    channels: tuple[ToldBy, ...]


ClientEvent = (
    ClientRegistered
    | ClientChanged
    | ClientStatusChanged
    | ClientNoteAdded
    | ClientLinkedToUser
    | ClientErased
    | ClientMerged
    | ClientAbsorbed
    | ClientUnmerged
    | ClientReleased
    | ClientSuspected
    | ClientToldApart
    | ClientNamedOnChannel
    | ClientForgottenOnChannel
    | ClientAgreed
    | ClientOptedOut
    | ClientChoseChannels
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


class TooManyChannels(DomainError):
    """A client has as many ids on channels as one may have."""

    most: int


class ClientIsMerged(DomainError):
    """The client was merged into another one, who stands for them."""

    into: ClientId
