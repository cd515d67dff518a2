"""Leads over HTTP: they come, are scored, turned to, and won."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from domain.business.users import AddUser, Role
from domain.values import TenantId, UserId
from tests.running import Running
from tests.scheduling.bookings.at_the_salon import Salon

pytestmark = pytest.mark.postgres

ZOE = {"name": "Zoé Dupont", "email": "zoe@example.org"}
BOTH = {**ZOE, "phone": "+33199001234"}
ADVERT = {"source": "instagram", "campaign": "advent"}


@pytest.fixture
def http(running: Running) -> TestClient:
    return running.http()


def opened(http: TestClient, **more: Any) -> Any:
    answer = http.post("/v1/leads", json={"person": ZOE, **more})
    assert answer.status_code == 201, answer.text
    return answer.json()


def again(http: TestClient, lead: Any) -> Any:
    return http.get(f"/v1/leads/{lead['id']}").json()


def tasks(running: Running, http: TestClient, lead: Any) -> list[Any]:
    running.settle()
    return list(http.get("/v1/tasks", params={"lead_id": lead["id"]}).json()["data"])


def engage(http: TestClient, lead: Any, source: str, *keys: str) -> Any:
    where = f"/v1/leads/{lead['id']}/engagements"
    return [http.post(where, json={"source": source, "key": key}).json() for key in keys][-1]


def make_hot(http: TestClient, lead: Any) -> Any:
    engage(http, lead, "booking", "a", "b")
    http.post(f"/v1/leads/{lead['id']}/contacts", json={"way": "call"})
    return again(http, lead)


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


def test_who_comes_twice_at_once_is_one_lead(running: Running, http: TestClient) -> None:
    with ThreadPoolExecutor(6) as several:
        found = [*several.map(lambda _: opened(http)["id"], range(6))]

    assert len(set(found)) == 1
    running.settle()
    assert len(http.get("/v1/clients").json()["data"]) == 1


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


def test_a_lead_as_it_was_then_has_the_score_that_it_had(running: Running, http) -> None:
    lead = opened(http)
    then = running.clock()
    running.clock.set(then + timedelta(days=1))
    engage(http, lead, "booking", "one")

    shown = http.get(f"/v1/leads/{lead['id']}", params={"as_of": then.isoformat()}).json()
    assert shown["score"] == lead["score"]
    assert again(http, lead)["score"] == lead["score"] + 20


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


# --- They are won ---------------------------------------------------------------------


def test_a_lead_is_won_once_and_the_client_is_active(running: Running, http: TestClient) -> None:
    lead = opened(http)
    with ThreadPoolExecutor(4) as several:
        answers = [*several.map(lambda _: http.post(f"/v1/leads/{lead['id']}/convert"), range(4))]

    assert {each.status_code for each in answers} == {200}
    assert {each.json()["client_id"] for each in answers} == {lead["client_id"]}
    assert http.get(f"/v1/clients/{lead['client_id']}").json()["status"] == "active"
    engage(http, lead, "visit", "later")
    assert again(http, lead)["score"] == lead["score"], "the score is frozen"


def test_who_books_counts_and_who_comes_is_won(running: Running, http: TestClient) -> None:
    salon, lead = Salon.opened(running), opened(http)
    where = salon.book(http, guest=ZOE).headers["location"]
    running.settle()
    before = again(http, lead)
    http.post(f"{where}/confirm")
    running.clock.set(datetime.fromisoformat("2027-01-05T12:00:00+01:00"))
    http.post(f"{where}/complete")
    running.settle()

    assert before["status"] == "new"
    assert again(http, lead)["status"] == "converted"
    assert http.get(where).json()["client_id"] == lead["client_id"]
    assert http.get(f"/v1/clients/{lead['client_id']}").json()["status"] == "active"


def test_a_visit_that_a_client_books_counts_for_their_lead(running: Running, http) -> None:
    salon, lead = Salon.opened(running), opened(http)
    salon.book(http, client_id=lead["client_id"])
    running.settle()

    assert again(http, lead)["score"] == lead["score"] + 20


# --- Who sees them, and who is forgotten ----------------------------------------------


def test_clients_and_professionals_see_no_leads(running: Running, http: TestClient) -> None:
    lead = opened(http)
    for role in (Role.CLIENT, Role.PROFESSIONAL):
        theirs = running.http(role)
        assert theirs.get("/v1/leads").status_code == 403
        assert theirs.get(f"/v1/leads/{lead['id']}").status_code in {403, 404}
        assert theirs.post("/v1/leads", json={"person": ZOE}).status_code == 403


def test_leads_of_another_business_are_not_there(running: Running, http: TestClient) -> None:
    lead = opened(http)
    other = running.http(tenant="0198c0de-0000-7000-8000-0000000000bb")

    assert other.get(f"/v1/leads/{lead['id']}").status_code == 404


def test_who_is_erased_is_no_lead_any_more(running: Running, http: TestClient) -> None:
    lead = opened(
        http, message="Zoé secretly wants henna", touch={"referrer": "https://zoe.example"}
    )
    where = f"/v1/leads/{lead['id']}"
    http.post(f"{where}/contacts", json={"way": "call", "note": "Zoé spoke of henna"})
    http.post(
        "/v1/tasks",
        json={
            "due_at": "2027-02-01T09:00:00Z",
            "title": "Ask Zoé",
            "client_id": lead["client_id"],
        },
    )
    running.settle()
    http.delete(f"/v1/clients/{lead['client_id']}/personal-data")
    running.settle()

    told = http.get("/v1/history", params={"limit": 200}).text
    rows = http.get("/v1/tasks").text + http.get("/v1/leads").text
    shown = http.get(where).text
    for word in ("henna", "zoe.example", "Ask Zo"):
        assert word not in told + rows + shown


def test_who_is_erased_before_they_come_is_won_all_the_same(
    running: Running, http: TestClient
) -> None:
    salon, lead = Salon.opened(running), opened(http)
    where = salon.book(http, client_id=lead["client_id"]).headers["location"]
    http.post(f"{where}/confirm")
    running.settle()
    http.delete(f"/v1/clients/{lead['client_id']}/personal-data")
    running.clock.set(datetime.fromisoformat("2027-01-05T12:00:00+01:00"))
    http.post(f"{where}/complete")
    running.settle()
    engaged = engage(http, lead, "visit", *map(str, range(8)))

    assert again(http, lead)["status"] == "converted"
    assert engaged["status"] == "converted"
    assert running.system.jobs.depths()["parked"] == 0


def test_the_timeline_of_a_client_tells_of_their_lead_but_not_to_them(
    running: Running, http: TestClient
) -> None:
    lead = opened(http)
    http.post(f"/v1/leads/{lead['id']}/convert")
    running.settle()
    where = f"/v1/clients/{lead['client_id']}/timeline"
    told = http.get(where).json()["data"]
    themselves = running.http(Role.CLIENT, client_id=lead["client_id"])

    assert [(e["id"], e["kind"], e["lead_status"]) for e in told] == [
        (lead["id"], "lead", "converted")
    ]
    assert themselves.get(where).json()["data"] == []


def test_leads_of_merged_clients_are_of_one_person(running: Running, http: TestClient) -> None:
    one, two = opened(http), opened(http, person={"name": "Zoé", "email": "other@example.org"})
    merged = http.post(
        f"/v1/clients/{one['client_id']}/merge", json={"sources": [two["client_id"]]}
    )
    running.settle()
    listed = http.get("/v1/leads", params={"client_id": one["client_id"]}).json()["data"]

    assert merged.status_code == 200
    assert {each["id"] for each in listed} == {one["id"], two["id"]}
    assert opened(http, person={"name": "Zoé", "email": "other@example.org"})["id"] == one["id"]
