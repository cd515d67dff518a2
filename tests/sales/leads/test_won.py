"""Leads over HTTP: they are won, seen by whom they concern, and forgotten as clients are."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from fastapi.testclient import TestClient

from domain.business.users import Role
from tests.running import Running
from tests.sales.leads.coming import ZOE, again, engage, opened
from tests.scheduling.bookings.at_the_salon import Salon

pytestmark = [pytest.mark.postgres, pytest.mark.together]


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


def test_a_lead_is_won_by_whichever_way_it_is_said_that_it_can_go(http: TestClient) -> None:
    """Who is told that `converted` is allowed is taken at their word."""
    lead = opened(http)
    where = f"/v1/leads/{lead['id']}/move"
    http.post(where, json={"status": "disqualified", "reason": "Too far away"})
    refused = http.post(where, json={"status": "qualified"}).json()
    won = http.post(where, json={"status": refused["allowed"][-1]})

    assert refused["allowed"] == ["new", "converted"]
    assert (won.status_code, won.json()["status"]) == (200, "converted")
    assert http.get(f"/v1/clients/{lead['client_id']}").json()["status"] == "active"


@pytest.mark.apart
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


@pytest.mark.apart
def test_what_they_book_and_that_they_came_is_recorded_with_it(running: Running, http) -> None:
    """In one append: nobody has worked in between."""
    salon, lead = Salon.opened(running), opened(http)
    where = salon.book(http, client_id=lead["client_id"]).headers["location"]
    counted = again(http, lead)
    http.post(f"{where}/confirm")
    running.clock.set(datetime.fromisoformat("2027-01-05T12:00:00+01:00"))
    http.post(f"{where}/complete")

    assert counted["score"] == lead["score"] + 20
    assert again(http, lead)["status"] == "converted"


def test_a_series_counts_once(running: Running, http: TestClient) -> None:
    salon, lead = Salon.opened(running), opened(http)
    weekly = {
        "professional_id": salon.professional_id,
        "service_id": salon.service_id,
        "client_id": lead["client_id"],
        "recurrence": {
            "starts_at": "2027-01-05T10:00:00",
            "time_zone": "Europe/Paris",
            "rule": "FREQ=WEEKLY;COUNT=4",
        },
    }

    assert http.post("/v1/series", json=weekly).status_code == 201
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


@pytest.mark.apart
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
    told = http.get(where, params={"kind": "lead"}).json()["data"]
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
    assert [each["id"] for each in listed] == [one["id"]]
    assert opened(http, person={"name": "Zoé", "email": "other@example.org"})["id"] == one["id"]
