"""The salon product's paths for clients."""

import pytest
from fastapi.testclient import TestClient

from domain.business.users import Role
from tests.running import Running
from tests.scheduling.bookings.at_the_salon import Salon

pytestmark = [pytest.mark.postgres, pytest.mark.together]

ZOE = {"name": "Zoé", "email": "zoe@example.org", "phone": "0199001234"}


@pytest.fixture
def http(running: Running) -> TestClient:
    return running.http()


def register(http: TestClient, **person: str) -> str:
    made = http.post("/clients", json=person or ZOE)
    assert made.status_code == 201, made.text
    return f"/clients/{made.json()['id']}"


def test_clients_are_found_listed_and_paged(running, http) -> None:
    for name in ("Zoé", "Ana", "Émile"):
        register(http, name=name)
    active = register(http, name="Ben")
    http.put(active, json={"name": "Ben", "status": "active"})
    running.settle()

    def names(question: str) -> list[str]:
        found = http.get(f"/clients?{question}")
        assert found.status_code == 200, found.text
        return [each["name"] for each in found.json()["data"]]

    first = http.get("/clients?limit=2&sort=sort_name").json()
    assert [each["name"] for each in first["data"]] == ["Ana", "Ben"]
    assert names(f"limit=2&sort=sort_name&cursor={first['next_cursor']}") == ["Émile", "Zoé"]
    assert names("q=emi") == ["Émile"]
    assert names("status=active") == ["Ben"]
    assert names("page=2&limit=3&sortBy=name") == ["Zoé"]
    assert http.get("/clients?q=an&page=1").json()["total"] == 1


def test_nobody_is_registered_twice(http) -> None:
    made = http.post("/clients", json=ZOE)

    refused = http.post("/clients", json={"name": "Z.", "phone": "+33 1 99 00 12 34"})
    returned = http.post("/clients?on_duplicate=return", json=ZOE)

    assert (made.status_code, made.json()["version"]) == (201, 1)
    assert (refused.status_code, refused.json()["client_id"]) == (409, made.json()["id"])
    assert (returned.status_code, returned.json()["id"]) == (200, made.json()["id"])


@pytest.mark.apart
def test_a_client_is_shown_with_what_the_visits_add_up_to(running, http) -> None:
    salon, zoe = Salon.opened(running), register(http)
    booked = salon.book(http, client_id=zoe.removeprefix("/clients/")).json()
    status = f"/appointments/{booked['id']}/status"
    http.put(status, json={"status": "confirmed"})
    running.clock.set(running.clock().replace(day=5, hour=11))
    http.put(status, json={"status": "completed"})
    running.settle()

    shown = http.get(zoe).json()

    assert (shown["name"], shown["email"]) == ("Zoé", "zoe@example.org")
    assert shown["visits"]["completed"] == 1
    assert shown["visits"]["last_visit_at"] == "2027-01-05T09:00:00Z"
    assert shown["visits"]["total_spent"] == [{"amount": 4500, "currency": "EUR"}]


def test_a_client_is_changed_by_whoever_saw_the_newest(http) -> None:
    zoe = register(http)
    seen = {"If-Match": http.get(zoe).headers["etag"]}

    changed = http.put(zoe, json={**ZOE, "name": "Zoé Müller"}, headers=seen)
    stale = http.put(zoe, json=ZOE, headers=seen)

    assert (changed.status_code, changed.json()["name"]) == (200, "Zoé Müller")
    assert (stale.status_code, stale.json()["current_version"]) == (412, 2)


def test_the_appointments_of_a_client_are_listed_newest_first(running, http) -> None:
    salon, zoe = Salon.opened(running), register(http)
    for day in (6, 5, 7):
        start = f"2027-01-{day:02}T10:00:00+01:00"
        salon.book(http, start, client_id=zoe.removeprefix("/clients/"))
    salon.book(http, "2027-01-08T10:00:00+01:00")
    running.settle()

    def days(question: str = "") -> list[str]:
        found = http.get(f"{zoe}/appointments{question}").json()["data"]
        return [each["local_start"][8:10] for each in found]

    assert days() == ["07", "06", "05"]
    assert days("?page=2&limit=2") == ["05"]
    assert days("?page=1&sortBy=start&sortOrder=asc") == ["05", "06", "07"]
    other = running.http(Role.CLIENT, client_id="client-00000000-0000-7000-8000-000000000000")
    assert other.get(f"{zoe}/appointments").status_code == 404


def test_a_note_appears_in_the_timeline_and_stays_as_it_was_written(running, http) -> None:
    salon, zoe = Salon.opened(running), register(http)
    salon.book(http, client_id=zoe.removeprefix("/clients/"))

    noted = http.post(f"{zoe}/notes", json={"text": "allergic to henna"})
    running.settle()
    entries = http.get(f"{zoe}/timeline").json()["data"]

    assert noted.status_code == 201
    assert {entry["kind"] for entry in entries} == {"booking", "note"}
    assert next(e["text"] for e in entries if e["kind"] == "note") == "allergic to henna"
    assert http.put(f"{zoe}/notes/{noted.json()['id']}", json={"text": "x"}).status_code == 404


@pytest.mark.apart
def test_a_guest_becomes_a_client_by_coming_and_is_the_same_one_next_time(running, http) -> None:
    salon = Salon.opened(running)
    running.settle()
    guest = {"name": "Gus", "email": "gus@example.org", "phone": "0199005678"}

    def come(day: int) -> str:
        start = f"2027-01-{day:02}T10:00:00+01:00"
        body = {"service": salon.service_id, "start": start, "guest": guest}
        booked = http.post("/appointments", json=body).json()
        path = f"/appointments/{booked['id']}"
        http.put(f"{path}/status", json={"status": "confirmed"})
        running.clock.set(running.clock().replace(day=day, hour=11))
        http.put(f"{path}/status", json={"status": "completed"})
        running.settle()
        client_id: str = http.get(path).json()["client_id"]
        return client_id

    first, second = come(5), come(6)

    client = http.get(f"/clients/{first}").json()
    assert first == second
    assert (client["name"], client["email"], client["phone"]) == (
        "Gus",
        "gus@example.org",
        "+33199005678",
    )
    assert len(http.get(f"/clients/{first}/appointments").json()["data"]) == 2
    assert len(http.get("/clients").json()["data"]) == 1
    types = {entry["kind"] for entry in http.get(f"/clients/{first}/timeline").json()["data"]}
    assert types == {"booking"}
