"""The salon's front end asks for leads, forms and tasks by the paths that it knows."""

from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.running import Running
from tests.sales.forms.asking import ZOE, leads, made, opened, stranger

pytestmark = pytest.mark.postgres


@pytest.fixture
def http(running: Running) -> TestClient:
    return running.http()


@pytest.fixture
def lead(http: TestClient) -> Any:
    answer = http.post("/leads", json={"person": {"name": "Zoé", "email": "zoe@example.org"}})
    assert answer.status_code == 201, answer.text
    assert answer.headers["link"] == '</v1/leads>; rel="successor-version"'
    return answer.json()


def test_a_lead_is_made_listed_moved_and_won(running: Running, http: TestClient, lead: Any) -> None:
    where = f"/leads/{lead['id']}"

    moved = http.put(where, json={"status": "connected"})
    won = http.post(f"{where}/convert")
    again = http.post(f"{where}/convert")
    running.settle()
    page = http.get("/leads?page=1&limit=10&sortBy=createdAt&sortOrder=desc").json()

    assert moved.json()["status"] == "connected"
    assert won.json()["client_id"] == again.json()["client_id"] == lead["client_id"]
    assert (page["total"], page["data"][0]["id"]) == (1, lead["id"])
    assert http.get(where).json()["status"] == "converted"
    assert http.get(f"{where}/activities").status_code == 200


def test_what_says_nothing_changes_nothing(http: TestClient, lead: Any) -> None:
    assert http.put(f"/leads/{lead['id']}", json={}).json() == lead


def test_a_form_is_shown_and_submitted(running: Running, http: TestClient) -> None:
    somebody, form = stranger(running), made(http)
    stamp = opened(somebody, form)["stamp"]
    running.clock.set(running.clock() + timedelta(seconds=30))

    shown = somebody.get(f"/lead-forms/{form}/public")
    body = {"answers": ZOE, "stamp": stamp, "decoy": ""}
    sent = somebody.post(f"/lead-forms/{form}/submit", json=body)

    assert (shown.status_code, sent.status_code) == (200, 201)
    assert len(leads(running, http)) == 1


def test_a_task_is_made_and_completed_once(http: TestClient) -> None:
    made = http.post("/tasks", json={"title": "Call", "due_at": "2027-01-05T09:00:00Z"})
    where = f"/tasks/{made.json()['id']}/complete"

    done, again = http.put(where), http.put(where)

    assert made.status_code == 201
    assert done.json()["status"] == "done"
    assert again.json()["completed_at"] == done.json()["completed_at"]
    assert http.delete(f"/tasks/{made.json()['id']}", headers={"If-Match": "*"}).status_code == 204
