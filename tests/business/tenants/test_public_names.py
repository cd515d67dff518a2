"""Under which name does everybody find a business, and what does it show them?"""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from hypothesis import given, strategies
from msgspec.structs import replace

from api.web.limiting import LOOKING
from application.business.public_names import MOST
from application.operations.rate_limits import Limit
from application.ports import About
from domain.business import tenants
from domain.business.public_names import PublicNameNotAllowed, public_name_of
from domain.business.tenants import TENANT, TenantNotFound
from domain.business.users import Role
from domain.values import TenantId, UserId
from tests.business.tenants.examples import (
    change_public_name,
    public_name_changed,
    register_business,
    tenant_registered,
)
from tests.running import Client, Running
from tests.scheduling.bookings.at_the_salon import Salon

# --- Which names ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "hostile",
    [
        *("", "ab", "a" * 41, "-ana", "ana-", "a--b", "xn--mnchen-3ya", "ana.salon", "ana_salon"),
        *(
            "ana salon",
            "ana/..",
            "../ana",
            "ana%2f",
            "ana\n",
            "ana\x00",
            "salön",
            "\N{CYRILLIC SMALL LETTER DZE}alon",
            "\N{FULLWIDTH LATIN CAPITAL LETTER A}na",
        ),
        *(
            "www",
            "Admin",
            "API",
            "v1",
            "v12",
            "2027",
            "services",
            "null",
            "ana?",
            "ana#",
            "\N{LATIN CAPITAL LETTER I WITH DOT ABOVE}stanbul",
        ),
    ],
)
def test_what_is_no_name_or_stands_for_something_else_is_refused(hostile: str) -> None:
    with pytest.raises(PublicNameNotAllowed):
        public_name_of(hostile)


@given(
    strategies.one_of(
        strategies.text(max_size=50),
        strategies.text("abzABZ019-", max_size=42),
        strategies.from_regex(r"[a-zA-Z0-9]+(-[a-zA-Z0-9]+)*", fullmatch=True),
    )
)
def test_whatever_is_taken_stands_in_an_address_as_it_is(text: str) -> None:
    try:
        name = public_name_of(text)
    except PublicNameNotAllowed:
        return

    assert public_name_of(name) == name == text.lower()
    assert 3 <= len(name) <= 40
    assert {*name} <= {*"abcdefghijklmnopqrstuvwxyz0123456789-"}
    assert not {name[0], name[-1]} & {"-"}
    assert "--" not in name


def test_a_business_is_found_under_a_name_and_under_none() -> None:
    opened = TENANT.fold([tenant_registered])

    named = tenants.change_public_name(change_public_name, opened)

    assert named == [public_name_changed]
    after = TENANT.fold(named, opened)
    assert tenants.change_public_name(change_public_name, after) == []
    nameless = replace(change_public_name, public_name=None)
    assert tenants.change_public_name(nameless, after) == [
        replace(public_name_changed, public_name=None)
    ]
    with pytest.raises(TenantNotFound):
        tenants.change_public_name(change_public_name, TENANT.fold([]))
    with pytest.raises(PublicNameNotAllowed):
        tenants.change_public_name(replace(change_public_name, public_name="www"), opened)


# --- Over HTTP ------------------------------------------------------------------------


@pytest.fixture
def http(running: Running) -> TestClient:
    running.order(replace(register_business, tenant_id=TenantId(running.tenant)))
    running.settle()
    return running.http()


def take(http: TestClient, tenant: str, name: str | None) -> Any:
    return http.put(f"/v1/tenants/{tenant}/public-name", json={"public_name": name})


def anybody(running: Running) -> TestClient:
    return Client(running.app, raise_server_exceptions=False, follow_redirects=False)


def unique() -> str:
    return f"salon-{uuid4().hex[:12]}"


def another(running: Running) -> tuple[str, TestClient]:
    """Open another business; return it, and its owner."""
    tenant, owner = str(uuid4()), UserId(f"user-{uuid4()}")
    command = replace(
        register_business, tenant_id=TenantId(tenant), owner_id=owner, professional_id=None
    )
    about = About(tenant=tenant, actor="user-scene", command_id=uuid4())
    running.system.dispatch(command, about)
    return tenant, running.http(tenant=tenant)


@pytest.mark.postgres
def test_everybody_sees_what_is_for_everybody_and_nothing_else(
    running: Running, http: TestClient
) -> None:
    name, salon = unique(), Salon.opened(running)
    Salon.opened(running)
    http.post("/v1/services", json={"name": "Hidden", "duration_minutes": 5})
    running.settle()
    hidden = http.get("/v1/services", params={"name": "Hidden"}).json()["data"]
    assert http.delete(f"/v1/services/{hidden[0]['id']}").status_code == 204
    assert take(http, running.tenant, name).json()["public_name"] == name
    running.settle()
    visitor, where = anybody(running), f"/v1/public/{name}"

    shown = visitor.get(where).json()
    services = visitor.get(f"{where}/services", params={"limit": 1}).json()
    rest = visitor.get(
        f"{where}/services", params={"limit": 1, "cursor": services["next_cursor"]}
    ).json()
    professionals = visitor.get(f"{where}/professionals").json()["data"]
    slots = visitor.get(f"{where}/availability", params={"service_id": salon.service_id}).json()

    assert shown == {
        "public_name": name,
        "name": "Salon Camille",
        "time_zone": "Europe/Paris",
        "language": "fr",
        "currency": "EUR",
    }
    offered = [*services["data"], *rest["data"]]
    assert [each["name"] for each in offered] == ["Cut", "Cut"]
    assert not rest["has_more"]
    assert {*offered[0]} == {
        *("id", "name", "category", "price", "duration_minutes", "professional_ids")
    }
    assert salon.professional_id in {each["id"] for each in professionals}
    assert all({*each} == {"id", "name"} for each in professionals)
    assert slots["data"]
    assert visitor.get(f"{where}/clients").status_code == 404
    assert visitor.get(f"{where}/bookings").status_code == 404


@pytest.mark.postgres
def test_who_is_retired_or_takes_no_bookings_is_not_shown(
    running: Running, http: TestClient
) -> None:
    name = unique()
    bea, closed, retired = (Salon.opened(running).professional_id for _ in range(3))
    no_more = {"enabled": False}
    assert http.put(f"/v1/professionals/{closed}/booking", json=no_more).status_code == 200
    assert http.delete(f"/v1/professionals/{retired}").status_code == 204
    take(http, running.tenant, name)
    running.settle()

    found = anybody(running).get(f"/v1/public/{name}/professionals").json()["data"]

    shown = {each["id"] for each in found}
    assert bea in shown
    assert not {closed, retired} & shown


@pytest.mark.postgres
def test_a_business_without_a_name_shows_nothing(running: Running, http: TestClient) -> None:
    name, visitor = unique(), anybody(running)
    before = visitor.get(f"/v1/public/{name}")
    take(http, running.tenant, name)
    running.settle()
    shown = visitor.get(f"/v1/public/{name}")
    take(http, running.tenant, None)
    running.settle()
    after = visitor.get(f"/v1/public/{name}")

    assert [each.status_code for each in (before, shown, after)] == [404, 200, 404]
    assert {**before.json(), **IGNORED} == {**after.json(), **IGNORED}


A_SERVICE = {"service_id": f"service-{uuid4()}"}
IGNORED = {"trace_id": "", "instance": ""}


@pytest.mark.postgres
@pytest.mark.parametrize("name", ["www", "a", "%2e%2e", "SALON%00", "x" * 41, "salon--x", "é" * 5])
def test_what_can_be_no_name_is_not_there(running: Running, name: str) -> None:
    for path in ("", "/services", "/professionals", "/availability"):
        assert anybody(running).get(f"/v1/public/{name}{path}").status_code in (404, 422)


@pytest.mark.postgres
def test_an_old_name_leads_to_the_new_one_and_is_nobody_else_s(
    running: Running, http: TestClient
) -> None:
    old, new, visitor = unique(), unique(), anybody(running)
    for name in (old, new):
        assert take(http, running.tenant, name).status_code == 200
    running.settle()
    tenant, owner = another(running)

    moved = visitor.get(f"/v1/public/{old}/services", params={"limit": 1})
    typed = visitor.get(f"/v1/public/{new.upper()}")
    claimed = take(owner, tenant, old)
    back = take(http, running.tenant, old)

    assert (moved.status_code, moved.headers["location"]) == (
        308,
        f"/v1/public/{new}/services?limit=1",
    )
    assert (typed.status_code, typed.headers["location"]) == (308, f"/v1/public/{new}")
    assert (claimed.status_code, claimed.json()["code"]) == (409, "public-name-taken")
    assert (back.status_code, back.json()["public_name"]) == (200, old)


@pytest.mark.postgres
def test_of_many_who_want_a_name_at_once_one_has_it(running: Running) -> None:
    name = unique()
    owners = [another(running) for _ in range(6)]

    with ThreadPoolExecutor(6) as threads:
        taken = [*threads.map(lambda each: take(each[1], each[0], name).status_code, owners)]

    assert sorted(taken) == [200, *[409] * 5]


@pytest.mark.postgres
def test_a_business_has_so_many_names_and_no_more(running: Running, http: TestClient) -> None:
    names = [unique() for _ in range(MOST + 1)]

    taken = [take(http, running.tenant, name).status_code for name in names]
    again = take(http, running.tenant, names[0])

    assert taken == [*[200] * MOST, 409]
    assert again.status_code == 200


@pytest.mark.postgres
def test_what_is_refused_takes_no_name_from_anybody(running: Running, http: TestClient) -> None:
    wanted, where = [unique() for _ in range(MOST + 1)], f"/v1/tenants/{running.tenant}/public-name"
    once = {"Idempotency-Key": "once"}
    assert http.put(where, json={"public_name": unique()}, headers=once).status_code == 200
    unseen = {"If-Match": '"99"'}

    refused = [
        http.put(where, json={"public_name": name}, headers=headers).json()["code"]
        for name in wanted
        for headers in (unseen, once)
    ]
    tenant, owner = another(running)

    assert {*refused} == {"version-mismatch", "idempotency-key-reused"}
    assert take(owner, tenant, wanted[0]).status_code == 200
    assert take(http, running.tenant, wanted[1]).status_code == 200


@pytest.mark.postgres
def test_who_decided_by_what_was_out_of_date_has_taken_no_name(
    two_systems: tuple[Running, Running],
) -> None:
    here, there = two_systems
    here.order(replace(register_business, tenant_id=TenantId(here.tenant)))
    owners, where = [each.http() for each in two_systems], f"/v1/tenants/{here.tenant}/public-name"
    [seen] = {each.get(f"/v1/tenants/{here.tenant}").headers["etag"] for each in owners}
    assert take(owners[1], there.tenant, unique()).status_code == 200
    wanted = unique()

    refused = owners[0].put(where, json={"public_name": wanted}, headers={"If-Match": seen})

    assert (refused.status_code, refused.json()["code"]) == (412, "version-mismatch")
    tenant, owner = another(there)
    assert take(owner, tenant, wanted).status_code == 200


@pytest.mark.postgres
def test_only_the_owner_names_the_business(running: Running, http: TestClient) -> None:
    for role in (Role.FRONT_DESK, Role.PROFESSIONAL, Role.CLIENT, Role.AUDITOR):
        assert take(running.http(role), running.tenant, unique()).status_code == 403
    assert take(http, str(uuid4()), unique()).status_code == 404
    refused = take(http, running.tenant, "www")
    assert (refused.status_code, refused.json()["code"]) == (422, "public-name-not-allowed")


@pytest.mark.postgres
def test_strangers_are_counted_by_where_they_come_from(running: Running, http: TestClient) -> None:
    name, visitor = unique(), anybody(running)
    take(http, running.tenant, name)
    running.settle()
    limits = running.app.state.backend.limits
    limits.policies = {**limits.policies, LOOKING: Limit(1, 60)}

    asked = [visitor.get(f"/v1/public/{name}/availability", params=A_SERVICE) for _ in range(3)]

    assert [each.status_code for each in asked][1:] == [429, 429]
    assert visitor.get(f"/v1/public/{name}/services").status_code == 200


@pytest.mark.postgres
def test_whoever_asks_for_free_times_says_of_what(running: Running, http: TestClient) -> None:
    """Else they would be told to say how long it takes, which nobody can here."""
    name, visitor = unique(), anybody(running)
    take(http, running.tenant, name)
    running.settle()

    refused = visitor.get(f"/v1/public/{name}/availability")

    assert (refused.status_code, refused.json()["code"]) == (422, "validation-failed")
    assert [each["pointer"] for each in refused.json()["errors"]] == ["#/service_id"]


@pytest.mark.postgres
def test_what_is_asked_and_not_understood_is_refused(running: Running, http: TestClient) -> None:
    name, visitor = unique(), anybody(running)
    take(http, running.tenant, name)
    running.settle()

    for path in ("", "/services", "/professionals", "/availability"):
        needed = A_SERVICE if path == "/availability" else {}
        refused = visitor.get(f"/v1/public/{name}{path}", params={"x": "1", **needed})
        assert (refused.status_code, refused.json()["code"]) == (400, "query-invalid"), path
    for hidden in ("active", "buffer_before_minutes"):
        assert visitor.get(f"/v1/public/{name}/services?fields={hidden}").status_code == 400
