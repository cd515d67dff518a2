"""A business that takes bookings with us. Everything else lives inside a tenant.

register ─► REGISTERED ⇄ change          owners come and go; one always stays
"""

from collections.abc import Sequence
from typing import Final, assert_never

from msgspec.structs import replace

from domain.aggregate import Aggregate
from domain.business.origins import origins_of
from domain.business.public_names import public_name_of
from domain.countries import country_of, refuse_unknown
from domain.messages import Command, DomainError, Event, Missing, Value
from domain.telling import Tellings, public
from domain.values import ProfessionalId, TenantId, UserId
from domain.zones import zone


class Business(Value, frozen=True, kw_only=True):
    """How a business presents itself: an IANA zone, a language (BCP 47), a currency (ISO 4217).

    Phone numbers without a country code are of its `country` (ISO 3166). It is a guess until somebody
    of the business has confirmed it, and nobody's before there was a guess.
    """

    name: str
    time_zone: str
    language: str
    currency: str
    country: str | None = None
    country_confirmed: bool = False


# --- What may be asked ----------------------------------------------------------------


class RegisterBusiness(Command, frozen=True):
    """A business and its first owner; a `professional_id` when the owner takes bookings too."""

    tenant_id: TenantId
    business: Business
    owner_id: UserId
    owner_name: str
    owner_email: str
    owner_language: str | None = None
    professional_id: ProfessionalId | None = None


class ChangeBusiness(Command, frozen=True):
    """What the business shall be from now on, the whole of it. No country: as it was."""

    tenant_id: TenantId
    business: Business


class ListOrigins(Command, frozen=True):
    """From the pages of which origins the business may be asked from now on, all of them."""

    tenant_id: TenantId
    origins: tuple[str, ...]


class ChangePublicName(Command, frozen=True):
    """Under which name everybody finds the business from now on; None: it shows nothing to everybody."""

    tenant_id: TenantId
    public_name: str | None


# --- What can happen ------------------------------------------------------------------


class TenantRegistered(Event, frozen=True):
    tenant_id: TenantId
    business: Business


class TenantChanged(Event, frozen=True):
    tenant_id: TenantId
    business: Business


class OwnerAppointed(Event, frozen=True):
    tenant_id: TenantId
    user_id: UserId


class OwnerDismissed(Event, frozen=True):
    tenant_id: TenantId
    user_id: UserId


class OriginsListed(Event, frozen=True):
    tenant_id: TenantId
    origins: tuple[str, ...]


class PublicNameChanged(Event, frozen=True):
    tenant_id: TenantId
    public_name: str | None


TenantEvent = (
    TenantRegistered
    | TenantChanged
    | OwnerAppointed
    | OwnerDismissed
    | OriginsListed
    | PublicNameChanged
)


# --- Why it may be refused ------------------------------------------------------------


class TenantNotFound(Missing):
    """There is no such business."""


class TenantIdTaken(DomainError):
    """Another business was registered under this id."""


class LastOwner(DomainError):
    """A business keeps at least one owner."""


# --- What a decision needs to remember ------------------------------------------------


class Tenant(Value, frozen=True, kw_only=True):
    business: Business | None = None
    owners: frozenset[UserId] = frozenset()
    origins: tuple[str, ...] = ()
    public_name: str | None = None


def evolve(tenant: Tenant, event: TenantEvent) -> Tenant:
    match event:
        case TenantRegistered(business=business) | TenantChanged(business=business):
            return replace(tenant, business=business)
        case OwnerAppointed(user_id=user):
            return replace(tenant, owners=tenant.owners | {user})
        case OwnerDismissed(user_id=user):
            return replace(tenant, owners=tenant.owners - {user})
        case OriginsListed(origins=origins):
            return replace(tenant, origins=origins)
        case PublicNameChanged(public_name=name):
            return replace(tenant, public_name=name)
        case _:
            assert_never(event)


TENANT = Aggregate(kind="tenant", initial=Tenant(), evolve=evolve)


def stream_of(tenant_id: TenantId) -> str:
    """Return the stream in which a tenant's own events are: tenant ids alone are bare UUIDs."""
    return f"{TENANT.kind}-{tenant_id}"


# --- Decisions ------------------------------------------------------------------------


def register(command: RegisterBusiness, tenant: Tenant) -> Sequence[TenantEvent]:
    """Open the business, with its first owner."""
    if tenant.business is None:
        _refuse_nowhere(command.business)
        return [
            TenantRegistered(tenant_id=command.tenant_id, business=command.business),
            OwnerAppointed(tenant_id=command.tenant_id, user_id=command.owner_id),
        ]
    if tenant.business != command.business or command.owner_id not in tenant.owners:
        raise TenantIdTaken
    return []


def change(command: ChangeBusiness, tenant: Tenant) -> Sequence[TenantEvent]:
    """Present the business anew. What is known of people stays as it was read, in whatever country."""
    if tenant.business is None:
        raise TenantNotFound
    _refuse_nowhere(command.business)
    business = _located(command.business, tenant.business)
    if tenant.business == business:
        return []
    return [TenantChanged(tenant_id=command.tenant_id, business=business)]


def list_origins(command: ListOrigins, tenant: Tenant) -> Sequence[TenantEvent]:
    """Let pages of these origins ask for the business, and of no others."""
    if tenant.business is None:
        raise TenantNotFound
    origins = origins_of(command.origins)
    if tenant.origins == origins:
        return []
    return [OriginsListed(tenant_id=command.tenant_id, origins=origins)]


def change_public_name(command: ChangePublicName, tenant: Tenant) -> Sequence[TenantEvent]:
    """Let everybody find the business under this name, or not at all."""
    if tenant.business is None:
        raise TenantNotFound
    name = None if command.public_name is None else public_name_of(command.public_name)
    if tenant.public_name == name:
        return []
    return [PublicNameChanged(tenant_id=command.tenant_id, public_name=name)]


def _located(business: Business, before: Business) -> Business:
    """Say in which country it is, if nobody says it: a guess follows the business to another zone."""
    if business.country is not None:
        return business
    country, confirmed = before.country, before.country_confirmed
    if not confirmed and business.time_zone != before.time_zone:
        country = country_of(business.time_zone, business.language) or country
    return replace(business, country=country, country_confirmed=confirmed)


def _refuse_nowhere(business: Business) -> None:
    zone(business.time_zone)  # refuses what is none
    refuse_unknown(business.country)


def settle_owner(
    tenant_id: TenantId, user_id: UserId, tenant: Tenant, *, owns: bool
) -> Sequence[TenantEvent]:
    """Let a user be an owner, or no longer. The last one cannot go."""
    if tenant.business is None:
        raise TenantNotFound
    if owns == (user_id in tenant.owners):
        return []
    if owns:
        return [OwnerAppointed(tenant_id=tenant_id, user_id=user_id)]
    if tenant.owners == {user_id}:
        raise LastOwner
    return [OwnerDismissed(tenant_id=tenant_id, user_id=user_id)]


STORED_AS: Final[dict[str, type[Event]]] = {
    "tenant-registered.v2": TenantRegistered,
    "tenant-changed.v2": TenantChanged,
    "owner-appointed.v1": OwnerAppointed,
    "owner-dismissed.v1": OwnerDismissed,
    "origins-listed.v1": OriginsListed,
    "public-name-changed.v1": PublicNameChanged,
}

_AS_SHOWN: Final = (
    "business.name",
    "business.time_zone",
    "business.language",
    "business.currency",
    "business.country",
    "business.country_confirmed",
)

TOLD_AS: Final[Tellings] = {
    TenantRegistered: public("tenant.registered", *_AS_SHOWN, id="tenant_id"),
    TenantChanged: public("tenant.changed", *_AS_SHOWN, id="tenant_id"),
    OwnerAppointed: public("tenant.owner-appointed", "user_id", id="tenant_id"),
    OwnerDismissed: public("tenant.owner-dismissed", "user_id", id="tenant_id"),
    OriginsListed: public("tenant.origins-listed", "origins", id="tenant_id"),
    PublicNameChanged: public("tenant.public-name-changed", "public_name", id="tenant_id"),
}
