"""The appointment setter's paths for users, who are our professionals, and about itself."""

from importlib.metadata import version

import pytest
from fastapi.testclient import TestClient

from domain.business.users import Role
from tests.running import Running

pytestmark = [pytest.mark.postgres, pytest.mark.together]

ANA = {"name": "Ana", "email": "ana@example.org"}
MONDAY_MORNING = {"monday": [{"opens": "09:00", "closes": "12:00"}]}


@pytest.fixture
def http(running: Running) -> TestClient:
    return running.http()


def create(http: TestClient, **more: object) -> str:
    made = http.post("/user", json={**ANA, **more})
    assert made.status_code == 201, made.text
    return made.headers["location"]


def booking(where: str, starts_at: str | None = None) -> dict[str, object]:
    times = {"startsAt": starts_at, "durationMinutes": 30} if starts_at else {}
    return {"userId": where.removeprefix("/user/"), "bookingType": "call", **times}


def test_a_user_is_created_shown_changed_and_deleted(running, http) -> None:
    made = http.post("/user", json={**ANA, "bookingEnabled": 1, "timeZone": "Europe/Paris"})
    where = made.headers["location"]
    changed = http.put(where, json={"name": "Ana B."})
    running.settle()
    shown, listed = http.get(where), http.get("/user")
    deleted = http.delete(where)
    running.settle()

    assert (made.status_code, changed.status_code, shown.status_code) == (201, 200, 200)
    assert made.json() | {"bookingsTime": None} == {
        "id": where.removeprefix("/user/"),
        "name": "Ana",
        "email": "ana@example.org",
        "phone": None,
        "bookingEnabled": 1,
        "bookingsTime": None,
        "timeZone": "Europe/Paris",
        "version": 1,
        "createdAt": "2027-01-04T08:00:00Z",
        "updatedAt": "2027-01-04T08:00:00Z",
    }
    assert shown.json() == changed.json() == {**made.json(), "name": "Ana B.", "version": 2}
    assert (listed.json()["data"], listed.json()["total"]) == ([shown.json()], 1)
    assert deleted.status_code == 204
    assert http.get(where).status_code == 404
    assert http.get("/user").json()["total"] == 0


def test_a_user_takes_bookings_while_they_are_enabled(http) -> None:
    where = create(http)

    before = http.post("/booking", json=booking(where))
    enabled = http.put(where, json={"bookingEnabled": 1})
    during = http.post("/booking", json=booking(where))
    disabled = http.put(where, json={"bookingEnabled": 0})
    after = http.post("/booking", json=booking(where))

    assert (before.status_code, before.json()["code"]) == (403, "booking-disabled")
    assert (enabled.json()["bookingEnabled"], during.status_code) == (1, 201)
    assert (disabled.json()["bookingEnabled"], after.status_code) == (0, 403)


def test_what_can_be_booked_follows_the_bookings_time(http) -> None:
    where = create(http, bookingEnabled=1, timeZone="Europe/Paris")
    noon, ten = "2027-01-11T12:00:00+01:00", "2027-01-11T10:00:00+01:00"

    changed = http.put(where, json={"bookingsTime": MONDAY_MORNING})
    refused = http.post("/booking", json=booking(where, noon))
    booked = http.post("/booking", json=booking(where, ten))

    assert changed.json()["bookingsTime"]["monday"] == MONDAY_MORNING["monday"]
    assert changed.json()["bookingsTime"]["tuesday"] == []
    assert (refused.status_code, refused.json()["code"]) == (409, "outside-hours")
    assert booked.status_code == 201


def test_availability_follows_the_bookings_time(http) -> None:
    where = create(http, bookingEnabled=1, timeZone="Europe/Paris")
    http.put(where, json={"bookingsTime": MONDAY_MORNING})
    question = {
        "professional_id": where.removeprefix("/user/"),
        "duration_minutes": 60,
        "from": "2027-01-11T00:00:00+01:00",
        "to": "2027-01-18T00:00:00+01:00",
    }

    slots = http.get("/v1/availability", params=question).json()["data"]

    assert slots[0]["local_start"] == "2027-01-11T09:00:00"
    assert slots[-1]["local_start"] == "2027-01-11T11:00:00"


def test_what_is_not_named_stays(http) -> None:
    where = create(http, bookingEnabled=1, bookingsTime=MONDAY_MORNING, phone="0199001234")
    before = http.get(where).json()

    changed = http.put(where, json={"email": "a@example.org"}, headers={"If-Match": '"1"'})
    stale = http.put(where, json={"email": "b@example.org"}, headers={"If-Match": '"1"'})

    assert changed.json() == {**before, "email": "a@example.org", "version": 2}
    assert (stale.status_code, stale.json()["current_version"]) == (412, 2)
    assert http.put(where, json={}).json() == changed.json()


def test_the_same_key_creates_one_user(running, http) -> None:
    key = {"Idempotency-Key": "a"}

    first = http.post("/user", json=ANA, headers=key)
    again = http.post("/user", json=ANA, headers=key)
    running.settle()

    assert first.json()["bookingEnabled"] == 0
    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["location"] == first.headers["location"]
    assert http.get("/user").json()["total"] == 1


def test_hours_that_make_no_sense_are_refused(http) -> None:
    backwards = {"monday": [{"opens": "12:00", "closes": "09:00"}]}

    refused = http.post("/user", json={**ANA, "bookingsTime": backwards})

    assert refused.status_code == 422
    assert http.post("/user", json={**ANA, "bookingEnabled": 2}).status_code == 422


def test_who_works_here_is_decided_by_those_who_may(running, http) -> None:
    ana, ben = create(http), create(http, name="Ben")
    running.settle()
    as_ana = running.http(Role.PROFESSIONAL, professional_id=ana.removeprefix("/user/"))
    as_client = running.http(Role.CLIENT)

    assert as_ana.put(ana, json={"bookingEnabled": 1}).status_code == 200
    assert as_ana.put(ben, json={"bookingEnabled": 1}).status_code == 404
    assert as_ana.delete(ana).status_code == 403
    assert as_ana.post("/user", json=ANA).status_code == 403
    assert as_client.get(ana).status_code == 404
    assert as_client.get("/user").status_code == 404
    assert as_client.put(ana, json={}).status_code == 403


def test_everybody_may_ask_what_this_is(http) -> None:
    told = TestClient(http.app).get("/general")

    assert told.status_code == 200
    assert told.json()["name"] == "frontdesk"
    assert told.json()["version"] == version("frontdesk")
    assert {"bookings", "clients", "services"} <= set(told.json()["capabilities"])
    assert not any(each.startswith("old") for each in told.json()["capabilities"])


def test_everybody_may_ask_how_it_is(http) -> None:
    told = TestClient(http.app).get("/status")

    assert told.status_code == 200
    assert told.json().keys() == http.get("/v1/status").json().keys()
    assert told.headers["deprecation"]
