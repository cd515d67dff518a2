"""What a use case reads of other areas, and which streams it appends to."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

import pytest
from msgspec.structs import replace

from application import tenants as tenant_use_cases
from application import users as use_cases
from application.transact import Changes
from domain import clients, professionals, tenants, users
from domain.aggregate import Aggregate
from domain.identities import IdentityClaimed
from domain.messages import Event
from domain.professionals import ProfessionalRegistered, ProfessionalRetired, Settings, Week
from domain.users import Role
from domain.values import Contact
from tests.clients.examples import client_registered
from tests.tenants.examples import (
    owner_appointed,
    partner_appointed,
    register_business,
    tenant_id,
    tenant_registered,
)
from tests.users.examples import (
    add_user,
    change_roles,
    client_id,
    deactivate_user,
    identity,
    professional_id,
    sign_up_client,
    user_id,
    user_registered,
)

S = TypeVar("S")

TENANT_STREAM = tenants.stream_of(tenant_id)
OPEN = {TENANT_STREAM: [tenant_registered, owner_appointed]}
AT_WORK = ProfessionalRegistered(
    professional_id=professional_id,
    contact=Contact(name="Noor Haddad"),
    settings=Settings(time_zone="Europe/Paris", hours=Week()),
)


class PastOf:
    def __init__(self, histories: Mapping[str, Sequence[Event]]) -> None:
        self.now = datetime(2026, 11, 2, 9, tzinfo=UTC)
        self._histories = histories

    def of(self, aggregate: Aggregate[S, Any], identity: str) -> S:
        return aggregate.fold(self._histories.get(identity, ()))

    def then(self, changes: Changes) -> "PastOf":
        later = {key: list(events) for key, events in self._histories.items()}
        for stream, events in changes.items():
            later.setdefault(stream, []).extend(events)
        return PastOf(later)


def happened(changes: Changes) -> dict[str, list[str]]:
    """Give the names of what changed, without the streams that did not."""
    return {
        stream: [type(event).__name__ for event in events]
        for stream, events in changes.items()
        if events
    }


# --- Opening a business ---------------------------------------------------------------


def test_an_owner_who_takes_bookings_is_a_professional_of_the_business() -> None:
    changes = tenant_use_cases.register(register_business, PastOf({}))

    assert happened(changes) == {
        TENANT_STREAM: ["TenantRegistered", "OwnerAppointed"],
        register_business.owner_id: ["UserRegistered"],
        register_business.professional_id: ["ProfessionalRegistered"],
    }
    owner = PastOf(changes).of(users.USER, register_business.owner_id)
    assert owner.roles == (Role.OWNER, Role.PROFESSIONAL)
    assert owner.professional_id == register_business.professional_id


def test_an_owner_who_takes_none_is_only_that() -> None:
    command = replace(register_business, professional_id=None)

    changes = tenant_use_cases.register(command, PastOf({}))

    assert PastOf(changes).of(users.USER, command.owner_id).roles == (Role.OWNER,)
    assert set(changes) == {TENANT_STREAM, command.owner_id}


def test_opening_a_business_twice_changes_nothing() -> None:
    past = PastOf(tenant_use_cases.register(register_business, PastOf({})))

    assert happened(tenant_use_cases.register(register_business, past)) == {}


# --- Adding users ---------------------------------------------------------------------


def test_a_user_is_linked_only_to_a_professional_who_works_here() -> None:
    command = replace(add_user, roles=(Role.PROFESSIONAL,), professional_id=professional_id)
    retired = ProfessionalRetired(professional_id=professional_id)

    with pytest.raises(professionals.ProfessionalNotFound):
        use_cases.add(command, PastOf(OPEN))
    with pytest.raises(professionals.ProfessionalIsRetired):
        use_cases.add(command, PastOf({**OPEN, professional_id: [AT_WORK, retired]}))

    added = use_cases.add(command, PastOf({**OPEN, professional_id: [AT_WORK]}))
    assert happened(added) == {user_id: ["UserRegistered"]}


def test_who_was_added_stays_added_when_the_professional_retires() -> None:
    command = replace(add_user, roles=(Role.PROFESSIONAL,), professional_id=professional_id)
    working = PastOf({**OPEN, professional_id: [AT_WORK]})
    retired = ProfessionalRetired(professional_id=professional_id)

    later = working.then(use_cases.add(command, working)).then({professional_id: [retired]})

    assert happened(use_cases.add(command, later)) == {}


def test_a_client_who_gets_an_account_knows_it_and_is_known_by_it() -> None:
    command = replace(add_user, roles=(Role.CLIENT,), client_id=client_id)

    with pytest.raises(clients.ClientNotFound):
        use_cases.add(command, PastOf(OPEN))

    added = use_cases.add(command, PastOf({**OPEN, client_id: [client_registered]}))
    assert happened(added) == {user_id: ["UserRegistered"], client_id: ["ClientLinkedToUser"]}


def test_a_second_account_is_not_given_to_one_client() -> None:
    taken = clients.ClientLinkedToUser(client_id=client_id, user_id=register_business.owner_id)
    command = replace(add_user, roles=(Role.CLIENT,), client_id=client_id)

    with pytest.raises(clients.ClientIsLinkedToAnotherUser):
        use_cases.add(command, PastOf({**OPEN, client_id: [client_registered, taken]}))


# --- Owners ---------------------------------------------------------------------------


def test_the_business_knows_its_owners() -> None:
    past = PastOf(OPEN)

    added = use_cases.add(replace(add_user, roles=(Role.OWNER,)), past)
    demoted = use_cases.change_roles(change_roles, past.then(added))

    assert happened(added) == {user_id: ["UserRegistered"], TENANT_STREAM: ["OwnerAppointed"]}
    assert happened(demoted) == {user_id: ["UserRolesChanged"], TENANT_STREAM: ["OwnerDismissed"]}


def test_owners_need_a_business() -> None:
    with pytest.raises(tenants.TenantNotFound):
        use_cases.add(replace(add_user, roles=(Role.OWNER,)), PastOf({}))


def test_the_last_owner_can_neither_be_demoted_nor_deactivated() -> None:
    owner = register_business.owner_id
    past = PastOf(tenant_use_cases.register(register_business, PastOf({})))

    with pytest.raises(tenants.LastOwner):
        use_cases.change_roles(replace(change_roles, user_id=owner), past)
    with pytest.raises(tenants.LastOwner):
        use_cases.deactivate(replace(deactivate_user, user_id=owner), past)


def test_one_of_two_owners_may_leave() -> None:
    owner = register_business.owner_id
    past = PastOf(tenant_use_cases.register(register_business, PastOf({})))
    shared = past.then({TENANT_STREAM: [partner_appointed]})

    left = use_cases.deactivate(replace(deactivate_user, user_id=owner), shared)

    assert happened(left) == {owner: ["UserDeactivated"], TENANT_STREAM: ["OwnerDismissed"]}


def test_staff_come_and_go_without_a_word_to_the_tenant() -> None:
    past = PastOf({**OPEN, user_id: [user_registered]})

    assert set(use_cases.deactivate(deactivate_user, past)) == {user_id}


# --- Signing up -----------------------------------------------------------------------


def test_who_signs_up_is_a_client_at_once() -> None:
    past = PastOf(OPEN)

    changes = use_cases.sign_up_client(sign_up_client, past)

    assert happened(changes) == {
        user_id: ["UserRegistered"],
        client_id: ["ClientRegistered", "ClientLinkedToUser"],
        identity: ["IdentityClaimed"],
    }
    later = past.then(changes)
    assert later.of(users.USER, user_id).client_id == client_id
    assert later.of(clients.CLIENT, client_id).user_id == user_id
    assert happened(use_cases.sign_up_client(sign_up_client, later)) == {}


def test_an_address_alone_makes_nobody_a_client_who_was_there_before() -> None:
    claimed = IdentityClaimed(identity_id=identity, client_id=client_registered.client_id)
    past = PastOf({**OPEN, identity: [claimed]})

    changes = use_cases.sign_up_client(sign_up_client, past)

    assert happened(changes) == {user_id: ["UserRegistered"]}
    assert past.then(changes).of(users.USER, user_id).client_id is None
    assert happened(use_cases.sign_up_client(sign_up_client, past.then(changes))) == {}


def test_one_signs_up_only_with_a_business_that_is_there() -> None:
    with pytest.raises(tenants.TenantNotFound):
        use_cases.sign_up_client(sign_up_client, PastOf({}))
