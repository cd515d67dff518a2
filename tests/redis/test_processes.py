"""API processes that have a Redis: what one knows, all know."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from redis import Redis

from adapters.clock import SettableClock
from infra.composition import System, application, running_system
from infra.redis import RedisServer
from infra.settings import Mode, Settings

pytestmark = pytest.mark.postgres

CAMILLE = {
    "user_type": "beauty_professional",
    "name": "Camille Petit",
    "email": "camille@example.org",
    "password": "nine green teapots",
}


@pytest.fixture
def settings(redis_server: RedisServer, redis: Redis) -> Settings:
    return Settings(
        mode=Mode.TEST, redis_url=redis_server.url, redis_timeout_ms=300_000, requests_per_minute=3
    )


@pytest.fixture
def here(system: System) -> TestClient:
    return TestClient(application(system))


@pytest.fixture
def there(system: System, clock: SettableClock) -> Iterator[TestClient]:
    """Another process on the same database and the same Redis."""
    with running_system(system.settings, system.database.dsn, clock=clock) as other:
        yield TestClient(application(other))


def logged_in(http: TestClient) -> dict[str, str]:
    """Register, and give the headers of somebody who is logged in."""
    assert http.post("/v1/auth/register", json=CAMILLE).status_code == 201
    words = {name: CAMILLE[name] for name in ("email", "password")}
    token = http.post("/v1/auth/login", json=words).json()["access_token"]
    return {"Authorization": f"Bearer {token}"}


def test_one_asks_so_often_in_all_however_many_processes_answer(
    here: TestClient, there: TestClient
) -> None:
    camille = logged_in(here)
    asked = [http.get("/v1/services", headers=camille) for http in (here, there, here, there)]

    assert [answer.status_code for answer in asked] == [200, 200, 200, 429]


def test_one_guesses_passwords_so_often_in_all(here: TestClient, there: TestClient) -> None:
    guess = {"email": CAMILLE["email"], "password": "wrong"}
    guessed = [http.post("/v1/auth/login", json=guess) for http in (here, there) * 5]

    assert {answer.status_code for answer in guessed} == {401}
    assert there.post("/v1/auth/login", json=guess).status_code == 429
