"""Who was erased in one process does not come back from the memory of any other, nor of its own."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.running import Running
from tests.scheduling.bookings.at_the_salon import Salon

pytestmark = pytest.mark.postgres

ZOE = {"name": "Zoé Müller", "email": "zoe@example.org"}


@pytest.fixture(params=["here", "elsewhere"])
def known_by(request: Any, two_systems: tuple[Running, Running]) -> Running:
    """The process that knows the booking by heart: the one that erases, or another."""
    return two_systems[request.param == "elsewhere"]


@pytest.fixture
def http(two_systems: tuple[Running, Running]) -> TestClient:
    """The process that erases."""
    return two_systems[0].http()


@pytest.fixture
def zoe(http: TestClient) -> str:
    client_id: str = http.post("/v1/clients", json=ZOE).json()["id"]
    return client_id


@pytest.fixture
def visit(two_systems: tuple[Running, Running], known_by: Running, http, zoe: str) -> str:
    """A visit of hers, booked as a guest and confirmed; return where it is."""
    salon = Salon.opened(two_systems[0])
    where: str = salon.book(http, guest=ZOE).headers["location"]
    known_by.http().post(f"{where}/confirm")
    two_systems[0].settle()
    assert known_by.http().patch(where, json={"location": "Room 2"}).status_code == 200
    return where


def erase(http: TestClient, client_id: str) -> None:
    assert http.delete(f"/v1/clients/{client_id}/personal-data").status_code == 204


def test_who_was_erased_is_not_registered_anew_when_the_visit_is_over(
    known_by: Running, http: TestClient, zoe: str, visit: str
) -> None:
    erase(http, zoe)
    known_by.settle()

    known_by.clock.set(known_by.clock().replace(day=5, hour=11))
    done = known_by.http().post(f"{visit}/complete")
    known_by.settle()
    known_by.settle()

    assert done.status_code == 200
    assert http.get("/v1/clients").json()["data"] == []


def test_nothing_is_decided_on_what_was_erased_elsewhere(
    known_by: Running, http: TestClient, zoe: str, visit: str
) -> None:
    """The same notes again would change nothing, were they still there."""
    noted = known_by.http().patch(visit, json={"notes": "allergic to henna"})

    erase(http, zoe)
    again = known_by.http().patch(visit, json={"notes": "allergic to henna"})

    assert noted.status_code == 200
    assert (again.status_code, again.json()["code"]) == (410, "personal-data-erased")


def test_the_history_of_a_visit_says_that_its_guest_was_erased(
    two_systems: tuple[Running, Running], http: TestClient, zoe: str, visit: str
) -> None:
    erase(http, zoe)

    stream = visit.rpartition("/")[2]
    history = two_systems[0].http().get(f"/v1/history?stream={stream}&oldest_first=true").json()
    assert history["data"][-1]["type"] == "stream-erased.v1"
