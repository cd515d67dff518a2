"""One e-mail address, phone number or custom id belongs to one client, or to whoever is known by it.

Each is an aggregate of its own, so two who claim it at once meet in one stream, and one of
them is refused. The id is a keyed digest: the log does not say whose address it stands for.

    nobody ─ claim ─► owned ─ release ─► nobody
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final, assert_never

from domain.aggregate import Aggregate
from domain.messages import DomainError, Event, Value
from domain.telling import NOT_TOLD, Tellings
from domain.values import ClientId, IdentityId, TenantId, keyed_id

# --- What names a person --------------------------------------------------------------


class IdentityKind(StrEnum):
    """What is unique to a client within a tenant. What a provider calls them is so on its channel; and a row
    of a file, by all that it says, is about whomever it was taken in for.
    """

    EMAIL = "email"
    PHONE = "phone"
    CUSTOM_ID = "custom-id"
    CHANNEL = "channel"
    ROW = "row"


def identity_of(kind: IdentityKind, value: str, *, tenant: TenantId, pepper: bytes) -> IdentityId:
    """Name the identity of a normalised value. Without the pepper nobody finds the value again.

    >>> one = identity_of(IdentityKind.EMAIL, "ana@example.org", tenant=TenantId("t"), pepper=b"p")
    >>> one == identity_of(IdentityKind.EMAIL, "ana@example.org", tenant=TenantId("t"), pepper=b"p")
    True
    """
    return IdentityId(keyed_id("identity", f"{tenant}/{kind}/{value}", pepper))


OwnerId = ClientId
"""Whoever is known by an identity. Another kind of owner is another member here."""


# --- What can happen ------------------------------------------------------------------


class IdentityClaimed(Event, frozen=True):
    """`owner` is the id of whoever is known by it, of whichever kind."""

    identity_id: IdentityId
    owner: OwnerId


class IdentityReleased(Event, frozen=True):
    identity_id: IdentityId
    owner: OwnerId


IdentityEvent = IdentityClaimed | IdentityReleased


# --- Why it may be refused ------------------------------------------------------------


class ClientAlreadyExists(DomainError):
    """There is a client with this e-mail address, phone number or id already."""

    client_id: ClientId


# --- What a decision needs to remember ------------------------------------------------


class Identity(Value, frozen=True):
    """`former` is who was known by it before it was let go of."""

    owner: OwnerId | None = None
    former: OwnerId | None = None


def evolve(identity: Identity, event: IdentityEvent) -> Identity:  # noqa: ARG001 (the newest fact says it all)
    match event:
        case IdentityClaimed(owner=owner):
            return Identity(owner=owner)
        case IdentityReleased(owner=owner):
            return Identity(former=owner)
        case _:
            assert_never(event)


IDENTITY = Aggregate(kind="identity", initial=Identity(), evolve=evolve)


# --- Decisions ------------------------------------------------------------------------


def claim(owner: OwnerId, identity_id: IdentityId, identity: Identity) -> Sequence[IdentityEvent]:
    """Return the identity to them, if nobody else has it."""
    if identity.owner == owner:
        return []
    if identity.owner is not None:
        raise ClientAlreadyExists(client_id=identity.owner)
    return [IdentityClaimed(identity_id=identity_id, owner=owner)]


def release(owner: OwnerId, identity_id: IdentityId, identity: Identity) -> Sequence[IdentityEvent]:
    """Let others have it. What is not their own stays where it is."""
    if identity.owner != owner:
        return []
    return [IdentityReleased(identity_id=identity_id, owner=owner)]


STORED_AS: Final[dict[str, type[Event]]] = {
    "identity-claimed.v2": IdentityClaimed,
    "identity-released.v2": IdentityReleased,
}

TOLD_AS: Final[Tellings] = {IdentityClaimed: NOT_TOLD, IdentityReleased: NOT_TOLD}
