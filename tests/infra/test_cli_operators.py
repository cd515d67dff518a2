"""Those who run the system say who looks after it; a business cannot."""

from collections.abc import Callable, Iterator
from uuid import uuid4

import msgspec
import pytest
from fastapi.testclient import TestClient
from typer.testing import Result

from application.business.accounts import NewAccount
from application.ports import About
from domain.business.users import Role, UserNotFound
from infra.composition import application
from infra.settings import Settings
from tests.infra.beside import command, running_beside
from tests.running import Running

pytestmark = pytest.mark.postgres

OLGA = NewAccount(name="Olga", email="olga@salon.example", password="a long way to the lake")


@pytest.fixture
def frontdesk(dsn: str, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Run `frontdesk operators …` on this test's database."""
    return command("operators", dsn, monkeypatch)


@pytest.fixture
def running(settings: Settings, dsn: str) -> Iterator[Running]:
    """A system by the same clock as the command's."""
    with running_beside(settings, dsn) as running:
        yield running


@pytest.fixture
def olga(running: Running) -> Callable[[], TestClient]:
    """Log Olga in, who works at the front desk; return her client."""
    about = About(tenant=running.tenant, actor="user-owner", command_id=uuid4())
    running.system.accounts.add_user(OLGA, about, roles=(Role.FRONT_DESK,))

    def log_in() -> TestClient:
        http = TestClient(application(running.system), raise_server_exceptions=False)
        asked = {"email": OLGA.email, "password": OLGA.password}
        token = http.post("/v1/auth/login", json=asked).json()["access_token"]
        http.headers["Authorization"] = f"Bearer {token}"
        return http

    return log_in


def test_who_is_appointed_looks_after_jobs_until_dismissed(
    frontdesk: Callable[..., Result], olga: Callable[[], TestClient], running: Running
) -> None:
    before = olga()
    assert before.get("/v1/jobs").status_code == 403

    assert frontdesk("add", OLGA.email).exit_code == 0

    running.system.denylist.look()
    assert before.get("/v1/jobs").status_code == 401
    operating = olga()
    assert operating.get("/v1/jobs").status_code == 200

    assert frontdesk("remove", OLGA.email).exit_code == 0

    running.system.denylist.look()
    assert operating.get("/v1/jobs").status_code == 401
    assert olga().get("/v1/jobs").status_code == 403


def test_it_is_recorded_who_appointed_whom(
    frontdesk: Callable[..., Result], olga: Callable[[], TestClient], running: Running
) -> None:
    olga()
    frontdesk("add", OLGA.email)

    with running.system.database.as_worker() as connection:
        [(actor,)] = connection.execute(
            "SELECT metadata->>'actor' FROM log.events WHERE type = 'user-roles-changed.v1'"
        ).fetchall()
    assert actor.startswith("command-line/")


def test_all_operators_are_listed(
    frontdesk: Callable[..., Result], olga: Callable[[], TestClient], running: Running
) -> None:
    olga()
    assert frontdesk("list", "--json").stdout == ""

    frontdesk("add", OLGA.email)

    [listed] = map(msgspec.json.decode, frontdesk("list", "--json").stdout.splitlines())
    assert (listed["tenant"], listed["email"]) == (running.tenant, OLGA.email)
    assert OLGA.email in frontdesk("list").stdout


def test_nobody_is_appointed_who_cannot_log_in(frontdesk: Callable[..., Result]) -> None:
    assert isinstance(frontdesk("add", "nobody@salon.example").exception, UserNotFound)
