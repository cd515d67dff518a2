"""A client is found by what one remembers of them, however it is typed."""

from collections.abc import Mapping
from typing import Any, Final
from unittest.mock import Mock

import pytest
from fastapi.testclient import TestClient
from msgspec.structs import replace

from application.business.tenants import country_of
from domain.values import TenantId
from tests.business.tenants.examples import register_business
from tests.running import Running

pytestmark = [pytest.mark.postgres, pytest.mark.together]

ZOE = {
    "name": "Zoé Müller",
    "email": "Zoe@Example.org",
    "phone": "01 99 00 12 34",
    "language": "fr",
    "time_zone": "Europe/Paris",
    "custom_id": "Z-1",
}
NO_VISITS: Final[Mapping[str, Any]] = {
    "bookings": 0,
    "completed": 0,
    "no_shows": 0,
    "cancelled": 0,
    "last_visit_at": None,
    "total_spent": [],
}
ANA = {"name": "Ana", "email": "ana@example.org"}


@pytest.fixture
def http(running: Running) -> TestClient:
    return running.http()


def register(http: TestClient, person: dict[str, str] = ZOE) -> str:
    """Register a client; return the path."""
    registered = http.post("/v1/clients", json=person)
    assert registered.status_code == 201, registered.text
    return registered.headers["location"]


def names(http: TestClient, **question: str) -> list[str]:
    answer = http.get("/v1/clients", params=question)
    assert answer.status_code == 200, answer.text
    return [client["name"] for client in answer.json()["data"]]


def test_clients_are_listed_by_name_as_people_sort(running: Running, http) -> None:
    for name in ("zora", "Émile", "Eva", "Ämilie"):
        register(http, {"name": name})
    running.settle()

    assert names(http) == ["Ämilie", "Émile", "Eva", "zora"]
    assert names(http, sort="-sort_name") == ["zora", "Eva", "Émile", "Ämilie"]


@pytest.mark.parametrize(
    "typed",
    ["zoe", "MÜLL", "muller zoé", "ZOE@example", "01 99 00 12", "+33 (0)1 99", "0033199", ""],
)
def test_a_client_is_found_by_any_part_however_typed(running: Running, http, typed) -> None:
    register(http)
    running.settle()

    assert names(http, q=typed) == ["Zoé Müller"]


JOSE = {"name": "José", "email": "José@müller.example", "phone": "0470 12 34 56 ext. 5"}


@pytest.fixture
def jose(running: Running, http: TestClient) -> None:
    """Let a Belgian business know somebody beside Zoé."""
    belgian = replace(register_business.business, country="BE")
    mine = replace(register_business, tenant_id=TenantId(running.tenant), business=belgian)
    running.order(mine)
    register(http, JOSE)
    register(http, {**ZOE, "phone": "0470 12 34 56"})
    running.settle()


@pytest.mark.parametrize(
    "asked",
    [
        {"email": "josé@MÜLLER.example"},
        {"email": "Jose\u0301@xn--mller-kva.example"},
        {"email": "nobody,josé@müller.example"},
        {"phone": "0470/12.34.56 x5"},
        {"phone": "+32 470 12 34 56;ext=5"},
        {"q": "josé@müller"},
        {"q": "JOSÉ@xn--mller-kva.example"},
        {"q": "0470 12 34 56 ext. 5"},
        {"q": "jose"},
    ],
)
@pytest.mark.usefixtures("jose")
def test_a_client_is_found_by_what_names_them_in_any_spelling(http, asked) -> None:
    assert names(http, **asked) == ["José"]


@pytest.mark.usefixtures("jose")
def test_a_number_finds_its_extensions_where_a_part_would_do(http) -> None:
    assert names(http, q="0470 12 34") == names(http, q="0470 12 34 56") == ["José", "Zoé Müller"]
    assert names(http, phone="0470 12 34 56") == ["Zoé Müller"]


@pytest.mark.usefixtures("jose")
def test_what_names_nobody_finds_nobody(http) -> None:
    for asked in ({"email": "josé"}, {"phone": "José"}, {"phone": "470"}, {"email": "e@x.example"}):
        assert names(http, **asked) == []


def test_a_number_is_sought_as_its_country_dials_it(running: Running, http) -> None:
    russian = replace(register_business.business, country="RU")
    mine = replace(register_business, tenant_id=TenantId(running.tenant), business=russian)
    running.order(mine)
    register(http, {**ZOE, "phone": "8 (912) 345-67-89"})
    running.settle()

    assert names(http, q="8 912 3456789") == ["Zoé Müller"]


@pytest.mark.parametrize("typed", ["zoo", "zoe martin", "%", "z_e", "\\", "02 99"])
def test_a_client_is_not_found_by_anything_else(running: Running, http, typed) -> None:
    register(http)
    running.settle()

    assert names(http, q=typed) == []


@pytest.mark.parametrize(
    "question",
    [
        {"custom_id": "Z-1"},
        {"email": "Zoe@example.org"},
        {"phone": "+33199001234"},
        {"status": "lead"},
    ],
)
def test_clients_can_be_asked_for_by_what_is_known(running: Running, http, question) -> None:
    register(http)
    ana = register(http, ANA)
    http.put(f"{ana}/status", json={"status": "active"})
    running.settle()

    assert names(http, **question) == ["Zoé Müller"]


def test_where_a_business_is_is_looked_up_once_however_many_numbers_are_asked_for(
    http, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_up = Mock(wraps=country_of)
    monkeypatch.setattr("api.requests.asker.country_of", looked_up)

    http.get("/v1/clients", params={"phone": ",".join(f"01990012{n:02}" for n in range(50))})

    assert looked_up.call_count == 1
