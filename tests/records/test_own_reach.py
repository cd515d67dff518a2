"""How far an order about a record goes, for somebody who reaches only what bears an id of their own."""

from typing import Any

import pytest
from msgspec.structs import asdict

from application import permissions, reach
from application.permissions import PermissionMissing, Principal
from application.reach import Leave, NotFound, refuse_beyond
from application.use_cases import USE_CASES
from domain.business.users import Role
from domain.money.taxes import TAXES, Tax
from domain.records import ChangeRecord, CreateRecord, Kind
from domain.values import ClientId, TenantId, UserId
from tests.in_memory import InMemory
from tests.people.clients.test_merging import NOW

ZOE, EARLIER, ANA = (ClientId(f"client-00000000-0000-4000-8000-00000000000{n}") for n in (1, 2, 3))
OWNED: Kind[Tax] = Kind(
    **{
        **asdict(TAXES),
        "own": {"client_id": "name"},
        "own_writers": frozenset({Role.CLIENT}),
        "readers": frozenset({Role.AUDITOR}),
    }
)
"""A tax that is whose its name is: all that this needs of a kind."""

principal = Principal(
    tenant_id=TenantId("0198c0de-0000-7000-8000-0000000000aa"),
    user_id=UserId("user-0198c0de-0000-7000-8000-000000000001"),
    roles=(Role.CLIENT,),
    permissions=frozenset({"taxes:write:own"}),
    session_id="",
    client_id=ZOE,
    earlier_clients=(EARLIER,),
)
LEAVE = Leave(principal=principal, permission=TAXES.writing)


def tax(owner: ClientId) -> Tax:
    return Tax(name=owner, rate=1, country="FR")


def create(owner: ClientId) -> CreateRecord:
    return CreateRecord(
        kind="tax", id="tax-00000000-0000-4000-8000-000000000009", values=tax(owner)
    )


@pytest.fixture
def past(monkeypatch: pytest.MonkeyPatch) -> InMemory:
    """Let each tax be somebody's."""
    monkeypatch.setattr(reach, "BY_NAME", {"tax": OWNED})
    monkeypatch.setattr(permissions, "OWN", {TAXES.writing: "taxes:write:own"})
    return InMemory(USE_CASES, NOW)


def changed_into(owner: ClientId) -> ChangeRecord:
    made = create(owner)
    return ChangeRecord(kind="tax", id=made.id, values=made.values)


def test_one_makes_what_is_ones_own(past: InMemory) -> None:
    refuse_beyond(create(ZOE), LEAVE, past)


@pytest.mark.parametrize("owner", [ANA, EARLIER])
def test_one_makes_nothing_that_is_anothers_or_of_whom_one_was(past: InMemory, owner: Any) -> None:
    with pytest.raises(NotFound):
        refuse_beyond(create(owner), LEAVE, past)


@pytest.mark.parametrize("owner", [ZOE, EARLIER])
def test_one_changes_what_is_ones_own_or_was(past: InMemory, owner: ClientId) -> None:
    past.run(create(owner))

    refuse_beyond(changed_into(ZOE), LEAVE, past)


def test_what_is_anothers_is_not_there(past: InMemory) -> None:
    past.run(create(ANA))

    with pytest.raises(OWNED.not_found):
        refuse_beyond(changed_into(ZOE), LEAVE, past)


def test_nothing_of_ones_own_is_made_anothers(past: InMemory) -> None:
    past.run(create(ZOE))

    with pytest.raises(NotFound):
        refuse_beyond(changed_into(ANA), LEAVE, past)


def test_whose_kind_is_nobodys_is_ordered_by_those_who_work_here(
    past: InMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reach, "BY_NAME", {"tax": TAXES})

    with pytest.raises(PermissionMissing):
        refuse_beyond(create(ZOE), LEAVE, past)
