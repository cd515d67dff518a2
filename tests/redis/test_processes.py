"""API processes: what one of them knows, all know, by way of Redis or of PostgreSQL."""

from collections.abc import Callable, Iterator

import pytest
from fastapi.testclient import TestClient

from adapters.accounts import denylist
from adapters.clock import SettableClock
from infra.composition import System, application, running_system
from infra.servers.redis import RedisServer
from infra.settings import Mode, Settings
from tests.acceptance.processes import Http, owner, servers

pytestmark = pytest.mark.postgres

ME = "/v1/auth/me"
LONG = 60.0
NEVER = 3600.0

CAMILLE = {
    "user_type": "beauty_professional",
    "name": "Camille Petit",
    "email": "camille@example.org",
    "password": "nine green teapots",
}


@pytest.fixture(params=["notify", "redis"])
def way(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def settings(way: str, request: pytest.FixtureRequest) -> Settings:
    if way == "notify":
        return Settings(mode=Mode.TEST)
    request.getfixturevalue("redis")
    url = request.getfixturevalue("redis_server").url
    return Settings(mode=Mode.TEST, redis_url=url, redis_timeout_ms=300_000, requests_per_minute=3)


@pytest.fixture
def here(system: System) -> TestClient:
    return TestClient(application(system))


@pytest.fixture
def other(system: System, clock: SettableClock) -> Iterator[System]:
    """Another process on the same database, with the same settings."""
    with running_system(system.settings, system.database.dsn, clock=clock) as other:
        yield other


@pytest.fixture
def there(other: System) -> TestClient:
    return TestClient(application(other))


def logged_in(http: TestClient) -> dict[str, str]:
    """Register; return the headers of somebody who is logged in."""
    assert http.post("/v1/auth/register", json=CAMILLE).status_code == 201
    words = {name: CAMILLE[name] for name in ("email", "password")}
    token = http.post("/v1/auth/login", json=words).json()["access_token"]
    return {"Authorization": f"Bearer {token}"}


def me(http: TestClient, camille: dict[str, str]) -> int:
    return http.get(ME, headers=camille).status_code


# --- Limits -------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["redis"])
def test_one_asks_so_often_in_all_however_many_processes_answer(
    here: TestClient, there: TestClient
) -> None:
    camille = logged_in(here)
    asked = [me(http, camille) for http in (here, there, here, there)]

    assert asked == [200, 200, 200, 429]


@pytest.mark.parametrize("way", ["redis"])
def test_one_guesses_passwords_so_often_in_all(here: TestClient, there: TestClient) -> None:
    guess = {"email": CAMILLE["email"], "password": "wrong"}
    guessed = [http.post("/v1/auth/login", json=guess) for http in (here, there) * 5]

    assert {answer.status_code for answer in guessed} == {401}
    assert there.post("/v1/auth/login", json=guess).status_code == 429


# --- Ended sessions -----------------------------------------------------------------------


def test_who_logs_out_of_one_process_is_logged_out_of_all(
    system: System, other: System, here: TestClient, there: TestClient, monkeypatch
) -> None:
    monkeypatch.setattr(denylist, "LOOK", NEVER)
    camille = logged_in(here)
    session = system.accounts.principal(camille["Authorization"].split()[1]).session_id
    assert me(there, camille) == 200
    system.join_others()
    other.join_others()
    assert other.denylist.bell.wait(0, LONG), "it is connected"

    here.post("/v1/auth/logout", headers=camille)

    assert me(here, camille) == 401
    until_denied(other, session)
    assert me(there, camille) == 401


@pytest.mark.parametrize("way", ["redis"])
def test_who_logs_out_while_redis_is_away_is_logged_out_of_all_all_the_same(
    system: System, other: System, here: TestClient, there: TestClient, monkeypatch, kill
) -> None:
    monkeypatch.setattr(denylist, "LOOK", 0.01)
    camille = logged_in(here)
    session = system.accounts.principal(camille["Authorization"].split()[1]).session_id
    system.join_others()
    other.join_others()
    kill()

    assert here.post("/v1/auth/logout", headers=camille).status_code == 204

    assert me(here, camille) == 401
    until_denied(other, session)
    assert me(there, camille) == 401


def test_servers_know_of_a_logout_with_and_without_redis(
    dsn: str, redis_server: RedisServer, monkeypatch, kill
) -> None:
    """Real processes, as an operator starts them."""
    monkeypatch.setenv("REDIS_URL", redis_server.url)
    with servers(dsn, 2) as (first, second):
        for token in tokens(first, kill):
            with Http(first, token) as here, Http(second, token) as there:
                assert (here("GET", ME).status, there("GET", ME).status) == (200, 200)
                assert here("POST", "/v1/auth/logout").status == 204
                assert here("GET", ME).status == 401
                while there("GET", ME).status != 401:
                    pass


def tokens(port: int, kill: Callable[[], None]) -> Iterator[str]:
    """Return an owner's, and then one that was given when Redis had been killed."""
    yield owner(port)
    kill()
    words = {"email": "robin@agency.example", "password": "a long enough pass-phrase"}
    with Http(port) as http:
        yield str(http("POST", "/v1/auth/login", words).body["access_token"])


# --- No Redis at all ----------------------------------------------------------------------


@pytest.mark.parametrize("settings", [Settings(mode=Mode.TEST, redis_url="redis://127.0.0.1:1")])
def test_a_process_starts_and_answers_although_its_redis_is_not_there(
    system: System, here: TestClient
) -> None:
    system.join_others()

    assert me(here, logged_in(here)) == 200


def until_denied(system: System, session: str) -> None:
    """Wait; pytest loses patience."""
    while not system.denylist.is_denied(session):
        system.advanced.wait(system.advanced.rings, 0.01)
