"""The queue, from the command line."""

import msgspec
import pytest
from typer.testing import CliRunner, Result

from adapters.postgres import Database
from application.operations.jobs import JobIsNotParked, JobNotFound, JobPayloadInvalid
from application.processes.effects.bookings import MailKind, SendBookingMail
from application.processes.process import Do
from domain.values import BookingId
from infra.cli import app
from tests.jobs.examples import order, ring

pytestmark = pytest.mark.postgres

mail = SendBookingMail(kind=MailKind.CONFIRMED, booking_id=BookingId("booking-1"), version=2)


@pytest.fixture
def frontdesk(dsn: str, monkeypatch: pytest.MonkeyPatch):
    """Run `frontdesk jobs …` on this test's database."""
    monkeypatch.setenv("DATABASE_URL", dsn)
    monkeypatch.setenv("FRONTDESK_MODE", "test")
    return lambda *arguments: CliRunner().invoke(app, ["jobs", *arguments])


@pytest.fixture
def parked(database: Database) -> str:
    order(database, Do(mail, about="booking-1"))
    with database.as_worker() as connection:
        connection.execute("UPDATE work.jobs SET status = 'parked', last_error = 'OSError: stuck'")
        [(job_id,)] = connection.execute("SELECT id::text FROM work.jobs").fetchall()
    return str(job_id)


def jobs_in(result: Result) -> list[dict[str, object]]:
    assert result.exit_code == 0, result.output
    return [msgspec.json.decode(line) for line in result.stdout.splitlines()]


def test_parked_jobs_are_listed_for_people_and_for_programs(frontdesk, parked: str) -> None:
    table = frontdesk("list").stdout
    [job] = jobs_in(frontdesk("list", "--json"))

    for part in (parked, "send-booking-mail", "booking-1", "OSError: stuck"):
        assert part in table
    assert job["id"] == parked
    assert jobs_in(frontdesk("list", "--json", "--kind", "ring-bell")) == []
    assert jobs_in(frontdesk("list", "--json", "--status", "done")) == []


def test_a_parked_job_is_edited_put_off_and_retried(frontdesk, parked: str) -> None:
    changed = '{"kind":"booking-confirmed","booking_id":"booking-1","version":3}'

    [edited] = jobs_in(frontdesk("edit", parked, "--payload", changed))
    [later] = jobs_in(frontdesk("edit", parked, "--at", "2030-01-05T10:00:00+01:00"))
    [retried] = jobs_in(frontdesk("retry", parked))

    assert edited["payload"] == msgspec.json.decode(changed)
    assert later["run_at"] == "2030-01-05T09:00:00Z"
    assert (retried["status"], retried["attempts"]) == ("todo", 0)
    assert jobs_in(frontdesk("show", parked)) == [retried]


def test_a_parked_job_is_discarded(frontdesk, parked: str) -> None:
    assert jobs_in(frontdesk("discard", parked))[0]["status"] == "discarded"

    assert jobs_in(frontdesk("list", "--json")) == []
    assert isinstance(frontdesk("retry", parked).exception, JobIsNotParked)


def test_what_makes_no_sense_is_refused(frontdesk, parked: str) -> None:
    unknown = "00000000-0000-0000-0000-000000000001"

    assert isinstance(frontdesk("show", unknown).exception, JobNotFound)
    assert isinstance(frontdesk("edit", parked, "--payload", "{}").exception, JobPayloadInvalid)
    assert "--payload" in frontdesk("edit", parked, "--payload", "{").output
    assert "--at" in frontdesk("edit", parked, "--at", "2030-01-05T10:00:00").output
    assert "--at" in frontdesk("edit", parked, "--at", "tomorrow").output


def test_it_is_said_when_there_are_more_jobs_than_are_listed(frontdesk, database: Database) -> None:
    order(database, *(ring(n, about=f"bell-{n}") for n in range(3)))

    some, all_ = (frontdesk("list", "--json", "--status", "todo", "--limit", n) for n in "23")

    assert (len(jobs_in(some)), len(jobs_in(all_))) == (2, 3)
    assert ("There are more than 2" in some.stderr, all_.stderr) == (True, "")
