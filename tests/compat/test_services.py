"""The salon product's paths for services."""

import pytest
from fastapi.testclient import TestClient

from domain.business.users import Role
from tests.running import Running
from tests.scheduling.bookings.at_the_salon import Salon
from tests.scheduling.services.examples import ana, ben

pytestmark = [pytest.mark.postgres, pytest.mark.together]

CUT = {
    "name": "Cut",
    "category": "Hair",
    "price": {"amount": 4500, "currency": "EUR"},
    "duration_minutes": 45,
}


@pytest.fixture
def http(running: Running) -> TestClient:
    return running.http()


def create(http: TestClient, **part: object) -> str:
    made = http.post("/services", json={**CUT, **part})
    assert made.status_code == 201, made.text
    return f"/services/{made.json()['id']}"


def names(http: TestClient, question: str = "") -> list[str]:
    found = http.get(f"/services{question}")
    assert found.status_code == 200, found.text
    return [each["name"] for each in found.json()["data"]]


def test_what_one_professional_offers_is_listed_with_price_and_duration(running, http) -> None:
    create(http, professional_ids=[ana])
    create(http, name="Massage", professional_ids=[ben])
    http.delete(create(http, name="Perm"))
    running.settle()

    found = http.get(f"/services?profile={ana}").json()["data"]

    assert [each["name"] for each in found] == ["Cut"]
    assert found[0]["price"] == {"amount": 4500, "currency": "EUR"}
    assert found[0]["duration_minutes"] == 45
    assert names(http) == ["Cut", "Massage"]
    assert names(http, f"?profile={ben}&page=1&sortBy=name&sortOrder=desc") == ["Massage"]
    assert names(http, "?active=false") == ["Perm"]


@pytest.mark.parametrize(
    "part", [{"price": {"amount": -1, "currency": "EUR"}}, {"duration_minutes": 0}]
)
def test_an_impossible_service_is_refused(http, part) -> None:
    assert http.post("/services", json={**CUT, **part}).status_code == 422


def test_only_those_who_offer_services_can_create_them(running) -> None:
    assert running.http(Role.CLIENT).post("/services", json=CUT).status_code == 403


def test_what_is_booked_keeps_its_price_when_the_service_changes(running, http) -> None:
    salon = Salon.opened(running)
    running.settle()
    where = f"/services/{salon.service_id}"
    body = {"service": salon.service_id, "start": "2027-01-05T10:00:00+01:00"}
    before = http.post("/appointments", json=body).json()

    dearer = {"amount": 6000, "currency": "EUR"}
    changed = http.put(where, json={**CUT, "price": dearer}, headers={"If-Match": '"1"'})
    stale = http.put(where, json=CUT, headers={"If-Match": '"1"'})
    later = {**body, "start": "2027-01-06T10:00:00+01:00"}
    after = http.post("/appointments", json=later).json()

    assert (changed.status_code, changed.json()["price"]) == (200, dearer)
    assert stale.status_code == 412
    assert before["price"] == {"amount": 4500, "currency": "EUR"}
    assert http.get(f"/appointments/{before['id']}").json()["price"] == before["price"]
    assert after["price"] == dearer


def test_what_is_removed_cannot_be_booked_and_what_is_booked_stays(running, http) -> None:
    salon = Salon.opened(running)
    running.settle()
    body = {"service": salon.service_id, "start": "2027-01-05T10:00:00+01:00"}
    booked = http.post("/appointments", json=body).json()

    removed = http.delete(f"/services/{salon.service_id}")
    refused = http.post("/appointments", json={**body, "start": "2027-01-06T10:00:00+01:00"})
    running.settle()

    assert removed.status_code == 204
    assert (refused.status_code, refused.json()["code"]) == (409, "service-not-bookable")
    assert http.get(f"/appointments/{booked['id']}").json() == booked
    assert http.get(f"/services/{salon.service_id}").json()["active"] is False


def test_categories_are_counted(running, http) -> None:
    create(http)
    create(http, name="Wash")
    create(http, name="Massage", category="Body")
    running.settle()

    assert http.get("/services/categories").json()["data"] == [
        {"name": "Body", "services": 1},
        {"name": "Hair", "services": 2},
    ]
