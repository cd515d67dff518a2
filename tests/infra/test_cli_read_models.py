"""What operators do with read models, from the command line."""

import pytest
from typer.testing import CliRunner, Result

from adapters.read_models import parked
from infra.cli import app
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


def test_a_rebuilt_read_model_answers_as_before(salon: Salon) -> None:
    http = salon.running.http()
    before = http.get("/v1/bookings").json()["data"]

    rebuilt = frontdesk("rebuild", "bookings")

    assert rebuilt.exit_code == 0, rebuilt.output
    assert "bookings was switched" in rebuilt.output
    assert http.get("/v1/bookings").json()["data"] == before


def test_a_difference_is_shown_before_anything_is_switched(salon: Salon) -> None:
    with salon.running.system.database.as_worker() as connection:
        connection.execute("DELETE FROM live.bookings")

    shown = frontdesk("rebuild", "bookings", "--diff")

    assert "1 added, 0 changed, 0 removed" in shown.output
    assert salon.running.http().get("/v1/bookings").json()["data"] == []


def test_a_switch_can_be_undone(salon: Salon) -> None:
    with salon.running.system.database.as_worker() as connection:
        connection.execute("DELETE FROM live.bookings")
    frontdesk("rebuild", "bookings")
    found = salon.running.http().get("/v1/bookings").json()["data"]

    undone = frontdesk("rebuild", "bookings", "--back")

    assert len(found) == 1
    assert undone.exit_code == 0, undone.output
    assert salon.running.http().get("/v1/bookings").json()["data"] == []


def test_read_models_are_listed_with_how_far_they_are(salon: Salon) -> None:
    listed = frontdesk("read-models")

    assert "bookings" in listed.output
    assert "remind-client-of-booking" in listed.output


def test_a_read_model_that_is_none_is_said_plainly(salon: Salon) -> None:
    refused = frontdesk("rebuild", "bokings")

    assert refused.exit_code == 1


def test_all_that_is_set_aside_is_listed_however_much_it_is(salon: Salon) -> None:
    with salon.running.system.database.as_worker() as connection:
        connection.execute(SET_ASIDE, (salon.running.tenant, parked.PAGE + 1))

    listed = frontdesk("parked", "list").stdout.splitlines()

    assert len({line.split()[2] for line in listed}) == len(listed) == parked.PAGE + 1


SET_ASIDE = """
    INSERT INTO work.parked (consumer, tenant_id, key, position, error)
    SELECT 'bookings', %s, 'booking-' || n, 1, 'ValueError' FROM generate_series(1, %s) AS n
"""
