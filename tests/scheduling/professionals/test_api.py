"""Professionals, through HTTP."""

from typing import Any
from uuid import uuid4

import pytest
from starlette.testclient import TestClient

from domain.business.users import Role
from domain.values import ProfessionalId
from tests.running import Running

pytestmark = [pytest.mark.postgres, pytest.mark.together]

MORNING = [{"opens": "09:00", "closes": "12:00"}]
SETTINGS = {
    "time_zone": "Europe/Paris",
    "hours": {"monday": MORNING},
    "deposit": {"type": "fixed", "amount": {"amount": 1000, "currency": "EUR"}},
}
ANA = {"name": "Ana Roy", "email": "ana@example.org", "settings": SETTINGS}


@pytest.fixture
def http(running: Running) -> TestClient:
    return running.http()


@pytest.fixture
def ana(http: TestClient) -> str:
    registered = http.post("/v1/professionals", json=ANA)
    assert registered.status_code == 201, registered.text
    return registered.headers["location"]


def test_who_is_registered_is_shown_at_once_and_listed(running: Running, http, ana) -> None:
    shown = http.get(ana)
    running.settle()
    listed = http.get("/v1/professionals")

    assert shown.json()["name"] == "Ana Roy"
    assert shown.json()["settings"]["deposit"] == SETTINGS["deposit"]
    assert shown.json()["settings"]["hours"]["monday"] == MORNING
    assert (shown.json()["accepts_bookings"], shown.json()["active"]) == (True, True)
    assert [each["id"] for each in listed.json()["data"]] == [shown.json()["id"]]


def test_addresses_are_for_those_who_work_here(running: Running, http, ana) -> None:
    client = running.http(Role.CLIENT, client_id=f"client-{uuid4()}")

    assert "ana@example.org" not in client.get(ana).text
    assert client.get(f"{ana}/contact").status_code == 403
    assert http.get(f"{ana}/contact").json()["email"] == "ana@example.org"
    assert running.http(Role.FRONT_DESK).get(f"{ana}/contact").status_code == 200


def test_settings_are_changed_whole_and_by_the_version_that_was_seen(http, ana) -> None:
    seen = {"If-Match": http.get(ana).headers["etag"]}
    new = {"time_zone": "America/New_York", "hours": {}, "notice_minutes": 120}

    changed = http.put(f"{ana}/settings", json=new, headers=seen)
    stale = http.put(f"{ana}/settings", json=SETTINGS, headers=seen)

    assert changed.json()["settings"]["time_zone"] == "America/New_York"
    assert changed.json()["settings"]["notice_minutes"] == 120
    assert changed.json()["settings"]["deposit"] is None
    assert (stale.status_code, stale.json()["code"]) == (412, "version-mismatch")


@pytest.mark.parametrize("part", ["contact", "settings", "booking"])
def test_a_version_seen_in_one_place_counts_in_another(http, ana, part) -> None:
    bodies: dict[str, Any] = {
        "contact": {"name": "Ana", "email": "a@example.org"},
        "settings": {**SETTINGS, "notice_minutes": 5},
        "booking": {"enabled": False},
    }
    http.put(f"{ana}/settings", json={**SETTINGS, "language": "fr"})
    http.put(ana, json={"name": "Ana Sand"})
    seen = http.get(f"{ana}/contact").headers["etag"]

    changed = http.put(f"{ana}/{part}", json=bodies[part], headers={"If-Match": seen})

    assert seen == http.get(ana).headers["etag"].replace("4", "3") == '"3"'
    assert changed.status_code == 200


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"time_zone": "Europe/Atlantis"}, "#/time_zone"),
    ({"hours": {"monday": [{"opens": "9", "closes": "12:00"}]}}, "#/hours/monday/0/opens"),
    ({"hours": {"monday": [{"opens": "12:00", "closes": "09:00"}]}}, "#/hours/monday/0/closes"),
    ({"hours": {"someday": []}}, "#/hours/someday"),
    ({"slot_step_minutes": 0}, "#/slot_step_minutes"),
    ({"deposit": {"type": "percent", "percent": 101}}, "#/deposit/percent"),
]


@pytest.mark.parametrize(("part", "pointer"), WRONG)
def test_settings_that_make_no_sense_are_refused_with_a_pointer(http, ana, part, pointer) -> None:
    refused = http.put(f"{ana}/settings", json={**SETTINGS, **part})

    assert refused.status_code == 422
    assert [error["pointer"] for error in refused.json()["errors"]] == [pointer]


def test_nobody_is_registered_with_hours_that_make_no_sense(http) -> None:
    backwards = {"monday": [{"opens": "12:00", "closes": "09:00"}]}

    refused = http.post(
        "/v1/professionals", json={**ANA, "settings": {**SETTINGS, "hours": backwards}}
    )

    assert refused.status_code == 422
    assert refused.json()["code"] == "invalid-settings"
    assert refused.json()["errors"][0]["pointer"] == "#/settings/hours/monday/0/closes"


def test_booking_is_switched_off_and_on(http, ana) -> None:
    assert http.put(f"{ana}/booking", json={"enabled": False}).json()["accepts_bookings"] is False
    assert http.put(f"{ana}/booking", json={"enabled": True}).json()["accepts_bookings"] is True


def test_who_has_retired_is_listed_only_for_those_who_ask(running: Running, http, ana) -> None:
    retired = http.delete(ana)
    again = http.delete(ana)
    changed = http.put(ana, json={"name": "Ana Sand"})
    running.settle()

    assert (retired.status_code, again.status_code) == (204, 204)
    assert (changed.status_code, changed.json()["code"]) == (410, "professional-is-retired")
    assert http.get("/v1/professionals").json()["data"] == []
    assert len(http.get("/v1/professionals?active=false").json()["data"]) == 1


# --- Who may do what ------------------------------------------------------------------


def test_professionals_change_themselves_and_nobody_else(running: Running, http, ana) -> None:
    ana_id = ProfessionalId(ana.rpartition("/")[2])
    herself = running.http(Role.PROFESSIONAL, professional_id=ana_id)
    another = running.http(Role.PROFESSIONAL, professional_id=f"professional-{uuid4()}")

    for part, body in (
        ("", {"name": "Ana Sand"}),
        ("/settings", SETTINGS),
        ("/contact", {"name": "Ana Sand"}),
        ("/booking", {"enabled": False}),
    ):
        assert another.put(f"{ana}{part}", json=body).status_code == 404
        assert herself.put(f"{ana}{part}", json=body).status_code == 200


def test_who_comes_and_who_goes_is_for_the_owner_to_say(running: Running, http, ana) -> None:
    herself = running.http(Role.PROFESSIONAL, professional_id=ana.rpartition("/")[2])

    assert herself.delete(ana).status_code == 403
    assert herself.post("/v1/professionals", json=ANA).status_code == 403
    assert running.http(Role.FRONT_DESK).post("/v1/professionals", json=ANA).status_code == 403


def test_another_business_does_not_see_our_professionals(running: Running, http, ana) -> None:
    running.settle()
    stranger = running.http(tenant=str(uuid4()))

    assert stranger.get(ana).status_code == 404
    assert stranger.get(f"{ana}/contact").status_code == 404
    assert stranger.put(f"{ana}/settings", json=SETTINGS).status_code == 404
    assert stranger.get("/v1/professionals").json()["data"] == []


# --- Where the salon had them ---------------------------------------------------------


def test_ones_own_settings_are_where_they_were(running: Running, http, ana) -> None:
    herself = running.http(Role.PROFESSIONAL, professional_id=ana.rpartition("/")[2])

    changed = herself.put("/profiles/business-settings", json={**SETTINGS, "notice_minutes": 30})
    shown = herself.get("/profiles/business-settings")

    assert changed.json()["settings"]["notice_minutes"] == 30
    assert shown.json() == changed.json()
    assert shown.headers["deprecation"]
    assert http.get("/profiles/business-settings").status_code == 404
