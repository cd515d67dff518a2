"""What is this business called, where is it, and who owns it?"""

from typing import assert_never

from msgspec.structs import asdict, replace

from domain.business.tenants import (
    OriginsListed,
    OwnerAppointed,
    OwnerDismissed,
    PublicNameChanged,
    TenantChanged,
    TenantEvent,
    TenantRegistered,
    stream_of,
)
from domain.values import TenantId, UserId
from projections.read_model import ReadModel, Row


class ListedTenant(Row, frozen=True, kw_only=True):
    """Phone numbers are read as those of `country`; `null` until there is one: as those of the country
    of whoever runs this. Until it is confirmed, it was guessed from zone and language. Pages of `origins`
    may ask for it, and everybody finds it under its public name, if it has one.
    """

    id: TenantId
    name: str
    time_zone: str
    language: str
    currency: str
    country: str | None = None
    country_confirmed: bool = False
    owner_ids: tuple[UserId, ...] = ()
    origins: tuple[str, ...] = ()
    public_name: str | None = None


def _evolve(row: ListedTenant | None, event: TenantEvent) -> ListedTenant | None:
    match event:
        case TenantRegistered(tenant_id=tenant, business=business):
            return ListedTenant(id=tenant, **asdict(business))
        case TenantChanged(business=business):
            return row and replace(row, **asdict(business))
        case OwnerAppointed(user_id=user):
            return row and replace(row, owner_ids=(*row.owner_ids, user))
        case OwnerDismissed(user_id=user):
            return row and replace(
                row, owner_ids=tuple(owner for owner in row.owner_ids if owner != user)
            )
        case OriginsListed(origins=origins):
            return row and replace(row, origins=origins)
        case PublicNameChanged(public_name=name):
            return row and replace(row, public_name=name)
        case _:
            assert_never(event)


TENANTS = ReadModel(
    name="tenants",
    version=3,
    row=ListedTenant,
    subscribes_to=(
        TenantRegistered,
        TenantChanged,
        OwnerAppointed,
        OwnerDismissed,
        OriginsListed,
        PublicNameChanged,
    ),
    key=lambda event: [stream_of(event.tenant_id)],
    evolve=_evolve,
    columns=("name",),
    owner="tenant",
)
