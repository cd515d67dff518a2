"""Nobody asks more often than is good for the others, and everybody knows how often that is."""

from uuid import uuid4

import pytest
from fastapi.testclient import TestClient

from adapters.rate_limits.one_process import ProcessRateLimiter
from api.web.limiting import AT_ONCE, LIGHTER, Limits
from infra.settings import Mode, Settings
from tests.http.faulty import with_backend
from tests.running import Running

pytestmark = pytest.mark.postgres

CUT = {"name": "Cut", "duration_minutes": 45}


@pytest.fixture
def settings() -> Settings:
    return Settings(mode=Mode.TEST, requests_per_minute=3)


@pytest.fixture
def http(running: Running) -> TestClient:
    return running.http()


def test_every_answer_says_how_often_one_may_still_ask(http) -> None:
    first, second = http.get("/v1/services"), http.get("/v1/services?colour=blue")

    assert first.headers["ratelimit-policy"] == '"reads";q=3;w=60'
    assert first.headers["ratelimit"] == '"reads";r=2;t=60'
    assert second.status_code == 400
    assert second.headers["ratelimit"].startswith('"reads";r=1;t=')


def test_who_asks_too_often_is_told_when_to_come_again(http) -> None:
    for _ in range(3):
        http.get("/v1/services")

    refused = http.get("/v1/services")

    assert (refused.status_code, refused.json()["code"]) == (429, "too-many-requests")
    assert 0 < int(refused.headers["retry-after"]) <= 60
    assert refused.headers["ratelimit"].startswith('"reads";r=0;t=')


def test_whatever_one_asks_counts_among_all_of_the_business(running: Running) -> None:
    """As much as ten people may ask for: what no class of route knows of, too."""
    for path in ("/docs", "/openapi.json", "/nowhere", "/v1/status"):
        http = running.http(tenant=str(uuid4()))
        asked = [http.get(path) for _ in range(3 * AT_ONCE + 1)]
        assert [each.status_code == 429 for each in asked] == [False] * 3 * AT_ONCE + [True], path
        assert asked[-1].json()["policy"] == "tenant"


def test_one_asks_at_nobody_elses_expense(running: Running, http) -> None:
    for _ in range(4):
        http.get("/v1/services")

    assert running.http().get("/v1/services").status_code == 200
    assert http.post("/v1/services", json=CUT).status_code == 201


def test_who_has_asked_for_much_may_go_on_asking_for_little(http) -> None:
    first, *others = [
        http.get(target)
        for target in (
            "/v1/history",
            "/v1/history",
            "/v1/clients?q=Zo",
            "/v1/tenants/a?as_of=1",
            "/v1/availability",
        )
    ]

    assert first.headers["ratelimit"].startswith('"heavy";r=0;t=')
    assert {(each.status_code, each.json()["policy"]) for each in others} == {(429, "heavy")}
    assert http.get("/v1/services").status_code == 200


def test_a_key_that_came_too_often_is_as_good_as_before(running: Running, http) -> None:
    for _ in range(3):
        http.post("/v1/services", json=CUT)
    key = {"Idempotency-Key": "a"}

    refused = http.post("/v1/services", json=CUT, headers=key)
    patient = with_backend(running, http, limits=Limits(ProcessRateLimiter(), 1_000))
    made = patient.post("/v1/services", json={**CUT, "name": "Other"}, headers=key)

    assert refused.status_code == 429
    assert made.status_code == 201
    assert "idempotent-replayed" not in made.headers


def test_limits_can_be_read(http) -> None:
    found = {each["name"]: each for each in http.get("/v1/limits").json()["data"]}

    assert found["reads"] == {"name": "reads", "quota": 3, "window_seconds": 60}
    assert found["heavy"]["quota"] == max(1, 3 // LIGHTER)
