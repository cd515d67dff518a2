"""Long work, from the command line: begun there, and followed by the numbers that HTTP tells, too."""

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner, Result

from adapters.clock import SettableClock
from application.operations.long_operations import OperationNotFound
from domain.business.users import Role
from infra.cli import app
from infra.cli.errors import SAID
from infra.composition import running_system
from infra.settings import Settings
from tests.infra.test_import_bookings import TWO_AT_ONCE
from tests.long_operations.carrying import a_worker, finish
from tests.long_operations.test_api import EXPORTS, started
from tests.running import Running
from tests.scheduling.bookings.at_the_salon import Salon

pytestmark = pytest.mark.postgres


@pytest.fixture
def salon(running: Running, dsn: str, monkeypatch: pytest.MonkeyPatch) -> Salon:
    """A salon with a booking, in the database that the commands find."""
    monkeypatch.setenv("DATABASE_URL", dsn)
    salon = Salon.opened(running)
    salon.book(running.http())
    running.settle()
    return salon


def frontdesk(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


@pytest.fixture
def somebody_working(settings: Settings, dsn: str) -> Iterator[None]:
    """Have what a command begins carried out meanwhile, by the clock that the command has."""
    clock = SettableClock(datetime.now(UTC))
    with running_system(settings, dsn, clock=clock) as system:
        system.beside("operations", partial(system.worker.run, lanes=("operations",)))
        yield


def last_line(result: Result) -> dict[str, object]:
    return dict(msgspec.json.decode(result.stdout.splitlines()[-1]))


@pytest.mark.usefixtures("somebody_working")
def test_a_rebuild_is_begun_and_followed(running: Running, salon: Salon) -> None:
    with running.system.database.as_worker() as connection:
        connection.execute("DELETE FROM live.bookings")

    followed = frontdesk("rebuild", "bookings", "--background")

    assert followed.exit_code == 0, followed.output
    assert last_line(followed)["state"] == "done"
    assert len(running.http().get("/v1/bookings").json()["data"]) == 1
    assert running.http(Role.OPERATOR).get("/v1/operations").json()["data"] == []


@pytest.mark.usefixtures("salon", "somebody_working")
def test_an_import_is_begun_and_followed(tmp_path: Path) -> None:
    file = tmp_path / "conversations.jsonl"
    file.write_bytes(TWO_AT_ONCE)

    followed = frontdesk("import", "bookings", str(file), "--background")

    assert followed.exit_code == 0, followed.output
    assert last_line(followed)["result"] == {
        "booked": 2,
        "refused": 1,
        "already_there": 0,
        "refusals": [{"id": "b/9", "code": "slot-taken"}],
    }
    again = frontdesk("import", "bookings", str(file), "--json")
    assert last_line(again)["already_there"] == 2


def test_what_was_begun_elsewhere_is_listed_shown_followed_and_cancelled(
    running: Running, salon: Salon
) -> None:
    http = running.http()
    where = started(http)
    name = where.rpartition("/")[2]
    a_worker(running.system).run_due()

    listed = frontdesk("operations", "list", "--json", "--tenant", running.tenant)
    shown = frontdesk("operations", "show", name)
    cancelled = frontdesk("operations", "cancel", name)
    finish(a_worker(running.system))
    followed = frontdesk("operations", "follow", name)
    table = frontdesk("operations", "list")

    known = http.get(where).json()
    assert last_line(listed) == last_line(shown)
    assert last_line(shown)["total"] == known["progress"]["total"]
    assert last_line(cancelled)["state"] == "cancelling"
    assert str(known["cancelled_by"]).startswith("command-line/")
    assert (followed.exit_code, last_line(followed)["state"]) == (1, "cancelled")
    assert name in table.stdout
    assert http.post(EXPORTS).status_code == 202


def test_who_asks_for_what_is_not_there_is_told_so(salon: Salon) -> None:
    answer = frontdesk("operations", "show", "operation-0198c0de-0000-7000-8000-000000000001")

    assert answer.exit_code == 1
    assert isinstance(answer.exception, OperationNotFound)
    assert isinstance(answer.exception, SAID)
