"""PostgreSQL goes away and comes back: one is told to come again, nothing leaks, nothing is lost."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from adapters.clock import SettableClock
from infra.composition import application, running_system
from infra.migrate import migrate
from infra.servers.postgres import THROWAWAY, Server, create_database, running
from infra.settings import Settings
from tests.waiting import until

pytestmark = [pytest.mark.postgres, pytest.mark.slow]

OWNER = {
    "user_type": "beauty_professional",
    "name": "Ana",
    "email": "ana@salon.example",
    "password": "nine green teapots",
}
LOGIN = {name: OWNER[name] for name in ("email", "password")}
CUT = {"name": "Cut", "duration_minutes": 45}
UNHEALTHY = {"status": "unhealthy", "database": "disconnected"}
ENOUGH = 60.0

Ask = Callable[[], Any]


@dataclass
class Desk:
    """A system at work on a PostgreSQL of its own, and the owner of a business in it."""

    data: Path
    http: TestClient
    server: Server
    postgres: ExitStack = field(default_factory=ExitStack)

    def stop_postgres(self) -> None:
        self.postgres.close()

    def start_postgres(self) -> None:
        again = running(self.data, settings=THROWAWAY, port=self.server.port)
        self.postgres.enter_context(again)

    def make(self, name: str, **headers: str) -> Any:
        return self.http.post("/v1/services", json={**CUT, "name": name}, headers=headers)

    def listed(self, made: Any) -> list[str]:
        """Return what is offered, by all that is known once this is."""
        known = {"Consistency-Token": made.headers["consistency-token"], "Prefer": "wait=10"}
        answer = self.http.get("/v1/services", headers=known)
        assert answer.status_code == 200, answer.text
        return [service["name"] for service in answer.json()["data"]]


@pytest.fixture
def desk(
    tmp_path_factory: pytest.TempPathFactory, clock: SettableClock, settings: Settings
) -> Iterator[Desk]:
    data = tmp_path_factory.mktemp("away") / "data"
    with ExitStack() as postgres, ExitStack() as stack:
        server = postgres.enter_context(running(data, settings=THROWAWAY))
        create_database(server, "frontdesk")
        migrate(server.dsn())
        system = stack.enter_context(running_system(settings, server.dsn(), clock=clock))
        http = TestClient(application(system), raise_server_exceptions=False)
        desk = Desk(data, http, server, postgres)
        http.post("/v1/auth/register", json=OWNER)
        token = http.post("/v1/auth/login", json=LOGIN).json()["access_token"]
        http.headers["Authorization"] = f"Bearer {token}"
        system.work()
        yield desk


@contextmanager
def together(*asks: Ask) -> Iterator[list[Any]]:
    """Ask all of this at once, and wait for every answer."""
    with ThreadPoolExecutor(len(asks)) as threads:
        answers = [threads.submit(ask) for ask in asks]
        yield [answer.result(ENOUGH) for answer in answers]


def questions(desk: Desk, where: str, professional: str) -> dict[str, Ask]:
    """Return one question of each kind."""
    http = desk.http
    tomorrow = "from=2027-01-05T08:00:00Z&to=2027-01-05T20:00:00Z&duration_minutes=30"
    return {
        "row": lambda: http.get(where),
        "row that is not there": lambda: http.get(where[:-1] + "f"),
        "list": lambda: http.get("/v1/services"),
        "old list": lambda: http.get("/services?page=1"),
        "availability": lambda: http.get(
            f"/v1/availability?professional_id={professional}&{tomorrow}"
        ),
        "history": lambda: http.get("/v1/history"),
        "outbox": lambda: http.get("/v1/outbox"),
        "log in": lambda: http.post("/v1/auth/login", json=LOGIN),
        "self": lambda: http.get("/v1/auth/me"),
        "status": lambda: http.get("/v1/status"),
        "metrics": lambda: http.get("/metrics"),
    }


def test_while_postgresql_is_away_one_is_asked_to_come_again_and_then_all_goes_on(
    desk: Desk,
) -> None:
    where = desk.make("Cut").headers["location"]
    professional = desk.http.get("/v1/auth/me").json()["professional_id"]
    asked = questions(desk, where, professional)
    key = {"Idempotency-Key": "once"}

    desk.stop_postgres()
    with together(
        *asked.values(),
        lambda: desk.make("Trim", **key),
        lambda: desk.http.patch(where.replace("services/service", "bookings/booking"), json={}),
        lambda: desk.http.post("/v1/auth/register", json={**OWNER, "email": "b@salon.example"}),
        lambda: desk.http.get("/v1/health"),
    ) as (*refused, health):
        for answer in refused:
            assert_unavailable(desk, answer)
    assert (health.status_code, health.json()) == (503, UNHEALTHY)

    desk.start_postgres()
    first = desk.make("Trim", **key)
    again = desk.make("Trim", **key)

    assert (first.status_code, "idempotent-replayed" in first.headers) == (201, False)
    assert again.headers["idempotent-replayed"] == "true"
    assert sorted(desk.listed(first)) == ["Cut", "Trim"]
    assert desk.http.get("/v1/health").status_code == 200
    assert_work_goes_on(desk, professional)


def assert_work_goes_on(desk: Desk, professional: str) -> None:
    """Mails are written of what is booked, by processes and workers that were interrupted."""
    guest = {"name": "Zoé", "email": "zoe@example.org"}
    wish = {"professional_id": professional, "starts_at": "2027-01-05T10:00:00+01:00"}
    booked = desk.http.post(
        "/v1/bookings", json={**wish, "duration_minutes": 30, "guest": guest, "override": True}
    )
    assert booked.status_code == 201, booked.text
    about = {"about": booked.json()["id"]}
    until(lambda: bool(desk.http.get("/v1/outbox", params=about).json()["data"]))


def assert_unavailable(desk: Desk, answer: Any) -> None:
    where = f"{answer.request.method} {answer.request.url}: {answer.text}"
    assert (answer.status_code, answer.json().get("code")) == (503, "unavailable"), where
    assert answer.headers["content-type"] == "application/problem+json", where
    assert int(answer.headers["retry-after"]) >= 1, where
    for secret in (desk.server.password, str(desk.server.port), "127.0.0.1", "psycopg", "SELECT"):
        assert secret not in answer.text, where


def test_connections_that_died_unused_fail_nobody(desk: Desk) -> None:
    where = desk.make("Cut").headers["location"]
    professional = desk.http.get("/v1/auth/me").json()["professional_id"]
    asked = questions(desk, where, professional)
    asked.pop("row that is not there")
    with together(*asked.values(), *asked.values()) as warm:
        assert {answer.status_code for answer in warm} == {200}

    desk.stop_postgres()
    desk.start_postgres()

    with together(*asked.values(), *asked.values(), lambda: desk.make("Trim")) as answers:
        for answer in answers:
            assert answer.status_code in (200, 201), f"{answer.request.url}: {answer.text}"
