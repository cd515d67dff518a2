"""How tests let leads come, and what they see of them."""

from typing import Any

from fastapi.testclient import TestClient

from tests.running import Running

ZOE = {"name": "Zoé Dupont", "email": "zoe@example.org"}
BOTH = {**ZOE, "phone": "+33199001234"}
ADVERT = {"source": "instagram", "campaign": "advent"}


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
