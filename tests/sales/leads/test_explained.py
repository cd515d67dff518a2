"""Why a lead has the score that it has, over HTTP."""

from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.sales import scoring
from domain.business.users import Role
from tests.running import Running
from tests.sales.leads.coming import BOTH, again, engage, opened

pytestmark = [pytest.mark.postgres, pytest.mark.together]


def explained(http: TestClient, lead: Any, **asked: str) -> Any:
    answer = http.get(f"/v1/leads/{lead['id']}/score", params=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_score_says_what_it_is_made_of_by_which_weights_and_what_changed_it(
    http: TestClient,
) -> None:
    lead = opened(http, message="x" * 150)
    now = engage(http, lead, "booking", "one")
    found = explained(http, lead)

    assert (found["score"], found["breakdown"]) == (now["score"], now["breakdown"])
    assert sum(each["hundredths"] for each in found["breakdown"]["parts"]) == 4250
    assert found["breakdown"]["rounding"] == 50
    assert (found["weights"]["booking"], found["scoring_version"]) == (20, 0)
    told = [(each["because"], each["score"], each["version"]) for each in found["changes"]]
    assert told == [(["lead-engaged"], 43, now["version"] - 1), (["lead-opened"], 23, 2)]
    assert not found["has_more"]


@pytest.mark.apart
def test_it_says_what_the_score_was_by_the_weights_of_then(
    running: Running, http: TestClient
) -> None:
    lead, then = opened(http), running.clock()
    running.clock.set(then + timedelta(days=1))
    weights = http.get("/v1/scoring").json()["weights"]
    http.put("/v1/scoring", json={**weights, "email": 30})
    engage(http, lead, "visit", "one")

    was, is_now = explained(http, lead, as_of=then.isoformat()), explained(http, lead)
    assert (was["score"], was["weights"]["email"], len(was["changes"])) == (15, 10, 1)
    assert (is_now["score"], is_now["weights"]["email"], len(is_now["changes"])) == (40, 30, 2)
    before = {"as_of": (then - timedelta(days=1)).isoformat()}
    assert http.get(f"/v1/leads/{lead['id']}/score", params=before).status_code == 404
    desk = running.http(Role.FRONT_DESK).get(f"/v1/leads/{lead['id']}/score", params=before)
    assert desk.json()["code"] == "permission-missing"


def test_what_a_client_changed_of_themselves_is_told_by_what_looked_at_it(
    running: Running, http: TestClient
) -> None:
    lead = opened(http)
    http.put(f"/v1/clients/{lead['client_id']}", json={**BOTH, "status": "lead"})
    running.settle()

    newest, _ = explained(http, lead)["changes"]
    assert (newest["because"], newest["score"]) == ([], 30)
    assert newest["by"] == "process/score-lead-when-client-changed"


def test_a_score_is_final_once_the_lead_is_over(http: TestClient) -> None:
    lead = opened(http)
    assert not explained(http, lead)["is_final"]

    http.post(f"/v1/leads/{lead['id']}/convert")
    assert explained(http, lead)["is_final"]


def test_of_very_many_changes_the_last_are_told_each_with_its_cause(
    http: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    lead = opened(http)
    engage(http, lead, "visit", "one", "two", "three")
    monkeypatch.setattr(scoring, "LOOKED_AT", 5)

    found = explained(http, lead)
    assert found["has_more"]
    assert [each["because"] for each in found["changes"]] == [["lead-engaged"]] * 2
    assert found["changes"][0]["score"] == again(http, lead)["score"]
