"""A business, through HTTP."""

from typing import Final
from uuid import uuid4

import pytest
from msgspec.structs import replace
from starlette.testclient import TestClient

from domain.business.users import Role
from domain.values import TenantId
from tests.business.tenants.examples import register_business
from tests.running import Running

pytestmark = [pytest.mark.postgres, pytest.mark.together]

RENAMED: Final = {
    "name": "Camille & Fille",
    "time_zone": "America/Vancouver",
    "language": "en",
    "currency": "CAD",
}


@pytest.fixture
def salon(running: Running) -> str:
    """Open a business; return the path."""
    running.order(replace(register_business, tenant_id=TenantId(running.tenant)))
    return f"/v1/tenants/{running.tenant}"


def test_a_business_is_shown_and_changed_by_its_owner(running: Running, salon: str) -> None:
    http = running.http()

    shown = http.get(salon)
    changed = http.put(salon, json=RENAMED, headers={"If-Match": shown.headers["etag"]})
    outdated = http.put(salon, json=RENAMED, headers={"If-Match": shown.headers["etag"]})

    assert (shown.json()["name"], shown.json()["id"]) == ("Salon Camille", running.tenant)
    assert shown.json()["owner_ids"] == [register_business.owner_id]
    assert changed.status_code == 200
    assert {name: changed.json()[name] for name in RENAMED} == RENAMED
    assert http.get(salon).json() == changed.json()
    assert outdated.status_code == 412


def test_an_impossible_business_is_refused(running: Running, salon: str) -> None:
    nowhere = running.http().put(salon, json={**RENAMED, "time_zone": "Europe/Atlantis"})

    assert (nowhere.status_code, nowhere.json()["errors"][0]["pointer"]) == (422, "#/time_zone")


# --- In which country -----------------------------------------------------------------


def number_of_a_client(http: TestClient, typed: str) -> str:
    client = http.post("/v1/clients", json={"name": "Zoé", "phone": typed})
    return str(client.json()["phone"])


def test_numbers_are_read_in_the_country_of_the_business(running: Running, salon: str) -> None:
    http = running.http()
    before = number_of_a_client(http, "0470 12 34 56")

    read = {}
    for country, typed in (("BE", "0470 12 34 56"), ("US", "(212) 555-0124")):
        http.put(salon, json={**RENAMED, "country": country})
        read[country] = number_of_a_client(http, typed)

    running.settle()
    assert (before, read) == ("+33470123456", {"BE": "+32470123456", "US": "+12125550124"})
    assert http.get("/v1/clients?phone=%2B33470123456").json()["data"], "it stays as it was read"


def test_a_country_is_confirmed_by_who_names_it_and_kept_by_who_does_not(
    running: Running, salon: str
) -> None:
    http = running.http()

    unsaid, said, unsaid_again = (
        http.put(salon, json={**RENAMED, **more}).json() for more in ({}, {"country": "BE"}, {})
    )

    shown = [(each["country"], each["country_confirmed"]) for each in (unsaid, said, unsaid_again)]
    assert shown == [("CA", False), ("BE", True), ("BE", True)]


def test_a_country_that_is_none_is_refused(running: Running, salon: str) -> None:
    nowhere = running.http().put(salon, json={**RENAMED, "country": "XX"})

    assert (nowhere.status_code, nowhere.json()["errors"][0]["pointer"]) == (422, "#/country")


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.OWNER])
def test_everybody_in_it_sees_a_business_and_only_the_owner_changes_it(
    running: Running, salon: str, role: Role
) -> None:
    somebody = running.http(role)

    assert somebody.get(salon).status_code == 200
    refused = somebody.put(salon, json=RENAMED)
    assert (refused.status_code, refused.json()["permission"]) == (403, "tenant:manage")


def test_another_business_does_not_exist(running: Running, salon: str) -> None:
    other = running.http(tenant=str(uuid4()))

    assert other.get(salon).status_code == 404
    assert other.put(salon, json=RENAMED).status_code == 404
    assert running.http().get(salon).json()["name"] == "Salon Camille"
