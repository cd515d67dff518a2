"""Leads over HTTP whose companies are known: others call them prospects."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.running import Running
from tests.sales.leads.coming import ZOE, again, opened

pytestmark = [pytest.mark.postgres, pytest.mark.together]

NOOR = {"name": "Noor Haddad", "email": "noor@example.org"}
ACME = {
    "name": "Acme",
    "domain": "ACME.example",
    "title": "Head of IT",
    "industry": "Hôtellerie",
    "size": 250,
}


def listed(running: Running, http: TestClient, **asked: Any) -> list[str]:
    running.settle()
    answer = http.get("/v1/leads", params=asked)
    assert answer.status_code == 200, answer.text
    return [each["id"] for each in answer.json()["data"]]


def test_a_prospect_is_found_by_what_is_known_of_their_company(
    running: Running, http: TestClient
) -> None:
    prospect, other = opened(http, company=ACME), opened(http, person=NOOR)
    http.put(f"/v1/leads/{other['id']}/company", json={"name": "Small", "size": 3})

    assert prospect["company"] == {**ACME, "domain": "acme.example"}
    for asked in (
        {"company_domain": "acme.EXAMPLE"},
        {"industry": "hotellerie"},
        {"company_size": 250},
        {"company_size.gte": 100},
        {"email": "ZOE@example.org"},
    ):
        assert listed(running, http, **asked) == [prospect["id"]], asked
    assert listed(running, http, **{"company_size.lt": 100}) == [other["id"]]
    assert listed(running, http, sort="company_size") == [other["id"], prospect["id"]]
    assert listed(running, http, company_domain="nobody.example") == []


def test_what_is_told_of_a_company_is_the_whole_of_it_and_told_once(http: TestClient) -> None:
    lead = opened(http, company=ACME)
    where = f"/v1/leads/{lead['id']}/company"
    same = http.put(where, json=ACME).json()
    other = http.put(where, json={"industry": "Retail"}).json()
    came_again = opened(http)

    assert same["version"] == lead["version"]
    assert other["company"] == {**dict.fromkeys(ACME), "industry": "Retail"}
    assert (other["company_domain"], other["company_size"]) == (None, None)
    assert came_again["company"] == other["company"], "who says nothing of it takes nothing away"


@pytest.mark.parametrize(
    "wrong",
    [{"domain": "https://acme.example"}, {"domain": "acme"}, {"size": 0}, {"size": 10_000_001}],
)
def test_what_is_no_company_is_refused(http: TestClient, wrong: dict[str, Any]) -> None:
    refused = http.post("/v1/leads", json={"person": ZOE, "company": wrong})

    assert (refused.status_code, refused.json()["code"]) == (422, "validation-failed")


def test_who_has_an_address_is_found_under_whichever_record(
    running: Running, http: TestClient
) -> None:
    lead = opened(http)
    other = http.post("/v1/clients", json=NOOR).json()["id"]
    http.post(f"/v1/clients/{lead['client_id']}/merge", json={"sources": [other]})
    stranger = opened(http, person={"name": "Somebody Else", "email": ZOE["email"]})

    assert listed(running, http, email=NOOR["email"]) == [lead["id"]]
    assert {*listed(running, http, email=ZOE["email"])} == {lead["id"], stranger["id"]}
    assert listed(running, http, email="nobody@example.org") == []


def test_who_keeps_up_with_those_of_an_address_reads_anew_once_somebody_has_another(
    running: Running, http: TestClient
) -> None:
    lead = opened(http)
    running.settle()
    asked = {"email": ZOE["email"]}
    mark = http.get("/v1/leads", params=asked).json()["changes"]
    quiet = http.get("/v1/leads", params={**asked, "changed_after": mark})
    client = {"name": "Zoé", "email": "new@example.org"}
    http.put(f"/v1/clients/{lead['client_id']}", json=client)
    running.settle()
    anew = http.get("/v1/leads", params={**asked, "changed_after": mark})

    assert quiet.json()["data"] == []
    assert (anew.status_code, anew.json()["code"]) == (410, "changes-too-many")


def test_who_is_erased_leaves_the_industry_and_the_size_of_a_company(
    running: Running, http: TestClient
) -> None:
    lead = opened(http, company=ACME)
    running.settle()
    http.delete(f"/v1/clients/{lead['client_id']}/personal-data")
    running.settle()
    left = again(http, lead)

    assert left["company"] == {**dict.fromkeys(ACME), "industry": "Hôtellerie", "size": 250}
    assert (left["company_domain"], left["title_key"]) == (None, None)
    assert listed(running, http, company_domain="acme.example") == []
