import pytest

from application.permissions import (
    GRANTED,
    OF_RECORDS,
    OWN,
    Permission,
    PermissionMissing,
    Principal,
    Reach,
    permissions_of,
)
from domain.business.users import Role
from domain.values import ClientId, ProfessionalId, TenantId
from tests.business.users.examples import client_id, professional_id, user_id


def somebody(
    *roles: Role, professional: ProfessionalId | None = None, client: ClientId | None = None
) -> Principal:
    return Principal(
        tenant_id=TenantId("0198c0de-0000-7000-8000-0000000000aa"),
        user_id=user_id,
        roles=roles,
        permissions=permissions_of(roles),
        session_id="session",
        professional_id=professional,
        client_id=client,
    )


def test_every_role_is_granted_something_and_every_permission_to_somebody() -> None:
    assert set(GRANTED) == set(Role)
    assert permissions_of(Role) == {*Permission, *OF_RECORDS}


EVERYBODYS = {Permission.FILES_READ, Permission.FILES_WRITE}
"""Files of what is one's own: whoever has files at all has these, and some have those of others, too."""


def test_what_is_ones_own_is_never_granted_with_everything() -> None:
    for role, granted in GRANTED.items():
        for everything, own in OWN.items() - {(each, OWN[each]) for each in EVERYBODYS}:
            assert not {everything, own} <= granted, role


def test_only_an_operator_touches_jobs_and_read_models() -> None:
    for role, granted in GRANTED.items():
        system_wide = {
            Permission.JOBS_MANAGE,
            Permission.READ_MODELS_MANAGE,
            Permission.RECEIPTS_MANAGE,
        }
        assert bool(granted & system_wide) == (role is Role.OPERATOR)


def test_an_auditor_changes_nothing_but_the_own_account() -> None:
    changing = {p for p in GRANTED[Role.AUDITOR] if not p.endswith(":read")}

    assert changing == {
        Permission.ACCOUNT_WRITE,
        Permission.OWN_FILES_WRITE,
        Permission.OWN_OPERATIONS_CANCEL,
    }


def test_the_front_desk_reaches_every_booking() -> None:
    reach = somebody(Role.FRONT_DESK).reach(Permission.BOOKINGS_WRITE)

    assert reach.includes(client_id="client-1", professional_id="professional-1")


def test_a_client_reaches_the_own_bookings_only() -> None:
    reach = somebody(Role.CLIENT, client=client_id).reach(Permission.BOOKINGS_READ)

    assert reach.includes(client_id=client_id, professional_id="professional-1")
    assert not reach.includes(client_id="client-2", professional_id="professional-1")
    assert not reach.includes(professional_id="professional-1")
    assert reach == Reach(field="client_id", id=client_id)


def test_a_professional_reaches_the_own_bookings_and_settings_and_every_client() -> None:
    principal = somebody(Role.PROFESSIONAL, professional=professional_id)

    for permission in (Permission.BOOKINGS_READ, Permission.PROFESSIONALS_WRITE):
        reach = principal.reach(permission)
        assert reach.includes(client_id="client-2", professional_id=professional_id)
        assert not reach.includes(client_id=client_id, professional_id="professional-1")
    assert principal.reach(Permission.CLIENTS_READ).everything


def test_an_owner_who_takes_bookings_reaches_everything() -> None:
    owner = somebody(Role.OWNER, Role.PROFESSIONAL, professional=professional_id)

    assert owner.reach(Permission.BOOKINGS_READ).everything


def test_who_is_nobody_in_the_business_reaches_nothing() -> None:
    unlinked = somebody(Role.CLIENT).reach(Permission.BOOKINGS_READ)

    assert not unlinked.includes(client_id=None)
    assert not unlinked.includes(client_id=client_id)
    assert not unlinked.includes()


def test_a_missing_permission_is_named() -> None:
    with pytest.raises(PermissionMissing) as refused:
        somebody(Role.CLIENT).reach(Permission.SERVICES_WRITE)

    assert refused.value.facts == {"permission": "services:write"}
    assert not somebody(Role.CLIENT).may(Permission.BOOKINGS_WRITE)
