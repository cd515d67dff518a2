import pytest
from msgspec.structs import replace

from domain.business import tenants
from domain.business.tenants import TENANT, Business, Tenant, TenantEvent
from domain.countries import UnknownCountry
from domain.zones import UnknownTimeZone
from tests.business.tenants.examples import (
    change_business,
    owner_appointed,
    owner_dismissed,
    owner_id,
    partner_appointed,
    partner_id,
    register_business,
    renamed_salon,
    salon,
    tenant_changed,
    tenant_id,
    tenant_registered,
)


def given(*history: TenantEvent) -> Tenant:
    return TENANT.fold(history)


# --- Opening --------------------------------------------------------------------------


def test_a_business_opens_with_an_owner() -> None:
    assert tenants.register(register_business, given()) == [tenant_registered, owner_appointed]


def test_opening_twice_changes_nothing() -> None:
    opened = given(tenant_registered, owner_appointed)

    assert tenants.register(register_business, opened) == []


def test_the_id_of_a_business_is_not_given_to_another() -> None:
    opened = given(tenant_registered, owner_appointed)

    with pytest.raises(tenants.TenantIdTaken):
        tenants.register(replace(register_business, business=renamed_salon), opened)
    with pytest.raises(tenants.TenantIdTaken):
        tenants.register(replace(register_business, owner_id=partner_id), opened)


@pytest.mark.parametrize("nowhere", ["Paris", "Europe/Atlantis", "", "../etc/passwd", "CEST"])
def test_a_business_is_in_a_time_zone_that_exists(nowhere: str) -> None:
    business = replace(salon, time_zone=nowhere)

    with pytest.raises(UnknownTimeZone):
        tenants.register(replace(register_business, business=business), given())
    with pytest.raises(UnknownTimeZone):
        tenants.change(replace(change_business, business=business), given(tenant_registered))


# --- Changing -------------------------------------------------------------------------


def test_a_business_presents_itself_anew() -> None:
    assert tenants.change(change_business, given(tenant_registered)) == [tenant_changed]


def test_presenting_itself_the_same_way_changes_nothing() -> None:
    changed = given(tenant_registered, tenant_changed)

    assert tenants.change(change_business, changed) == []


def test_what_never_opened_cannot_change() -> None:
    with pytest.raises(tenants.TenantNotFound):
        tenants.change(change_business, given())


# --- In which country -----------------------------------------------------------------

PARIS, BRUSSELS = (
    replace(salon, time_zone=zone, country=country)
    for zone, country in (("Europe/Paris", "FR"), ("Europe/Brussels", "BE"))
)
CONFIRMED = replace(PARIS, country_confirmed=True)
UNSAID = replace(salon, country=None)


def changed(business: Business, to: Business) -> Business:
    """Return what a business is after somebody presented it as `to`."""
    opened = given(replace(tenant_registered, business=business))
    events = tenants.change(replace(change_business, business=to), opened)
    after = TENANT.fold(events, opened).business
    assert after is not None
    return after


def test_a_guess_follows_the_business_to_another_zone() -> None:
    assert changed(PARIS, replace(UNSAID, time_zone="Europe/Brussels")) == BRUSSELS
    assert changed(PARIS, replace(UNSAID, time_zone="Etc/UTC")).country == "FR"


def test_what_was_confirmed_stays_until_somebody_says_otherwise() -> None:
    moved = replace(UNSAID, time_zone="Europe/Brussels")

    assert changed(CONFIRMED, moved) == replace(CONFIRMED, time_zone="Europe/Brussels")
    assert changed(CONFIRMED, replace(CONFIRMED, country="BE")).country == "BE"


def test_who_had_no_country_gets_none_by_another_name() -> None:
    assert changed(salon, replace(salon, name="Camille")).country is None


def test_to_confirm_a_guess_is_a_change() -> None:
    assert changed(PARIS, CONFIRMED) == CONFIRMED


@pytest.mark.parametrize("country", ["XX", "be", ""])
def test_a_business_is_in_a_country_that_exists(country: str) -> None:
    nowhere = replace(salon, country=country)

    with pytest.raises(UnknownCountry):
        tenants.register(replace(register_business, business=nowhere), given())
    with pytest.raises(UnknownCountry):
        changed(salon, nowhere)


# --- Owners ---------------------------------------------------------------------------


def test_an_owner_goes_when_another_stays() -> None:
    shared = given(tenant_registered, owner_appointed, partner_appointed)

    assert tenants.settle_owner(tenant_id, owner_id, shared, owns=False) == [owner_dismissed]


def test_the_last_owner_stays() -> None:
    alone = given(tenant_registered, owner_appointed, partner_appointed, owner_dismissed)

    with pytest.raises(tenants.LastOwner):
        tenants.settle_owner(tenant_id, partner_id, alone, owns=False)


def test_appointing_and_dismissing_twice_changes_nothing() -> None:
    alone = given(tenant_registered, owner_appointed)

    assert tenants.settle_owner(tenant_id, owner_id, alone, owns=True) == []
    assert tenants.settle_owner(tenant_id, partner_id, alone, owns=False) == []


def test_what_never_opened_has_no_owners() -> None:
    with pytest.raises(tenants.TenantNotFound):
        tenants.settle_owner(tenant_id, owner_id, given(), owns=True)
