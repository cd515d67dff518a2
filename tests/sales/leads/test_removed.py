"""Leads over HTTP: they are removed, had again for thirty days, and gone after that."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from domain.business.users import Role
from tests.people.clients.dump import found
from tests.running import Running
from tests.sales.leads.coming import BOTH, ZOE, again, engage, make_hot, opened, tasks
from tests.scheduling.bookings.at_the_salon import Salon

pytestmark = [pytest.mark.postgres, pytest.mark.together]


def remove(http: TestClient, lead: Any) -> None:
    assert http.delete(f"/v1/leads/{lead['id']}").status_code == 204


def restored(http: TestClient, lead: Any) -> Any:
    return http.post(f"/v1/leads/{lead['id']}/restoration")


def wait(running: Running, days: int) -> None:
    running.settle()
    running.clock.set(running.clock() + timedelta(days=days))
    running.settle()


def listed(running: Running, http: TestClient, **asked: Any) -> list[str]:
    running.settle()
    return [each["id"] for each in http.get("/v1/leads", params=asked).json()["data"]]


# --- They are removed -----------------------------------------------------------------


def test_what_was_removed_is_listed_for_who_may_change_it_and_asks_so(
    running: Running, http: TestClient
) -> None:
    lead = opened(http)
    remove(http, lead)
    remove(http, lead)
    auditor = running.http(Role.AUDITOR)

    assert listed(running, http) == []
    assert listed(running, http, include_deleted=True) == [lead["id"]]
    assert again(http, lead)["removed_at"] is not None
    assert auditor.get(f"/v1/leads/{lead['id']}").status_code == 404
    asked = auditor.get("/v1/leads", params={"include_deleted": True})
    assert (asked.status_code, asked.json()["code"]) == (403, "permission-missing")
    assert auditor.delete(f"/v1/leads/{lead['id']}").status_code == 403


@pytest.mark.apart
def test_its_follow_up_is_removed_with_it_and_restored_with_it(
    running: Running, http: TestClient
) -> None:
    lead = opened(http)
    remove(http, lead)
    gone = tasks(running, http, lead)
    running.clock.set(running.clock() + timedelta(days=29))
    back = restored(http, lead)

    assert gone == []
    assert back.status_code == 200
    assert {**back.json(), "version": 0, "updated_at": 0} == {**lead, "version": 0, "updated_at": 0}
    assert [each["id"] for each in tasks(running, http, lead)] == [lead["task_id"]]


@pytest.mark.apart
def test_a_follow_up_that_somebody_removed_themselves_stays_removed(
    running: Running, http: TestClient
) -> None:
    lead = opened(http)
    http.delete(f"/v1/tasks/{lead['task_id']}")
    running.clock.set(running.clock() + timedelta(seconds=1))
    remove(http, lead)
    restored(http, lead)

    assert tasks(running, http, lead) == []


def test_nothing_is_done_about_what_was_removed(running: Running, http: TestClient) -> None:
    lead = opened(http)
    where = f"/v1/leads/{lead['id']}"
    remove(http, lead)
    refused = [
        http.post(f"{where}/move", json={"status": "connected"}),
        http.post(f"{where}/convert"),
        http.post(f"{where}/contacts", json={"way": "call"}),
        http.post(f"{where}/engagements", json={"source": "visit", "key": "one"}),
        http.post(f"{where}/activities", json={"kind": "note", "text": "Zoé is away"}),
        http.post(f"{where}/invite"),
        http.put(f"{where}/assignee", json={"assignee_id": None}),
        http.put(f"{where}/stage", json={"stage_id": None}),
        http.put(f"{where}/company", json={"name": "Acme"}),
    ]

    assert {(e.status_code, e.json()["code"]) for e in refused} == {(409, "lead-is-removed")}
    assert again(http, lead)["version"] == lead["version"] + 1


def test_a_removed_lead_is_not_scored_and_is_scored_anew_once_it_is_there_again(
    running: Running, http: TestClient
) -> None:
    lead = opened(http)
    remove(http, lead)
    http.put(f"/v1/clients/{lead['client_id']}", json={**BOTH, "status": "lead"})
    running.settle()
    removed = again(http, lead)

    assert removed["score"] == lead["score"]
    assert restored(http, lead).json()["score"] == lead["score"] + 15


@pytest.mark.apart
def test_what_they_book_and_that_they_come_counts_nothing_for_a_removed_lead(
    running: Running, http: TestClient
) -> None:
    salon, lead = Salon.opened(running), opened(http)
    remove(http, lead)
    before = again(http, lead)
    where = salon.book(http, client_id=lead["client_id"]).headers["location"]
    http.post(f"{where}/confirm")
    running.clock.set(datetime.fromisoformat("2027-01-05T12:00:00+01:00"))
    http.post(f"{where}/complete")
    running.settle()

    assert again(http, lead) == before
    assert restored(http, lead).json()["status"] == "new"


# --- They come again ------------------------------------------------------------------


@pytest.mark.apart
def test_who_comes_again_is_there_again_as_new(running: Running, http: TestClient) -> None:
    lead = opened(http)
    http.post(f"/v1/leads/{lead['id']}/move", json={"status": "qualified"})
    remove(http, lead)
    running.clock.set(running.clock() + timedelta(days=3))
    back = opened(http, message="Me again")

    assert (back["id"], back["status"], back["removed_at"]) == (lead["id"], "new", None)
    (task,) = tasks(running, http, lead)
    assert task["id"] == lead["task_id"]
    assert datetime.fromisoformat(task["due_at"]) == running.clock() + timedelta(days=3)


def test_who_comes_again_after_their_follow_up_was_done_is_turned_to_anew(
    running: Running, http: TestClient
) -> None:
    lead = opened(http)
    http.post(f"/v1/tasks/{lead['task_id']}/complete", json={})
    remove(http, lead)
    back = opened(http)

    waiting = [each for each in tasks(running, http, lead) if each["status"] == "open"]
    assert [each["id"] for each in waiting] == [back["task_id"]]
    assert back["task_id"] != lead["task_id"]


def test_who_was_won_and_removed_stays_won_when_they_come_again(
    running: Running, http: TestClient
) -> None:
    lead = opened(http)
    http.post(f"/v1/leads/{lead['id']}/convert")
    http.post(f"/v1/tasks/{lead['task_id']}/complete", json={})
    remove(http, lead)
    back = opened(http)

    assert (back["status"], back["removed_at"]) == ("converted", None)
    assert [each["status"] for each in tasks(running, http, lead)] == ["done"]


# --- They are gone --------------------------------------------------------------------


def test_after_thirty_days_nothing_of_it_is_left(running: Running, http: TestClient, dsn) -> None:
    lead = opened(http, message="Zoé wants henna", company={"name": "Henna & Co"})
    http.post(f"/v1/leads/{lead['id']}/contacts", json={"way": "call", "note": "henna, again"})
    remove(http, lead)
    wait(running, 29)
    kept = again(http, lead)
    wait(running, 2)

    assert kept["message"] == "Zoé wants henna"
    assert http.get(f"/v1/leads/{lead['id']}").status_code == 404
    assert listed(running, http, include_deleted=True) == []
    assert restored(http, lead).json()["code"] == "lead-not-found"
    assert found(dsn, ["henna", "Henna"]) == {}
    assert "henna" not in http.get("/v1/history", params={"limit": 200}).text.lower()
    timeline = http.get(f"/v1/clients/{lead['client_id']}/timeline")
    assert timeline.json()["data"] == []


@pytest.mark.apart
def test_what_was_removed_too_long_ago_is_gone_though_nobody_has_purged_it(http, running) -> None:
    lead = opened(http)
    remove(http, lead)
    running.clock.set(running.clock() + timedelta(days=31))
    late = restored(http, lead)

    assert (late.status_code, late.json()["code"]) == (410, "lead-is-gone")


@pytest.mark.apart
def test_a_restored_lead_is_not_purged(running: Running, http: TestClient) -> None:
    lead = opened(http)
    remove(http, lead)
    wait(running, 20)
    restored(http, lead)
    wait(running, 20)

    assert again(http, lead)["removed_at"] is None


@pytest.mark.apart
def test_who_comes_again_after_all_was_purged_is_another_lead_of_the_same_client(
    running: Running, http: TestClient
) -> None:
    first = opened(http, message="Zoé wants henna")
    remove(http, first)
    wait(running, 31)
    second = opened(http, message="Zoé wants a trim")
    third = opened(http)
    http.put(f"/v1/clients/{first['client_id']}", json={**BOTH, "status": "lead"})
    running.settle()

    assert second["id"] != first["id"]
    assert (third["id"], second["client_id"]) == (second["id"], first["client_id"])
    assert second["message"] == "Zoé wants a trim"
    assert again(http, second)["score"] == third["score"] + 15
    assert listed(running, http) == [second["id"]]


def test_who_is_erased_while_they_are_removed_is_forgotten(running: Running, http, dsn) -> None:
    lead = opened(http, message="Zoé wants henna", company={"title": "Henna artist"})
    remove(http, lead)
    running.settle()
    http.delete(f"/v1/clients/{lead['client_id']}/personal-data")
    running.settle()

    assert found(dsn, ["henna", "Henna"]) == {}
    wait(running, 31)
    assert http.get(f"/v1/leads/{lead['id']}").status_code == 404


def test_a_person_of_two_records_is_the_lead_that_was_not_removed(
    running: Running, http: TestClient
) -> None:
    one, two = opened(http), opened(http, person={"name": "Zoé", "email": "other@example.org"})
    remove(http, one)
    http.post(f"/v1/clients/{one['client_id']}/merge", json={"sources": [two["client_id"]]})

    assert opened(http)["id"] == two["id"]
    assert opened(http, person=ZOE)["removed_at"] is None


def test_hot_or_cold_what_was_removed_and_comes_back_has_one_task(
    running: Running, http: TestClient
) -> None:
    lead = opened(http, person=BOTH, message="x" * 300)
    make_hot(http, lead)
    remove(http, lead)
    restored(http, lead)
    engage(http, lead, "visit", "later")

    waiting = [each for each in tasks(running, http, lead) if each["status"] == "open"]
    assert len(waiting) == 1
