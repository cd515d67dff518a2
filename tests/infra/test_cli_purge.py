"""One is told which records will be purged when, and what of them stays because others need it."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import msgspec
import pytest
from fastapi.testclient import TestClient
from typer.testing import Result

from adapters.clock import SettableClock
from domain.business.users import Role
from domain.catalogue import KINDS
from infra.settings import Settings
from tests.infra.beside import command, running_beside
from tests.records.any_kind import bodies, create, every_kind
from tests.running import Running

pytestmark = pytest.mark.postgres


@pytest.fixture
def purge(dsn: str, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Run `frontdesk purge …` on this test's database."""
    return command("purge", dsn, monkeypatch)


@pytest.fixture
def running(settings: Settings, dsn: str) -> Iterator[Running]:
    with running_beside(settings, dsn) as running:
        yield running


@pytest.fixture
def http(running: Running) -> TestClient:
    """Somebody who may change any kind of record."""
    return running.http(Role.OWNER, Role.OPERATOR)


def in_days(running: Running, days: int) -> str:
    return f"{running.clock() + timedelta(days=days, minutes=1):%Y-%m-%dT%H:%M:%SZ}"


def lines(result: Result) -> list[dict[str, object]]:
    assert result.exit_code == 0, result.output
    return [msgspec.json.decode(line) for line in result.stdout.splitlines()]


@every_kind
def test_what_will_be_purged_is_told_and_nothing_is_done(
    running: Running, http, purge, kind
) -> None:
    first, second = bodies(kind)
    removed, _ = create(http, kind, first), create(http, kind, second)
    http.delete(removed)
    events = len(http.get("/v1/history").json()["data"])

    today = lines(purge("--dry-run", "--json"))
    [told] = lines(purge("--dry-run", "--json", "--at", in_days(running, 30)))
    elsewhere = purge("--dry-run", "--json", "--at", in_days(running, 30), "--tenant", OTHER)

    assert today == lines(elsewhere) == []
    assert removed.endswith(str(told["id"]))
    assert (told["tenant"], told["kind"], told["stays"]) == (
        running.tenant,
        kind.one,
        kind.for_good,
    )
    assert len(http.get("/v1/history").json()["data"]) == events


OTHER = "0198c0de-0000-7000-8000-00000000000a"


def test_one_is_told_for_how_long_each_kind_is_kept(running: Running, http, purge) -> None:
    tax = http.post("/v1/taxes", json={"name": "VAT", "rate": 2000, "country": "FR"}).json()["id"]
    http.delete(f"/v1/taxes/{tax}")

    shown = purge("--dry-run", "--at", in_days(running, 30)).stdout

    assert f"{tax}" in shown
    assert "is gone for good" in shown
    assert [line.split() for line in shown.splitlines()][-len(KINDS) :] == [
        [kind.one, "30", "days", "1" if kind.one == "tax" else "0", "0"] for kind in KINDS
    ]


def test_what_is_due_is_purged_at_once_if_one_asks_so(
    running: Running, http, purge, monkeypatch: pytest.MonkeyPatch
) -> None:
    tax = http.post("/v1/taxes", json={"name": "VAT", "rate": 2000, "country": "FR"}).json()["id"]
    http.delete(f"/v1/taxes/{tax}")
    before = purge("--at", in_days(running, 30))
    later = running.clock() + timedelta(days=31)
    monkeypatch.setattr("infra.composition.running.SettableClock", lambda: SettableClock(later))

    told = purge("--dry-run", "--json")
    untouched = http.get(f"/v1/history?stream={tax}").json()["data"]
    done = purge("--json")
    running.settle()

    assert before.exit_code == 2
    assert lines(told) == lines(done)
    assert untouched[0]["type"] == "tax-removed.v1"
    assert [each["id"] for each in lines(done)] == [tax]
    happened = http.get(f"/v1/history?stream={tax}").json()["data"]
    assert happened[0]["type"] == "tax-purged.v1"
    assert happened[0]["actor"].startswith("command-line/")
