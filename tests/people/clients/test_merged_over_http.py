"""Who was merged is one client to whoever asks, finds, books, logs in, writes to them or erases them."""

from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient

from tests.business.accounts.over_http import (
    code_of,
    logged_in,
    opened,
    outsider,
    prove,
    sign_up,
    visit,
)
from tests.running import Running
from tests.scheduling.bookings.at_the_salon import Salon

pytestmark = [pytest.mark.postgres, pytest.mark.together]

ZOE = {"name": "Zoé Müller", "phone": "+33199001234"}
ZOE_AGAIN = {"name": "Zoé M.", "email": "zoe@example.org", "custom_id": "Z-2"}


@pytest.fixture
def http(running: Running) -> TestClient:
    return running.http()


def register(http: TestClient, person: dict[str, str]) -> str:
    """Register a client; return the id."""
    registered = http.post("/v1/clients", json=person)
    assert registered.status_code == 201, registered.text
    return str(registered.json()["id"])


def two(http: TestClient) -> tuple[str, str]:
    return register(http, ZOE), register(http, ZOE_AGAIN)


def merge(http: TestClient, client_id: str, *sources: str, how: str = "merge") -> Any:
    return http.post(f"/v1/clients/{client_id}/{how}", json={"sources": [*sources]})


def booked(running: Running, http: TestClient, client_id: str, days: int) -> str:
    """Book for a client; return the id of the booking."""
    starts = (running.clock() + timedelta(days=days)).isoformat()
    answer = Salon.opened(running).book(http, starts, client_id=client_id)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def ids(http: TestClient, path: str, **asked: str) -> set[str]:
    answer = http.get(path, params=asked)
    assert answer.status_code == 200, answer.text
    return {row["id"] for row in answer.json()["data"]}


def test_the_survivor_has_the_bookings_of_both(running: Running, http) -> None:
    zoe, again = two(http)
    bookings = {booked(running, http, zoe, 1), booked(running, http, again, 2)}

    merged = merge(http, zoe, again)
    running.settle()

    assert merged.status_code == 200
    assert [each["id"] for each in merged.json()["merged"]] == [again]
    for asked in (zoe, again):
        assert ids(http, f"/v1/clients/{asked}/bookings") == bookings
        assert ids(http, f"/v1/clients/{asked}/timeline") == bookings
        assert ids(http, "/v1/bookings", client_id=asked) == bookings
        assert http.get(f"/v1/clients/{asked}").json()["visits"]["bookings"] == 2


def test_who_was_merged_is_shown_as_who_stands_for_them(running: Running, http) -> None:
    zoe, again = two(http)
    merge(http, zoe, again)

    shown = http.get(f"/v1/clients/{again}")

    assert shown.json()["id"] == zoe
    assert shown.headers["content-location"] == f"/v1/clients/{zoe}"
    assert "content-location" not in http.get(f"/v1/clients/{zoe}").headers


def test_who_was_merged_is_found_and_not_listed(running: Running, http) -> None:
    zoe, again = two(http)
    merge(http, zoe, again)
    running.settle()

    assert ids(http, "/v1/clients") == {zoe}
    for found in ({"q": "zoe@"}, {"email": "ZOE@example.org"}, {"custom_id": "Z-2"}):
        assert ids(http, "/v1/clients", **found) == {again}
    assert ids(http, "/v1/clients", merged_into=zoe) == {again}
    (row,) = http.get("/v1/clients", params={"custom_id": "Z-2"}).json()["data"]
    assert row["merged_into"] == zoe


def test_undone_both_have_their_own_again(running: Running, http) -> None:
    zoe, again = two(http)
    hers, theirs = booked(running, http, zoe, 1), booked(running, http, again, 2)
    merge(http, zoe, again)

    undone = merge(http, zoe, again, how="unmerge")
    running.settle()

    assert (undone.status_code, undone.json()["merged"]) == (200, [])
    assert ids(http, "/v1/clients") == {zoe, again}
    assert ids(http, f"/v1/clients/{zoe}/bookings") == {hers}
    assert ids(http, f"/v1/clients/{again}/bookings") == {theirs}


@pytest.mark.apart
def test_what_came_in_between_goes_back_by_the_address_it_came_by(running: Running, http) -> None:
    zoe, again = two(http)
    merge(http, zoe, again)
    came = visit(running, 1, email="zoe@example.org").rpartition("/")[2]
    assert ids(http, f"/v1/clients/{zoe}/bookings") == {came}

    merge(http, zoe, again, how="unmerge")

    assert ids(http, f"/v1/clients/{zoe}/bookings") == set()
    assert ids(http, f"/v1/clients/{again}/bookings") == {came}


@pytest.mark.parametrize(
    ("sources", "status", "code"),
    [
        (["itself"], 422, "client-merged-with-themselves"),
        (["client-00000000-0000-4000-8000-000000000000"], 404, "client-not-found"),
        ([], 422, "validation-failed"),
        (["client-00000000-0000-4000-8000-000000000000"] * 21, 422, "validation-failed"),
    ],
)
def test_what_cannot_be_merged_is_refused(http, sources, status, code) -> None:
    zoe, _ = two(http)

    refused = merge(http, zoe, *(zoe if each == "itself" else each for each in sources))

    assert (refused.status_code, refused.json()["code"]) == (status, code)


def test_a_cycle_is_refused_and_says_who_stands_for_them(http) -> None:
    zoe, again = two(http)
    merge(http, zoe, again)

    refused = merge(http, again, zoe)

    assert (refused.status_code, refused.json()["code"]) == (409, "client-is-merged")
    assert refused.json()["into"] == zoe


def test_nothing_is_booked_for_who_was_merged(running: Running, http) -> None:
    zoe, again = two(http)
    merge(http, zoe, again)
    starts = (running.clock() + timedelta(days=1)).isoformat()

    refused = Salon.opened(running).book(http, starts, client_id=again)

    assert (refused.status_code, refused.json()["into"]) == (409, zoe)


def test_the_client_there_is_already_is_the_survivor(http) -> None:
    zoe, again = two(http)
    merge(http, zoe, again)

    given = http.post("/v1/clients?on_duplicate=return", json=ZOE_AGAIN)

    assert (given.status_code, given.json()["id"]) == (200, zoe)


def test_who_logs_in_sees_what_is_of_both(running: Running) -> None:
    shop, outside, email = opened(running), outsider(running), "zoe@example.org"
    http = shop.http()
    zoe, again = two(http)
    sign_up(outside, shop, email)
    prove(outside, logged_in(outside, email), code_of(shop, email))
    theirs = booked(shop, http, zoe, 1)
    assert (
        outside.get(f"/v1/bookings/{theirs}", headers=logged_in(outside, email)).status_code == 404
    )

    assert merge(http, zoe, again).status_code == 200
    shop.settle()
    seen = outside.get(f"/v1/bookings/{theirs}", headers=logged_in(outside, email))
    own = outside.get("/v1/clients", headers=logged_in(outside, email))
    merge(http, zoe, again, how="unmerge")

    assert seen.status_code == 200
    assert {zoe, again} & {each["id"] for each in own.json()["data"]} == {zoe}
    assert (
        outside.get(f"/v1/bookings/{theirs}", headers=logged_in(outside, email)).status_code == 404
    )


def test_mails_about_what_was_booked_before_go_where_the_person_is_reached_now(
    running: Running, http
) -> None:
    zoe, again = two(http)
    booking = booked(running, http, zoe, 3)
    merge(http, zoe, again)

    http.post(f"/v1/bookings/{booking}/confirm")
    running.settle()

    sent = http.get("/v1/outbox", params={"to": "zoe@example.org"}).json()["data"]
    assert [each["mail"]["kind"] for each in sent] == ["booking-confirmed", "booking-requested"]


def test_whoever_is_erased_is_erased_with_all_their_records(running: Running, http) -> None:
    zoe, again = two(http)
    merge(http, zoe, again)

    assert http.delete(f"/v1/clients/{zoe}/personal-data").status_code == 204

    assert ids(http, "/v1/clients", q=quote("zoe")) == set()
    assert merge(http, zoe, again, how="unmerge").json()["code"] == "client-is-erased"


def test_who_was_parted_is_not_erased_with_the_other(running: Running, http) -> None:
    zoe, again = two(http)
    merge(http, zoe, again)
    merge(http, zoe, again, how="unmerge")

    assert http.delete(f"/v1/clients/{zoe}/personal-data").status_code == 204

    running.settle()
    assert ids(http, "/v1/clients") == {again}


@pytest.mark.apart
def test_the_business_is_asked_whether_two_are_one(running: Running, http) -> None:
    for name in ("Gus Meyer", "Léa Meyer"):
        visit(running, 1, name=name, email="meyer@example.org")

    (asked,) = http.get("/v1/clients?suspected=true").json()["data"]
    (gus,) = ids(http, "/v1/clients") - {asked["id"]}
    told = http.delete(f"/v1/clients/{asked['id']}/suspicion")

    assert (asked["name"], asked["may_be"]) == ("Léa Meyer", gus)
    assert (told.status_code, told.json()["may_be"]) == (200, None)
    running.settle()
    assert ids(http, "/v1/clients", suspected="true") == set()
