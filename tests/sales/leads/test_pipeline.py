"""Leads over HTTP: they stand in stages of the business's own, and somebody asks how long."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from domain.business.users import Role
from tests.running import Running
from tests.sales.leads.coming import again, opened

pytestmark = pytest.mark.postgres

OTHER = {"name": "Noor", "email": "noor@example.org"}


def stage(http: TestClient, name: str, position: int = 1) -> str:
    made = http.post("/v1/stages", json={"name": name, "position": position, "probability": 30})
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


def put(http: TestClient, lead: Any, stage_id: str | None) -> Any:
    return http.put(f"/v1/leads/{lead['id']}/stage", json={"stage_id": stage_id})


def test_a_lead_stands_in_one_stage_at_most(running: Running, http: TestClient) -> None:
    lead, first, second = opened(http), stage(http, "Offered"), stage(http, "Agreed", 2)
    other = opened(http, person=OTHER)
    staged = put(http, lead, first).json()
    running.clock.set(running.clock() + timedelta(hours=1))
    moved = put(http, lead, second).json()
    running.settle()

    assert (staged["stage_id"], moved["stage_id"], lead["stage_id"]) == (first, second, None)
    assert datetime.fromisoformat(moved["staged_at"]) == running.clock()
    listed = {
        each: [e["id"] for e in http.get("/v1/leads", params={"stage_id": each}).json()["data"]]
        for each in (first, second)
    }
    assert listed == {first: [], second: [lead["id"]]}
    assert put(http, lead, None).json()["stage_id"] is None
    assert again(http, other)["stage_id"] is None


def test_who_is_put_where_they_are_is_not_put_there_again(http: TestClient) -> None:
    lead, first = opened(http), stage(http, "Offered")
    once, twice = put(http, lead, first).json(), put(http, lead, first).json()

    assert once["version"] == twice["version"]


def test_a_removed_stage_takes_no_more_leads_and_those_in_it_show_it(
    running: Running, http: TestClient
) -> None:
    lead, other, first = opened(http), opened(http, person=OTHER), stage(http, "Offered")
    put(http, lead, first)
    assert http.delete(f"/v1/stages/{first}").status_code == 204
    refused = put(http, other, first)
    running.settle()
    running.clock.set(running.clock() + timedelta(days=40))
    running.settle()

    assert (refused.status_code, refused.json()["code"]) == (409, "stage-is-removed")
    shown = running.http(Role.FRONT_DESK).get("/v1/leads", params={"include": "stage"}).json()
    assert shown["included"]["stage"][first]["name"] == "Offered"
    assert again(http, lead)["stage_id"] == first
    assert put(http, lead, None).status_code == 200


def test_a_stage_that_never_was_takes_nobody_and_a_client_stands_in_none(http: TestClient) -> None:
    lead, first = opened(http), stage(http, "Offered")
    nowhere = put(http, lead, f"{first[:-1]}{'1' if first[-1] == '0' else '0'}")
    http.post(f"/v1/leads/{lead['id']}/convert")
    won = put(http, lead, first)

    assert (nowhere.status_code, nowhere.json()["code"]) == (404, "stage-not-found")
    assert (won.status_code, won.json()["code"]) == (409, "lead-is-converted")


def test_two_stages_of_one_name_are_one_too_many(http: TestClient) -> None:
    stage(http, "Proposé")
    second = http.post("/v1/stages", json={"name": " propose ", "position": 2})

    assert (second.status_code, second.json()["code"]) == (409, "stage-value-taken")


def test_how_long_a_lead_was_where_is_told_now_and_as_of_then(
    running: Running, http: TestClient
) -> None:
    lead, first = opened(http), stage(http, "Offered")
    where, began = f"/v1/leads/{lead['id']}", running.clock()
    running.clock.set(began + timedelta(minutes=10))
    put(http, lead, first)
    running.clock.set(began + timedelta(minutes=25))
    http.post(f"{where}/move", json={"status": "connected"})
    position = http.get("/v1/history").json()["data"][0]["bookmark"]
    running.clock.set(began + timedelta(minutes=60))

    def told(**asked: str) -> Any:
        answer = http.get(f"{where}/stages", params=asked)
        assert answer.status_code == 200, answer.text
        return answer.json()

    now = told()
    assert now == {"statuses": {"new": 1500, "connected": 2100}, "stages": {first: 3000}}
    then = (began + timedelta(minutes=20)).isoformat().replace("+00:00", "Z")
    assert told(as_of=then) == {"statuses": {"new": 1200}, "stages": {first: 600}}
    assert told(as_of=position) == {"statuses": {"new": 1500}, "stages": {first: 900}}
    before = (began - timedelta(days=1)).isoformat().replace("+00:00", "Z")
    assert http.get(f"{where}/stages", params={"as_of": before}).status_code == 404
    desk = running.http(Role.FRONT_DESK).get(f"{where}/stages", params={"as_of": then})
    assert desk.json()["code"] == "permission-missing"


def test_a_lead_that_moved_often_is_told_of_as_a_whole(
    running: Running, http: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its moves are read in several parts."""
    monkeypatch.setattr("api.sales.pipeline.AT_ONCE", 4)
    where = f"/v1/leads/{opened(http)['id']}"
    for n in range(10):
        status = ("connected", "new")[n % 2]
        http.post(f"{where}/move", json={"status": status, "reason": "Again"})
        running.clock.set(running.clock() + timedelta(seconds=1))

    assert http.get(f"{where}/stages").json()["statuses"] == {"new": 5, "connected": 5}
