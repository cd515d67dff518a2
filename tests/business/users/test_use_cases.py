"""What a use case reads of other areas, and which streams it appends to."""

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from application.business import tenants as tenant_use_cases
from application.business import users as user_use_cases
from domain.business import tenants, users
from domain.business.users import Role
from domain.messages import Command, Event
from domain.people import clients
from domain.people.identities import IDENTITY, IdentityClaimed
from domain.scheduling import professionals
from domain.scheduling.professionals import (
    ProfessionalRegistered,
    ProfessionalRetired,
    Settings,
    Week,
)
from domain.values import Contact
from tests.business.tenants.examples import (
    owner_appointed,
    owner_id,
    partner_appointed,
    register_business,
    tenant_id,
    tenant_registered,
)
from tests.business.tenants.examples import professional_id as owners_professional_id
from tests.business.users.examples import (
    add_user,
    change_roles,
    client_id,
    deactivate_user,
    identity,
    professional_id,
    prove_address,
    request_address_code,
    sign_up_client,
    user_id,
    user_registered,
)
from tests.in_memory import InMemory
from tests.people.clients.examples import client_registered

THE_TENANT = tenants.stream_of(tenant_id)

add_owner = replace(add_user, roles=(Role.OWNER,))
add_professional = replace(add_user, roles=(Role.PROFESSIONAL,), professional_id=professional_id)
add_client = replace(add_user, roles=(Role.CLIENT,), client_id=client_id)
works_here = ProfessionalRegistered(
    professional_id=professional_id,
    contact=Contact(name="Noor Haddad"),
    settings=Settings(time_zone="Europe/Paris", hours=Week()),
)
retired = ProfessionalRetired(professional_id=professional_id)


@pytest.fixture
def nothing() -> InMemory:
    use_cases = {**tenant_use_cases.USE_CASES, **user_use_cases.USE_CASES}
    return InMemory(use_cases, datetime(2026, 11, 2, 9, tzinfo=UTC))


@pytest.fixture
def salon(nothing: InMemory) -> InMemory:
    nothing.record(THE_TENANT, tenant_registered, owner_appointed)
    return nothing


def names(events: list[Event]) -> list[str]:
    return [type(event).__name__ for event in events]


# --- Opening a business ---------------------------------------------------------------


def test_an_owner_who_takes_bookings_is_a_professional_of_the_business(nothing: InMemory) -> None:
    happened = nothing.run(register_business)

    assert names(happened) == [
        "TenantRegistered",
        "OwnerAppointed",
        "UserRegistered",
        "ProfessionalRegistered",
    ]
    assert set(nothing.streams) == {THE_TENANT, owner_id, owners_professional_id}
    owner = nothing.of(users.USER, owner_id)
    assert owner.roles == (Role.OWNER, Role.PROFESSIONAL)
    assert owner.professional_id == owners_professional_id


def test_an_owner_who_takes_none_is_only_that(nothing: InMemory) -> None:
    nothing.run(replace(register_business, professional_id=None))

    assert nothing.of(users.USER, owner_id).roles == (Role.OWNER,)
    assert set(nothing.streams) == {THE_TENANT, owner_id}


def test_opening_a_business_twice_changes_nothing(nothing: InMemory) -> None:
    nothing.run(register_business)

    assert nothing.run(register_business) == []


# --- Adding users ---------------------------------------------------------------------


def test_a_user_is_linked_only_to_a_professional_who_works_here(salon: InMemory) -> None:
    become_one = replace(change_roles, roles=(Role.PROFESSIONAL,), professional_id=professional_id)

    with pytest.raises(professionals.ProfessionalNotFound):
        salon.run(add_professional)
    salon.record(professional_id, works_here)
    assert names(salon.run(add_professional)) == ["UserRegistered"]

    salon.record(professional_id, retired)
    another = replace(add_professional, user_id=owner_id)
    with pytest.raises(professionals.ProfessionalIsRetired):
        salon.run(another)
    salon.record(owner_id, replace(user_registered, user_id=owner_id))
    with pytest.raises(professionals.ProfessionalIsRetired):
        salon.run(replace(become_one, user_id=owner_id))


def test_who_was_added_stays_added_when_the_professional_retires(salon: InMemory) -> None:
    salon.record(professional_id, works_here)
    salon.run(add_professional)
    salon.record(professional_id, retired)

    assert salon.run(add_professional) == []


def test_a_client_who_gets_an_account_knows_it_and_is_known_by_it(salon: InMemory) -> None:
    with pytest.raises(clients.ClientNotFound):
        salon.run(add_client)
    salon.record(client_id, replace(client_registered, client_id=client_id))

    assert names(salon.run(add_client)) == ["UserRegistered", "ClientLinkedToUser"]
    assert salon.of(users.USER, user_id).client_id == client_id
    assert salon.of(clients.CLIENT, client_id).user_id == user_id
    assert salon.run(add_client) == []


def test_a_second_account_is_not_given_to_one_client(salon: InMemory) -> None:
    taken = clients.ClientLinkedToUser(client_id=client_id, user_id=owner_id)
    salon.record(client_id, replace(client_registered, client_id=client_id), taken)

    with pytest.raises(clients.ClientIsLinkedToAnotherUser):
        salon.run(add_client)


# --- Owners ---------------------------------------------------------------------------


def test_the_business_knows_its_owners(salon: InMemory) -> None:
    assert names(salon.run(add_owner)) == ["UserRegistered", "OwnerAppointed"]
    assert salon.of(tenants.TENANT, THE_TENANT).owners == {owner_id, user_id}

    assert names(salon.run(change_roles)) == ["UserRolesChanged", "OwnerDismissed"]
    assert salon.of(tenants.TENANT, THE_TENANT).owners == {owner_id}


def test_owners_need_a_business(nothing: InMemory) -> None:
    with pytest.raises(tenants.TenantNotFound):
        nothing.run(add_owner)


def test_the_last_owner_can_neither_be_demoted_nor_deactivated(nothing: InMemory) -> None:
    nothing.run(register_business)

    for order in (change_roles, deactivate_user):
        with pytest.raises(tenants.LastOwner):
            nothing.run(replace(order, user_id=owner_id))


def test_of_two_owners_one_may_leave(nothing: InMemory) -> None:
    nothing.run(register_business)
    nothing.record(THE_TENANT, partner_appointed)

    left = nothing.run(replace(deactivate_user, user_id=owner_id))

    assert names(left) == ["UserDeactivated", "OwnerDismissed"]


def test_staff_come_and_go_without_a_word_to_the_tenant(salon: InMemory) -> None:
    salon.run(add_user)

    assert names(salon.run(deactivate_user)) == ["UserDeactivated"]


# --- Signing up -----------------------------------------------------------------------


def test_who_signs_up_is_a_client_at_once(salon: InMemory) -> None:
    assert names(salon.run(sign_up_client)) == [
        "UserRegistered",
        "ClientRegistered",
        "ClientLinkedToUser",
    ]
    assert salon.of(users.USER, user_id).client_id == client_id
    assert salon.of(clients.CLIENT, client_id).user_id == user_id
    assert salon.run(sign_up_client) == []


def test_signing_up_is_the_same_with_an_address_that_a_client_has(salon: InMemory) -> None:
    known = client_registered.client_id
    salon.record(known, client_registered)
    salon.record(identity, IdentityClaimed(identity_id=identity, owner=known))

    assert names(salon.run(sign_up_client)) == [
        "UserRegistered",
        "ClientRegistered",
        "ClientLinkedToUser",
    ]
    assert salon.of(users.USER, user_id).client_id == client_id != known
    assert salon.run(sign_up_client) == []


# --- Proving an address ---------------------------------------------------------------


def test_whose_address_is_proved_is_the_client_who_has_it(salon: InMemory) -> None:
    known = client_registered.client_id
    salon.record(known, client_registered)
    salon.record(identity, IdentityClaimed(identity_id=identity, owner=known))
    salon.run(sign_up_client)

    assert names(salon.run(prove_address)) == [
        "UserAddressProved",
        "UserLinkedToClient",
        "ClientLinkedToUser",
    ]
    user = salon.of(users.USER, user_id)
    assert (user.client_id, user.earlier_clients) == (known, (client_id,))
    assert salon.of(clients.CLIENT, known).user_id == user_id
    assert salon.run(prove_address) == []


def test_whose_address_nobody_has_bears_it_from_then_on(salon: InMemory) -> None:
    salon.run(sign_up_client)

    assert names(salon.run(prove_address)) == [
        "UserAddressProved",
        "ClientChanged",
        "IdentityClaimed",
    ]
    assert salon.of(IDENTITY, identity).owner == client_id
    assert identity in salon.of(clients.CLIENT, client_id).identities


def test_a_proof_takes_an_address_from_who_has_none(salon: InMemory) -> None:
    """Releases before this one gave an address to whoever signed up with it."""
    squatter = client_registered.client_id
    taken = replace(client_registered, identities=(identity,))
    linked = clients.ClientLinkedToUser(client_id=squatter, user_id=owner_id)
    salon.record(squatter, taken, linked)
    salon.record(identity, IdentityClaimed(identity_id=identity, owner=squatter))
    salon.run(sign_up_client)

    salon.run(prove_address)

    assert salon.of(IDENTITY, identity).owner == client_id
    assert salon.of(clients.CLIENT, squatter).identities == ()
    assert salon.of(users.USER, user_id).client_id == client_id


def test_whoever_has_proved_an_address_is_sent_no_more_codes(salon: InMemory) -> None:
    salon.run(sign_up_client)
    assert names(salon.run(request_address_code)) == ["AddressCodeRequested"]
    salon.run(prove_address)

    assert salon.run(request_address_code) == []


# --- Signing up where nobody is -------------------------------------------------------


def test_one_signs_up_only_with_a_business_that_is_there(nothing: InMemory) -> None:
    with pytest.raises(tenants.TenantNotFound):
        nothing.run(sign_up_client)


# --- Operators ------------------------------------------------------------------------


def test_every_order_about_a_user_reaches_its_decision(salon: InMemory) -> None:
    salon.run(add_user)
    orders: list[Command] = [
        users.AppointOperator(user_id=user_id),
        users.DismissOperator(user_id=user_id),
        users.ChangeUserDetails(user_id=user_id, name="Noor Petit"),
        users.AbandonRegistration(user_id=owner_id),
        tenants.ChangeBusiness(
            tenant_id=tenant_id, business=replace(register_business.business, name="Noor")
        ),
    ]

    happened = [names(salon.run(order)) for order in orders]

    assert happened == [
        ["UserRolesChanged"],
        ["UserRolesChanged"],
        ["UserDetailsChanged"],
        ["RegistrationAbandoned"],
        ["TenantChanged"],
    ]
