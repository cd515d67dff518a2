"""The service catalogue, through HTTP."""

import pytest

from domain.users import Role
from tests.running import Running

pytestmark = pytest.mark.postgres

CUT = {"name": "Cut", "category": "Hair", "duration_minutes": 45}


def test_a_service_that_was_created_is_shown_at_once_and_listed(running: Running) -> None:
    http = running.http()

    created = http.post("/v1/services", json=CUT)
    shown = http.get(created.headers["location"])
    running.settle()
    listed = http.get("/v1/services")

    assert created.status_code == 201
    assert shown.json() == created.json()
    assert listed.json()["data"] == [created.json()]


def test_the_same_key_makes_one_service(running: Running) -> None:
    http = running.http()
    key = {"Idempotency-Key": "7"}

    first = http.post("/v1/services", json=CUT, headers=key)
    again = http.post("/v1/services", json=CUT, headers=key)
    other = http.post("/v1/services", json={**CUT, "name": "Colour"}, headers=key)

    assert again.json() == first.json()
    assert again.headers["idempotent-replayed"] == "true"
    assert other.json()["code"] == "idempotency-key-reused"


def test_a_stale_version_changes_nothing(running: Running) -> None:
    http = running.http()
    created = http.post("/v1/services", json=CUT)
    where, seen = created.headers["location"], {"If-Match": created.headers["etag"]}

    changed = http.put(where, json={**CUT, "name": "Cut and wash"}, headers=seen)
    stale = http.put(where, json=CUT, headers=seen)

    assert changed.json()["name"] == "Cut and wash"
    assert (stale.status_code, stale.json()["current_version"]) == (412, 2)


def test_a_client_may_not_create_services(running: Running) -> None:
    refused = running.http(Role.CLIENT).post("/v1/services", json=CUT)

    assert (refused.status_code, refused.json()["code"]) == (403, "permission-missing")


def test_a_list_shows_the_callers_own_writes_although_the_projector_is_dead(
    running: Running,
) -> None:
    http = running.http()
    created = http.post("/v1/services", json=CUT)
    own = {"Consistency-Token": created.headers["consistency-token"], "Prefer": "wait=0"}

    assert http.get("/v1/services").json()["data"] == []
    assert http.get("/v1/services", headers=own).json()["data"] == [created.json()]
