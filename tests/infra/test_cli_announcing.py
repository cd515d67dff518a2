"""Whoever runs the system tells one business, or all of them; each once."""

from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest
from typer.testing import Result

from domain.business.tenants import RegisterBusiness
from domain.business.users import Role
from domain.values import TenantId, UserId
from infra.settings import Settings
from tests.business.tenants.examples import salon
from tests.infra.beside import command, running_beside
from tests.running import Running

pytestmark = pytest.mark.postgres

SAID = ("Maintenance", "Nothing can be booked from 2 to 3.")
KEY = ("--key", "sunday")


@pytest.fixture
def announce(dsn: str, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    return command("announce", dsn, monkeypatch)


@pytest.fixture
def withdraw(dsn: str, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    return command("withdraw", dsn, monkeypatch)


@pytest.fixture
def running(settings: Settings, dsn: str) -> Iterator[Running]:
    with running_beside(settings, dsn) as running:
        yield running


def opened(running: Running) -> str:
    """Let there be another business; return its id."""
    tenant = TenantId(str(uuid4()))
    there = Running(running.system, running.clock, running.app, tenant, running.principals)
    there.order(
        RegisterBusiness(
            tenant_id=tenant,
            business=salon,
            owner_id=UserId(f"user-{uuid4()}"),
            owner_name="Ana",
            owner_email=f"{tenant}@salon.example",
        )
    )
    return tenant


def told(running: Running, tenant: str) -> list[str]:
    running.settle()
    listed = running.http(Role.FRONT_DESK, tenant=tenant).get("/v1/announcements").json()["data"]
    return [each["title"] for each in listed]


def test_all_are_told_once_however_often_it_is_begun_and_it_can_be_taken_back(
    announce: Callable[..., Result], withdraw: Callable[..., Result], running: Running
) -> None:
    one, other = opened(running), opened(running)

    assert announce(*SAID, "--tenant", one, *KEY).output.endswith("in 1 of 1\n")
    assert (told(running, one), told(running, other)) == ([SAID[0]], [])

    for _ in range(2):
        assert announce(*SAID, "--everywhere", *KEY).output.endswith("in 2 of 2\n")
    assert (told(running, one), told(running, other)) == ([SAID[0]], [SAID[0]])

    late = opened(running)
    assert withdraw("sunday", "--everywhere").output.endswith("in 2 of 3\n")
    assert [told(running, each) for each in (one, other, late)] == [[], [], []]


def test_it_is_recorded_who_said_it(announce: Callable[..., Result], running: Running) -> None:
    tenant = opened(running)
    french = ("--french", "Maintenance", "De 2 h à 3 h.")
    announce(*SAID, "--tenant", tenant, *french, "--importance", "urgent")

    history = running.http(tenant=tenant).get("/v1/history").json()["data"]
    [made] = [each for each in history if each["type"] == "announcement-created.v1"]
    assert made["actor"].startswith("command-line/")
    assert made["data"]["values"]["translations"][0]["language"] == "fr"


@pytest.mark.parametrize(
    "wrong",
    [
        ("Maintenance", "x" * 1_001, "--everywhere"),
        (*SAID, "--everywhere", "--until", "tomorrow"),
        (*SAID, "--tenant", str(uuid4())),
        SAID,
    ],
)
def test_what_cannot_be_said_or_to_nobody_is_refused(
    announce: Callable[..., Result], running: Running, wrong: tuple[str, ...]
) -> None:
    tenant = opened(running)
    assert announce(*wrong).exit_code != 0
    assert told(running, tenant) == []
