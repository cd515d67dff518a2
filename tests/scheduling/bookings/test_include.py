"""One request for a screen: bookings come with the client, the service and the professional they name."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from api.requests import including
from domain.business.users import Role
from tests.people.clients.test_merged_over_http import merge, register
from tests.running import Running
from tests.scheduling.bookings.at_the_salon import Salon

pytestmark = [pytest.mark.postgres, pytest.mark.together]

ZOE = {"name": "Zoé", "phone": "+33199001234"}
LATER = "2027-01-05T15:00:00+01:00"
ALL = {"include": "client,service,professional"}


@pytest.fixture
def http(running: Running) -> TestClient:
    return running.http()


def page(http: TestClient, **asked: str) -> Any:
    answer = http.get("/v1/bookings", params=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_list_comes_with_what_its_rows_refer_to_each_once(
    running: Running, http: TestClient
) -> None:
    salon, zoe = Salon.opened(running), register(http, ZOE)
    salon.book(http, client_id=zoe)
    salon.book(http, LATER, guest={"name": "Bo"})
    running.settle()

    found = page(http, **ALL)

    assert [row["client_id"] for row in found["data"]] == [zoe, None]
    assert {name: [*rows] for name, rows in found["included"].items()} == {
        "client": [zoe],
        "service": [salon.service_id],
        "professional": [salon.professional_id],
    }
    (listed,) = http.get("/v1/clients").json()["data"]
    assert found["included"]["client"][zoe] == listed
    service = f"/v1/services/{salon.service_id}"
    assert found["included"]["service"][salon.service_id] == http.get(service).json()


def test_a_booking_comes_with_what_it_refers_to_and_with_its_own_version(
    running: Running, http: TestClient
) -> None:
    zoe = register(http, ZOE)
    where = Salon.opened(running).book(http, client_id=zoe).headers["location"]
    running.settle()
    plain = http.get(where)

    seen = {"If-None-Match": plain.headers["etag"]}
    shown = http.get(where, params={"include": "client"}, headers=seen)

    assert (shown.status_code, shown.headers["etag"]) == (200, plain.headers["etag"])
    named = shown.json().pop("included")
    assert {**shown.json(), "included": None} == {**plain.json(), "included": None}
    assert {name: [*rows] for name, rows in named.items()} == {"client": [zoe]}
    assert http.get(where, headers=seen).status_code == 304


def test_nothing_comes_along_that_nobody_asked_for(running: Running, http: TestClient) -> None:
    where = Salon.opened(running).book(http).headers["location"]
    running.settle()

    assert "included" not in page(http)
    assert "included" not in http.get(where).json()


def test_an_empty_list_comes_with_nothing(http: TestClient) -> None:
    assert page(http, **ALL)["included"] == {"client": {}, "service": {}, "professional": {}}


def test_for_who_was_merged_there_is_whoever_stands_for_them(
    running: Running, http: TestClient
) -> None:
    first, second, third = (
        register(http, {"name": f"Zoé {number}", "phone": f"+3319900123{number}"})
        for number in range(3)
    )
    Salon.opened(running).book(http, client_id=first)
    assert merge(http, second, first).status_code == 200
    assert merge(http, third, second).status_code == 200
    running.settle()

    found = page(http, include="client")

    assert {key: row["id"] for key, row in found["included"]["client"].items()} == {first: third}


def test_who_was_erased_is_not_there(running: Running, http: TestClient) -> None:
    zoe = register(http, ZOE)
    Salon.opened(running).book(http, client_id=zoe)
    assert http.delete(f"/v1/clients/{zoe}/personal-data").status_code in (202, 204)
    running.settle()

    found = page(http, include="client")

    assert found["included"] == {"client": {}}


def test_a_client_sees_themselves_and_what_everybody_may_see(
    running: Running, http: TestClient
) -> None:
    salon, zoe = Salon.opened(running), register(http, ZOE)
    other = register(http, {"name": "Bo", "phone": "+33199005678"})
    salon.book(http, client_id=zoe)
    salon.book(http, LATER, client_id=other)
    running.settle()

    found = page(running.http(Role.CLIENT, client_id=zoe), **ALL)

    assert [*found["included"]["client"]] == [zoe]
    assert [*found["included"]["service"]] == [salon.service_id]


def test_what_is_included_is_of_one_s_own_business(running: Running, http: TestClient) -> None:
    zoe = register(http, ZOE)
    where = Salon.opened(running).book(http, client_id=zoe).headers["location"]
    running.settle()
    elsewhere = running.http(tenant="6b7d1a52-0000-4000-8000-000000000000")

    assert page(elsewhere, **ALL)["data"] == []
    assert elsewhere.get(where, params=ALL).status_code == 404


def test_it_goes_with_fields_and_pages(running: Running, http: TestClient) -> None:
    salon, zoe = Salon.opened(running), register(http, ZOE)
    salon.book(http, client_id=zoe)
    salon.book(http, LATER, client_id=zoe)
    running.settle()

    first = http.get("/v1/bookings", params={"include": "client", "fields": "id", "limit": 1})
    second = http.get(first.headers["link"].partition(">")[0].removeprefix("<"))

    for each in (first, second):
        assert [*each.json()["data"][0]] == ["id"]
        assert [*each.json()["included"]["client"]] == [zoe]


def test_one_sees_what_one_wrote_of_all_of_it(running: Running, http: TestClient) -> None:
    zoe = register(http, ZOE)
    booked = Salon.opened(running).book(http, client_id=zoe)
    token = {"Consistency-Token": booked.headers["consistency-token"]}

    found = http.get("/v1/bookings", params=ALL, headers=token).json()

    assert [*found["included"]["client"]] == [zoe]


@pytest.mark.parametrize("where", ["/v1/bookings", "/v1/bookings/{}"])
@pytest.mark.parametrize("include", ["", "clients", "client,tenant", "client,", "x" * 10_000])
def test_what_they_do_not_refer_to_is_refused(
    running: Running, http: TestClient, where: str, include: str
) -> None:
    booking_id = Salon.opened(running).book(http).json()["id"]

    refused = http.get(where.format(booking_id), params={"include": include})

    assert (refused.status_code, refused.json()["parameter"]) == (400, "include")
    assert refused.json()["allowed"] == ["client", "service", "professional"]


def test_of_how_it_was_nothing_is_included(running: Running, http: TestClient) -> None:
    where = Salon.opened(running).book(http).headers["location"]

    refused = http.get(where, params={"include": "client", "as_of": "1"})

    assert (refused.status_code, refused.json()["parameter"]) == (400, "include")


def test_more_than_an_answer_may_have_is_refused(
    running: Running, http: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    Salon.opened(running).book(http)
    running.settle()
    monkeypatch.setattr(including, "MOST_BYTES", 100)

    refused = http.get("/v1/bookings", params=ALL)

    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (400, "too-many")


def test_the_older_products_know_nothing_of_it(running: Running, http: TestClient) -> None:
    booking_id = Salon.opened(running).book(http).json()["id"]

    for where in ("/appointments", f"/appointments/{booking_id}", "/booking"):
        assert http.get(where, params=ALL).json()["code"] == "query-invalid", where
