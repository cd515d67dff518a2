"""The sales agent's front end asks for prospects, profiles and activities by the paths that it knows."""

from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from domain.business.users import Role
from tests.running import Running

pytestmark = pytest.mark.postgres

ANA: Any = {
    "name": "Ana Lopez",
    "email": "ana@acme.example",
    "company": "Acme",
    "companyDomain": "Acme.example",
    "title": "Directrice",
    "industry": "Hôtellerie",
    "companySize": 60,
    "source": "fair",
}


@pytest.fixture
def http(running: Running) -> TestClient:
    return running.http()


@pytest.fixture
def ana(http: TestClient) -> Any:
    answer = http.post("/prospects", json=ANA)
    assert answer.status_code == 201, answer.text
    assert answer.headers["location"] == f"/prospects/{answer.json()['id']}"
    assert answer.headers["link"] == '</v1/leads>; rel="successor-version"'
    return answer.json()


def where(prospect: Any) -> str:
    return f"/prospects/{prospect['id']}"


def listed(http: TestClient, **asked: Any) -> Any:
    answer = http.get("/prospects", params=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_prospect_is_a_lead_with_a_company_and_a_score(http: TestClient, ana: Any) -> None:
    lead = http.get(f"/v1/leads/{ana['id']}").json()

    assert {name: ana[name] for name in ANA} == {**ANA, "companyDomain": "acme.example"}
    assert ana["score"] == lead["score"] > 0
    assert (lead["company"]["size"], lead["company_domain"]) == (60, "acme.example")
    assert http.get(where(ana)).json() == ana


def test_prospects_are_found_by_what_they_are(running: Running, http: TestClient, ana: Any) -> None:
    running.clock.set(running.clock() + timedelta(minutes=1))
    http.post("/prospects", json={"name": "Bo", "email": "bo@other.example"})
    running.settle()

    for asked in (
        {"email": "ANA@acme.example"},
        {"companyDomain": "acme.EXAMPLE"},
        {"companySize": 60},
        {"sortBy": "createdAt", "sortOrder": "asc", "limit": 1},
    ):
        page = listed(http, **asked)
        assert page["data"] == [ana], asked
        assert (page["page"], page["pages"]) == (1, page["total"])
    assert listed(http, **{"score.gte": 101})["total"] == 0


def test_what_is_not_named_of_a_prospect_stays(http: TestClient, ana: Any) -> None:
    moved = http.put(where(ana), json={"companySize": 80, "industry": None, "status": "connected"})

    assert moved.status_code == 200, moved.text
    assert {**ana, "companySize": 80, "industry": None, "status": "connected"} == {
        **moved.json(),
        "version": ana["version"],
        "score": ana["score"],
        "updatedAt": ana["updatedAt"],
    }
    assert http.put(where(ana), json={}).json() == moved.json()


def test_a_deleted_prospect_is_shown_to_nobody_and_can_be_restored(
    running: Running, http: TestClient, ana: Any
) -> None:
    assert http.delete(where(ana)).status_code == 204
    running.settle()
    gone = http.get(where(ana)), listed(http)["total"]
    back = http.post(f"{where(ana)}/restore")
    running.settle()

    assert (gone[0].status_code, gone[1]) == (404, 0)
    assert (back.status_code, back.json()["deletedAt"]) == (200, None)
    assert http.get(where(ana)).status_code == 200


def test_what_was_done_is_on_the_timeline(running: Running, http: TestClient, ana: Any) -> None:
    for kind in ("note", "email", "meeting"):
        body = {"prospectId": ana["id"], "type": kind, "text": f"a {kind}"}
        assert http.post("/activities", json=body).status_code == 201
    running.settle()

    found = http.get(f"{where(ana)}/activities").json()["data"]

    assert {(each["way"], each["text"]) for each in found if each["text"]} == {
        (None, "a note"),
        ("mail", "a email"),
        ("visit", "a meeting"),
    }


def test_a_profile_says_how_many_match(running: Running, http: TestClient, ana: Any) -> None:
    running.settle()

    profile = http.post("/icps", json={"name": "Hotels", "industries": ["hotellerie"]})

    assert profile.status_code == 201
    assert profile.json()["matches"] == 1
    running.settle()
    assert http.get("/icps").json()["data"][0]["name"] == "Hotels"


def test_whoever_only_reads_sees_prospects_and_makes_none(
    running: Running, http: TestClient, ana: Any
) -> None:
    running.settle()
    auditor = running.http(Role.AUDITOR)

    assert auditor.post("/prospects", json=ANA).status_code == 403
    assert listed(auditor)["data"] == [ana]
