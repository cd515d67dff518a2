"""Who has filled a form in comes back to the pages of the business, and is known again if they agree."""

from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.running import Running
from tests.sales.forms.asking import (
    filled_in,
    later,
    leads,
    made,
    opened,
    received,
    stranger,
    submission,
)

pytestmark = pytest.mark.postgres

DAY = timedelta(days=1)


def come_back(running: Running, form_id: str, submitted: Any) -> Any:
    body = {"submission": submitted["id"], "visitor": submitted["visitor"]}
    return stranger(running).post(f"/v1/lead-forms/{form_id}/visits", json=body)


def score(running: Running, http: TestClient, lead_id: str) -> int:
    running.settle()
    return int(http.get(f"/v1/leads/{lead_id}").json()["score"])


def test_each_day_on_which_somebody_comes_back_counts_once(
    running: Running, http: TestClient
) -> None:
    form = made(http)
    submitted = received(running, form)
    (lead,) = leads(running, http)
    before = score(running, http, lead["id"])

    answers = [come_back(running, form, submitted) for _ in range(2)]
    assert [each.status_code for each in answers] == [204, 204]
    assert score(running, http, lead["id"]) == before + 5

    later(running, DAY)
    assert come_back(running, form, submitted).status_code == 204
    assert score(running, http, lead["id"]) == before + 10


def test_nobody_is_known_by_anothers_word(running: Running, http: TestClient) -> None:
    form = made(http)
    ana = received(running, form, {"name": "Ana", "email": "ana@example.org"})
    zoe = received(running, form)
    mixed = {"id": ana["id"], "visitor": zoe["visitor"]}

    refused = come_back(running, form, mixed)

    assert (refused.status_code, refused.json()["code"]) == (404, "visitor-unknown")


def test_by_what_they_were_told_nobody_confirms_what_was_mailed(
    running: Running, http: TestClient
) -> None:
    form = made(http, double_opt_in=True)
    submitted = received(running, form)
    guessed = submitted["visitor"].replace("visitor", "confirmation")
    refused = stranger(running).post(
        f"/v1/lead-forms/{form}/confirm", json={"submission": submitted["id"], "key": guessed}
    )

    assert (refused.status_code, refused.json()["code"]) == (404, "confirmation-unknown")
    assert leads(running, http) == []


def test_what_is_held_is_answered_alike_and_counts_nothing(
    running: Running, http: TestClient
) -> None:
    form = made(http)
    stamp = opened(stranger(running), form)["stamp"]
    body = {"answers": {"name": "R", "email": "r@example.org"}, "stamp": stamp, "decoy": "x"}
    held = stranger(running).post(f"/v1/lead-forms/{form}/submit", json=body).json()

    assert come_back(running, form, held).status_code == 204
    assert leads(running, http) == []
    assert submission(http, held["id"])["status"] == "held"


def test_of_who_is_a_client_by_now_nothing_is_counted(running: Running, http: TestClient) -> None:
    form = made(http)
    submitted = received(running, form)
    (lead,) = leads(running, http)
    http.post(f"/v1/leads/{lead['id']}/convert")
    before = http.get(f"/v1/leads/{lead['id']}/history").json()

    assert come_back(running, form, submitted).status_code == 204
    assert http.get(f"/v1/leads/{lead['id']}/history").json() == before


def test_of_whoever_was_erased_nothing_is_noted(running: Running, http: TestClient) -> None:
    form = made(http)
    submitted = received(running, form)
    (lead,) = leads(running, http)
    http.delete(f"/v1/clients/{lead['client_id']}/personal-data")
    before = http.get(f"/v1/leads/{lead['id']}/history").json()

    assert come_back(running, form, submitted).status_code == 204
    assert http.get(f"/v1/leads/{lead['id']}/history").json() == before


def test_a_page_of_elsewhere_counts_nobody(running: Running, http: TestClient) -> None:
    form = made(http)
    submitted = filled_in(running, form).json()
    body = {"submission": submitted["id"], "visitor": submitted["visitor"]}
    refused = stranger(running).post(
        f"/v1/lead-forms/{form}/visits", json=body, headers={"Origin": "https://evil.example"}
    )

    assert (refused.status_code, refused.json()["code"]) == (403, "origin-not-listed")
