"""Leads over HTTP: they come, are scored, and turned to."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from domain.business.users import AddUser, Role
from domain.values import TenantId, UserId
from tests.running import Running
from tests.sales.leads.coming import ADVERT, BOTH, ZOE, again, engage, make_hot, opened, tasks

pytestmark = [pytest.mark.postgres, pytest.mark.together]

# --- They come ------------------------------------------------------------------------


def test_who_comes_is_a_lead_with_a_score_and_a_task(running: Running, http: TestClient) -> None:
    lead = opened(http, message="x" * 100, touch=ADVERT)

    assert (lead["status"], lead["score"], lead["temperature"]) == ("new", 20, "cold")
    assert lead["source"] == "instagram"
    parts = {each["name"]: each["hundredths"] for each in lead["breakdown"]["parts"]}
    assert parts == {"name": 500, "email": 1000, "message": 500}
    (task,) = tasks(running, http, lead)
    assert task["id"] == lead["task_id"]
    assert task["priority"] == "low"
    due = datetime.fromisoformat(task["due_at"])
    assert due == running.clock() + timedelta(days=3)


def test_the_person_is_a_client_record_that_stands_by_as_a_lead(
    running: Running, http: TestClient
) -> None:
    lead = opened(http)

    client = http.get(f"/v1/clients/{lead['client_id']}").json()
    listed = http.get("/v1/leads", params={"include": "client"})
    running.settle()
    listed = http.get("/v1/leads", params={"include": "client"}).json()
    assert (client["name"], client["status"]) == ("Zoé Dupont", "lead")
    assert listed["included"]["client"][lead["client_id"]]["name"] == "Zoé Dupont"


def test_who_comes_again_is_the_same_lead(running: Running, http: TestClient) -> None:
    first = opened(http, message="Hello")
    second = opened(http, message="Are you there?", touch=ADVERT)

    assert second["id"] == first["id"]
    assert (second["first"]["source"], second["latest"]["source"]) == (None, "instagram")
    running.settle()
    assert len(http.get("/v1/leads").json()["data"]) == 1
    assert len(tasks(running, http, first)) == 1


def test_leads_are_listed_by_what_is_asked_the_likeliest_first(
    running: Running, http: TestClient
) -> None:
    cold = opened(http, touch={"source": "google"})
    warm = opened(http, person={"name": "Noor", **BOTH, "email": "noor@example.org"}, touch=ADVERT)
    engage(http, warm, "booking", "one")
    running.settle()

    def listed(**asked: str) -> list[str]:
        answer = http.get("/v1/leads", params=asked)
        assert answer.status_code == 200, answer.text
        return [each["id"] for each in answer.json()["data"]]

    assert listed() == [warm["id"], cold["id"]]
    assert listed(sort="score") == [cold["id"], warm["id"]]
    assert listed(**{"score.gte": "40"}) == listed(temperature="warm") == [warm["id"]]
    assert listed(source="instagram", status="new") == [warm["id"]]
    assert listed(status="qualified") == []
    first = http.get("/v1/leads", params={"limit": 1}).json()
    assert first["has_more"]
    assert listed(limit="1", cursor=first["next_cursor"]) == [cold["id"]]


def test_who_comes_twice_at_once_is_one_lead(two_systems: tuple[Running, Running]) -> None:
    """Though it is two processes that they come to."""
    systems = [each.http() for each in two_systems]
    with ThreadPoolExecutor(6) as several:
        found = [*several.map(lambda n: opened(systems[n % 2])["id"], range(6))]

    assert len(set(found)) == 1
    two_systems[0].settle()
    for http in systems:
        assert len(http.get("/v1/clients").json()["data"]) == 1
        assert len(http.get("/v1/tasks").json()["data"]) == 1


def test_a_client_who_is_known_is_not_doubled(running: Running, http: TestClient) -> None:
    client = http.post("/v1/clients", json=ZOE).json()["id"]

    assert opened(http)["client_id"] == client
    assert opened(http, person=None, client_id=client)["client_id"] == client


def test_a_client_of_status_lead_is_no_lead(running: Running, http: TestClient) -> None:
    http.post("/v1/clients", json={**ZOE, "status": "lead"})
    running.settle()

    assert http.get("/v1/leads").json()["data"] == []


def test_nobody_is_nobody(http: TestClient) -> None:
    refused = http.post("/v1/leads", json={"message": "Hello"})

    assert (refused.status_code, refused.json()["code"]) == (422, "person-missing")


# --- They are scored ------------------------------------------------------------------


def test_whoever_can_be_reached_by_more_ways_is_scored_anew(
    running: Running, http: TestClient
) -> None:
    lead = opened(http)
    http.put(f"/v1/clients/{lead['client_id']}", json={**BOTH, "status": "lead"})
    running.settle()

    assert again(http, lead)["score"] == lead["score"] + 15


def test_every_score_is_explained_by_what_came_before_it(running: Running, http) -> None:
    lead = opened(http)
    engage(http, lead, "visit", "monday", "monday", "tuesday")
    history = http.get(f"/v1/leads/{lead['id']}/history").json()["data"]

    scores = [each["changes"]["score"][1] for each in history if "score" in each["changes"]]
    assert scores == [0, 15, 20, 25]
    types = [each["type"] for each in history]
    assert types.count("lead-engaged.v1") == 2
    for number, type_ in enumerate(types):
        if type_ == "lead-scored.v1":
            assert types[number - 1] != "lead-scored.v1"


@pytest.mark.apart
def test_a_lead_as_it_was_then_has_the_score_that_it_had(running: Running, http) -> None:
    lead = opened(http)
    then = running.clock()
    running.clock.set(then + timedelta(days=1))
    engage(http, lead, "booking", "one")

    shown = http.get(f"/v1/leads/{lead['id']}", params={"as_of": then.isoformat()}).json()
    assert shown["score"] == lead["score"]
    assert again(http, lead)["score"] == lead["score"] + 20


@pytest.mark.parametrize("how", ["complete", "change"])
def test_what_is_done_about_a_lead_counts_once(
    running: Running, http: TestClient, how: str
) -> None:
    lead = opened(http)
    (task,) = tasks(running, http, lead)
    where = f"/v1/tasks/{task['id']}"
    done = {"status": "done", "completed_at": running.clock().isoformat()}

    def say(values: Any) -> Any:
        return http.patch(where, json=values, headers={"If-Match": "*"})

    said = http.post(f"{where}/complete", json={}) if how == "complete" else say(done)
    assert (said.status_code, said.json()["status"]) == (200, "done")
    running.settle()
    assert again(http, lead)["score"] == lead["score"] + 5

    say({"status": "open", "completed_at": None})
    http.post(f"{where}/complete", json={})
    running.settle()
    assert again(http, lead)["score"] == lead["score"] + 5


def test_what_is_done_about_who_is_no_lead_any_more_counts_nothing(
    running: Running, http: TestClient
) -> None:
    lead = opened(http)
    call = {"title": "Call", "due_at": "2027-01-11T09:00:00Z", "lead_id": lead["id"]}
    task = http.post("/v1/tasks", json=call).json()
    http.delete(f"/v1/leads/{lead['id']}")
    before = http.get(f"/v1/leads/{lead['id']}/history").json()

    assert http.post(f"/v1/tasks/{task['id']}/complete", json={}).status_code == 200
    assert http.get(f"/v1/leads/{lead['id']}/history").json() == before


def test_other_weights_count_from_then_on(running: Running, http: TestClient) -> None:
    lead = opened(http)
    weights = http.get("/v1/scoring").json()["weights"]
    changed = http.put("/v1/scoring", json={**weights, "email": 30})

    assert changed.json()["version"] == 1
    assert again(http, lead)["score"] == lead["score"]
    assert engage(http, lead, "visit", "one")["score"] == lead["score"] + 20 + 5
    assert again(http, lead)["scoring_version"] == 1


def test_weights_are_refused_that_contradict_themselves(http: TestClient) -> None:
    weights = http.get("/v1/scoring").json()["weights"]
    refused = http.put("/v1/scoring", json={**weights, "hot": 10})

    assert (refused.status_code, refused.json()["code"]) == (422, "weights-contradict")


# --- Somebody turns to them -----------------------------------------------------------


def test_who_becomes_hot_is_to_be_turned_to_now(running: Running, http: TestClient) -> None:
    lead = opened(http, person=BOTH, message="x" * 300)
    hot = make_hot(http, lead)
    (task,) = tasks(running, http, lead)

    assert hot["temperature"] == "hot"
    assert hot["status"] == "attempting"
    assert (task["id"], task["priority"]) == (lead["task_id"], "high")
    assert datetime.fromisoformat(task["due_at"]) == running.clock()


def test_a_crossing_makes_one_task_however_often_the_score_changes(
    running: Running, http: TestClient
) -> None:
    lead = opened(http, person=BOTH)
    engage(http, lead, "open", *map(str, range(9)))

    assert again(http, lead)["temperature"] == "warm"
    assert len(tasks(running, http, lead)) == 1
    types = [e["type"] for e in http.get(f"/v1/leads/{lead['id']}/history").json()["data"]]
    assert types.count("follow-up-set.v1") == 2


def test_what_its_owner_changed_of_a_follow_up_stays(running: Running, http: TestClient) -> None:
    lead = opened(http, person=BOTH, message="x" * 300)
    where = f"/v1/tasks/{lead['task_id']}"
    http.patch(where, json={"due_at": "2027-02-01T09:00:00Z"}, headers={"If-Match": "*"})
    make_hot(http, lead)
    (task,) = tasks(running, http, lead)

    assert (task["due_at"], task["priority"]) == ("2027-02-01T09:00:00Z", "high")


def test_after_a_follow_up_was_done_a_crossing_makes_another(
    running: Running, http: TestClient
) -> None:
    lead = opened(http, person=BOTH, message="x" * 300)
    done = http.post(f"/v1/tasks/{lead['task_id']}/complete", json={})
    make_hot(http, lead)

    assert done.json()["completed_at"] is not None
    assert len(tasks(running, http, lead)) == 2
    assert again(http, lead)["task_id"] != lead["task_id"]


def test_who_looks_after_a_lead_has_its_follow_up(running: Running, http: TestClient) -> None:
    ana = UserId("user-0198c0de-0000-7000-8000-0000000000a1")
    running.order(
        AddUser(
            tenant_id=TenantId(running.tenant),
            user_id=ana,
            name="Ana",
            email="ana@salon.example",
            roles=(Role.FRONT_DESK,),
        )
    )
    lead = opened(http)
    given_ = http.put(f"/v1/leads/{lead['id']}/assignee", json={"assignee_id": ana})

    assert given_.json()["assignee_id"] == ana
    (task,) = tasks(running, http, lead)
    assert task["assignee_id"] == ana
    nobody = http.put(f"/v1/leads/{lead['id']}/assignee", json={"assignee_id": f"{ana[:-1]}2"})
    assert nobody.status_code == 404


def test_a_lead_that_is_given_up_says_why_and_where_else_it_could_have_gone(http) -> None:
    lead = opened(http)
    where = f"/v1/leads/{lead['id']}/move"
    without = http.post(where, json={"status": "disqualified"})
    given_up = http.post(where, json={"status": "disqualified", "reason": "Too far away"})
    refused = http.post(where, json={"status": "connected"})

    assert (without.status_code, without.json()["code"]) == (422, "reason-missing")
    assert given_up.json()["reason"] == "Too far away"
    assert refused.json()["code"] == "lead-cannot-move"
    assert refused.json()["allowed"] == ["new", "converted"]
