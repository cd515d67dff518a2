"""What people are told about a business, after each thing that happens."""

from functools import reduce

import pytest
from msgspec.structs import replace

from domain.business.tenants import TenantEvent
from projections.business.tenants import TENANTS, ListedTenant
from tests.business.tenants.examples import (
    owner_appointed,
    owner_dismissed,
    owner_id,
    partner_appointed,
    partner_id,
    tenant_changed,
    tenant_id,
    tenant_registered,
)

camille = ListedTenant(
    id=tenant_id,
    name="Salon Camille",
    time_zone="Europe/Paris",
    language="fr",
    currency="EUR",
    owner_ids=(owner_id,),
)


def told(*history: TenantEvent) -> ListedTenant:
    for event in history:
        assert type(event) in TENANTS.subscribes_to
        assert list(TENANTS.key(event)) == [f"tenant-{tenant_id}"]
    row = reduce(TENANTS.evolve, history, None)
    assert isinstance(row, ListedTenant)
    return row


@pytest.mark.parametrize(
    ("events", "row"),
    [
        ([tenant_changed], replace(camille, name="Camille & Fille")),
        ([partner_appointed], replace(camille, owner_ids=(owner_id, partner_id))),
        ([partner_appointed, owner_dismissed], replace(camille, owner_ids=(partner_id,))),
    ],
)
def test_a_business_is_shown_as_it_is_now(events: list[TenantEvent], row: ListedTenant) -> None:
    assert told(tenant_registered, owner_appointed) == camille
    assert told(tenant_registered, owner_appointed, *events) == row
