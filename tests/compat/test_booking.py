"""The appointment setter's paths for bookings, as its programs ask."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from domain.business.users import Role
from tests.running import Running
from tests.scheduling.bookings.at_the_salon import Salon

pytestmark = [pytest.mark.postgres, pytest.mark.together]

TEN = "2027-01-05T10:00:00+01:00"
CALL = {"bookingType": "call", "details": {"time": "tomorrow, after lunch"}}


@pytest.fixture
def http(running: Running) -> TestClient:
    return running.http()


@pytest.fixture
def salon(running: Running) -> Salon:
    salon = Salon.opened(running)
    running.settle()
    return salon


def book(http: TestClient, **more: Any) -> Any:
    booked = http.post("/booking", json={**CALL, **more})
    assert booked.status_code == 201, booked.text
    return booked


def test_a_booking_needs_neither_client_nor_time(http, salon) -> None:
    booked = http.post("/booking", json={**CALL, "userId": salon.professional_id})

    assert booked.status_code == 201
    assert booked.json() == {
        "id": booked.headers["location"].removeprefix("/booking/"),
        "userId": salon.professional_id,
        "clientId": None,
        "serviceId": None,
        "bookingType": "call",
        "details": {"time": "tomorrow, after lunch"},
        "status": "pending",
        "startsAt": None,
        "endsAt": None,
        "version": 1,
        "createdAt": "2027-01-04T08:00:00Z",
        "updatedAt": "2027-01-04T08:00:00Z",
    }
    assert booked.headers["etag"] == '"1"'
    assert booked.headers["consistency-token"]
    assert http.get(booked.headers["location"]).json() == booked.json()


def test_a_booking_with_service_start_and_client_takes_the_time(running, http, salon) -> None:
    zoe = http.post("/client", json={"name": "Zoé"}).json()["id"]
    body = {"serviceId": salon.service_id, "startsAt": TEN, "clientId": zoe}

    booked = http.post("/booking", json=body)
    refused = http.post("/booking", json=body)

    assert (booked.status_code, booked.json()["clientId"]) == (201, zoe)
    assert booked.json()["startsAt"] == "2027-01-05T09:00:00Z"
    assert (refused.status_code, refused.json()["code"]) == (409, "slot-taken")


def test_the_same_key_makes_one_booking(running, http, salon) -> None:
    key = {"Idempotency-Key": "a"}

    first = http.post("/booking", json=CALL, headers=key)
    again = http.post("/booking", json=CALL, headers=key)
    running.settle()

    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["location"] == first.headers["location"]
    assert http.get("/booking").json()["total"] == 1


def test_details_are_kept_to_the_byte(running, http, salon) -> None:
    details = '{"b": 1.0, "a":[1e3,"é\\u00e9"],  "deep":{"x":null}}'
    body = f'{{"bookingType": "visit", "details": {details}}}'

    booked = http.post("/booking", content=body, headers={"Content-Type": "application/json"})
    running.settle()

    assert booked.status_code == 201, booked.text
    assert f'"details":{details}' in booked.text
    assert f'"details":{details}' in http.get(booked.headers["location"]).text
    assert f'"details":{details}' in http.get("/booking").text


@pytest.mark.apart
def test_bookings_are_listed_by_type_status_client_and_user(running, http, salon) -> None:
    zoe = http.post("/client", json={"name": "Zoé"}).json()["id"]
    call = book(http, clientId=zoe).json()
    running.clock.set(running.clock().replace(hour=9))
    visit = book(http, bookingType="visit").json()
    http.delete(f"/booking/{visit['id']}")
    running.settle()

    def found(question: str) -> list[str]:
        page = http.get(f"/booking?{question}")
        assert page.status_code == 200, page.text
        return [each["bookingType"] for each in page.json()["data"]]

    assert found("bookingType=visit") == ["visit"]
    assert found("status=pending") == ["call"]
    assert found(f"clientId={zoe}&userId={salon.professional_id}") == ["call"]
    assert found("sortBy=createdAt&sortOrder=desc") == ["visit", "call"]
    assert found("sortBy=createdAt&sortOrder=asc&limit=1&page=2") == ["visit"]
    assert http.get("/booking?bookingType=call").json() == {
        "data": [call],
        "total": 1,
        "page": 1,
        "limit": 50,
        "pages": 1,
    }
    assert http.get("/booking?cursor=x").status_code == 400


def test_status_and_details_are_changed_together(http, salon) -> None:
    where = book(http).headers["location"]

    changed = http.put(
        where,
        json={"status": "confirmed", "details": {"time": "noon"}},
        headers={"If-Match": '"1"'},
    )
    stale = http.put(where, json={"details": None}, headers={"If-Match": '"1"'})

    assert (changed.status_code, changed.json()["status"]) == (200, "confirmed")
    assert changed.json()["details"] == {"time": "noon"}
    assert changed.headers["etag"] == '"3"'
    assert (stale.status_code, stale.json()["current_version"]) == (412, 3)
    assert http.put(where, json={"details": None}).json()["details"] is None
    assert http.put(where, json={}).json()["version"] == 4


def test_the_same_key_changes_status_and_details_once(http, salon) -> None:
    where, key = book(http).headers["location"], {"Idempotency-Key": "b"}
    body = {"status": "confirmed", "details": [1]}

    first = http.put(where, json=body, headers=key)
    http.put(where, json={"details": [2]})
    again = http.put(where, json=body, headers=key)

    assert (first.json()["status"], first.json()["details"]) == ("confirmed", [1])
    assert (again.status_code, again.json()) == (200, first.json())
    assert http.get(where).json()["details"] == [2]


def test_a_refused_status_leaves_the_details_as_they_were(http, salon) -> None:
    where = book(http).headers["location"]

    refused = http.put(where, json={"status": "completed", "details": {}})
    unknown = http.put(where, json={"status": "maybe"})

    assert (refused.status_code, refused.json()["allowed"]) == (
        409,
        ["confirmed", "declined", "cancelled"],
    )
    assert (unknown.status_code, unknown.json()["errors"][0]["pointer"]) == (422, "#/status")
    assert http.get(where).json()["details"] == CALL["details"]


def test_of_what_is_asked_at_once_all_is_done_or_nothing(running, http, salon) -> None:
    zoe = http.post("/client", json={"name": "Zoé"}).json()["id"]
    where = book(http).headers["location"]

    refused = http.put(where, json={"clientId": zoe, "status": "completed"})
    as_it_was = http.get(where).json()
    done = http.put(where, json={"clientId": zoe, "status": "confirmed", "details": [1]})

    assert refused.status_code == 409
    assert (as_it_was["clientId"], as_it_was["version"]) == (None, 1)
    assert done.status_code == 200
    assert (done.json()["clientId"], done.json()["status"]) == (zoe, "confirmed")
    assert len({past["metadata"]["command"] for past in history_of(running, where)[1:]}) == 1


def history_of(running: Running, where: str) -> Any:
    booking = where.rpartition("/")[2]
    asked = {"stream": booking, "oldest_first": "true"}
    return running.http(Role.AUDITOR).get("/v1/history", params=asked).json()["data"]


def test_a_client_is_named_later_by_those_who_work_here(running, http, salon) -> None:
    zoe = http.post("/client", json={"name": "Zoé"}).json()["id"]
    where = book(http).headers["location"]
    as_zoe = running.http(Role.CLIENT, client_id=zoe)

    refused = as_zoe.put(where, json={"clientId": zoe})
    linked = http.put(where, json={"clientId": zoe})

    assert refused.status_code == 403
    assert linked.json()["clientId"] == zoe
    assert as_zoe.get(where).status_code == 200


def test_deleting_a_booking_cancels_it(http, salon) -> None:
    where = book(http).headers["location"]

    cancelled = http.delete(where)

    assert (cancelled.status_code, cancelled.json()["status"]) == (200, "cancelled")
    assert http.delete(where).json() == cancelled.json()
    assert http.get(where).json()["status"] == "cancelled"


def test_clients_reach_their_own_bookings_only(running, http, salon) -> None:
    zoe = http.post("/client", json={"name": "Zoé"}).json()["id"]
    others = book(http).headers["location"]
    as_zoe = running.http(Role.CLIENT, client_id=zoe)
    own = as_zoe.post("/booking", json=CALL)
    running.settle()

    assert own.json()["clientId"] == zoe
    assert [each["id"] for each in as_zoe.get("/booking").json()["data"]] == [own.json()["id"]]
    assert as_zoe.get(others).status_code == 404
    assert as_zoe.put(others, json={"details": 1}).status_code == 404
    assert as_zoe.delete(others).status_code == 404


def test_what_was_seen_before_is_not_sent_again(http, salon) -> None:
    booked = book(http)

    seen = http.get(booked.headers["location"], headers={"If-None-Match": '"1"'})

    assert (seen.status_code, seen.content) == (304, b"")


def test_names_of_the_new_product_are_refused_at_the_old_path(http, salon) -> None:
    refused = http.post("/booking", json={"booking_type": "call"})

    assert refused.status_code == 422
    assert refused.headers["deprecation"]
