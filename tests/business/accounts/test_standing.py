"""What somebody may do is what the log says they are, not what a token said some minutes ago."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest
from msgspec.structs import replace

from application.permissions import Permission, permissions_of
from application.ports import About
from domain.business.users import AppointOperator, DeactivateUser, DismissOperator, Role
from domain.messages import Command
from domain.values import ProfessionalId, TenantId
from infra.composition import System
from tests.business.accounts.given import camille, noor
from tests.business.accounts.over_http import bearing, log_in, outsider, two_owners
from tests.http.examples_of_bodies import ID
from tests.http.hostile import everything
from tests.http.persons import everybody, uuid
from tests.http.test_reach import JSON, permission_of
from tests.running import Client, Running

pytestmark = pytest.mark.postgres

NOT_AT_STAKE = {("POST", "/v1/auth/logout"), ("POST", "/auth/logout")}
"""Whoever one is, one may leave."""
ONLY_ASKED = {("POST", "/tasks/schedule-reminders")}


def order(system: System, tenant: str, command: Command) -> None:
    system.dispatch(command, About(tenant=tenant, actor="the command line", command_id=uuid4()))


# --- In another process, with the old token ----------------------------------------------


def test_a_demoted_owner_does_not_become_owner_again_by_their_old_token(two_systems) -> None:
    here, there = two_systems
    _, second = two_owners(here.system)
    owner, elsewhere = outsider(here), outsider(there)
    old = bearing(log_in(elsewhere, noor.email))

    demoted = owner.put(
        f"/v1/users/{second}/roles",
        json={"roles": ["front_desk"]},
        headers=bearing(log_in(owner, camille.email)),
    )
    again = elsewhere.put(f"/v1/users/{second}/roles", json={"roles": ["owner"]}, headers=old)

    assert demoted.status_code == 200, demoted.text
    assert (again.status_code, again.json()["code"]) == (401, "standing-changed")
    assert again.headers["www-authenticate"].startswith("Bearer")


def test_whoever_was_deactivated_changes_nothing_any_more(two_systems) -> None:
    here, there = two_systems
    tenant, second = two_owners(here.system)
    elsewhere = outsider(there)
    old = bearing(log_in(elsewhere, noor.email))

    order(here.system, tenant, DeactivateUser(tenant_id=TenantId(tenant), user_id=second))
    refused = elsewhere.post("/v1/clients", json={"name": "Zoé"}, headers=old)

    assert (refused.status_code, refused.json()["code"]) == (401, "standing-changed")


def test_no_route_changes_anything_for_whoever_is_something_else_by_now(running: Running) -> None:
    """The front desk's token still says that they own and operate everything."""
    clerk = next(p for p in everybody(running) if p.principal.roles == (Role.FRONT_DESK,))
    roles = (Role.OWNER, Role.OPERATOR)
    running.principals["old"] = replace(
        clerk.principal,
        roles=roles,
        permissions=permissions_of(roles),
        professional_id=ProfessionalId(f"professional-{uuid(1)}"),
    )
    http = Client(running.app, headers={"Authorization": "Bearer old", "If-Match": "*"})
    asked = [
        each
        for each in everything()
        if each.method != "GET"
        and permission_of(each) is not None
        and (each.method, each.route.path) not in NOT_AT_STAKE | ONLY_ASKED
    ]

    others: list[str] = []
    for each in asked:
        body = json.dumps(list(each.naming())[-1]).replace(ID, uuid(1))
        mine = running.tenant if "{tenant_id}" in each.route.path else uuid(1)
        where = each.path.replace(ID, mine)
        answer = http.request(each.method, where, content=body, headers=JSON)
        if answer.status_code != 401 or answer.json()["code"] != "standing-changed":
            others.append(f"{each} {answer.text}")

    assert others == [], others
    assert len(asked) > 50


# --- Sessions end with it -----------------------------------------------------------------


def test_sessions_end_with_the_roles_they_were_begun_in(two_systems) -> None:
    here, there = two_systems
    _, second = two_owners(here.system)
    owner, elsewhere = outsider(here), outsider(there)
    old = log_in(elsewhere, noor.email)

    owner.put(
        f"/v1/users/{second}/roles",
        json={"roles": ["front_desk"]},
        headers=bearing(log_in(owner, camille.email)),
    )
    there.system.denylist.look()
    read = elsewhere.get("/v1/history", headers=bearing(old))
    refreshed = elsewhere.post("/v1/auth/refresh", json={"refresh_token": old["refresh_token"]})

    assert (read.status_code, read.json()["code"]) == (401, "invalid-token")
    assert (refreshed.status_code, refreshed.json()["code"]) == (401, "invalid-refresh-token")
    me = elsewhere.get("/v1/auth/me", headers=bearing(log_in(elsewhere, noor.email))).json()
    assert me["roles"] == ["front_desk"]
    assert Permission.HISTORY_READ not in me["permissions"]


@pytest.mark.parametrize("change", [AppointOperator, DismissOperator, DeactivateUser])
def test_sessions_end_whoever_changed_what_they_stood_for(running: Running, change) -> None:
    system, http = running.system, outsider(running)
    tenant, second = two_owners(system)
    if change is DismissOperator:
        order(system, tenant, AppointOperator(user_id=second))
        system.settle()
        running.clock.set(running.clock() + timedelta(minutes=1))
    old = log_in(http, noor.email)
    running.clock.set(running.clock() + timedelta(minutes=1))

    of_tenant = {"tenant_id": TenantId(tenant)} if change is DeactivateUser else {}
    order(system, tenant, change(user_id=second, **of_tenant))
    system.settle()

    assert http.get("/v1/auth/me", headers=bearing(old)).json()["code"] == "invalid-token"


def test_a_session_begun_as_what_one_is_now_goes_on(running: Running) -> None:
    system, http = running.system, outsider(running)
    tenant, second = two_owners(system)
    order(system, tenant, AppointOperator(user_id=second))
    running.clock.set(running.clock() + timedelta(minutes=1))

    new = log_in(http, noor.email)
    system.settle()

    assert http.get("/v1/auth/me", headers=bearing(new)).status_code == 200
