"""In test mode the clock is set over HTTP, and whatever falls due on the way is done on the way."""

from datetime import UTC, datetime

import pytest
from starlette.testclient import TestClient

from infra.composition import application
from infra.settings import Mode
from tests.running import Running
from tests.scheduling.bookings.at_the_salon import Salon

pytestmark = pytest.mark.postgres

REMINDED = {"name": "Zoé", "email": "zoe@mail.example"}


def test_time_passes_and_reminders_go_out_at_their_minute(running: Running) -> None:
    salon, http = Salon.opened(running, auto_confirm=True), running.http()
    salon.book(http, "2027-01-20T10:00:00+01:00", guest=REMINDED)
    clock = TestClient(application(running.system))

    passed = clock.put("/v1/test/clock", json={"now": "2027-02-01T00:00:00Z"})
    mails = http.get("/v1/outbox?to=zoe@mail.example").json()["data"]

    sent = {mail["mail"]["kind"]: mail["sent_at"] for mail in mails}
    assert passed.json()["now"] == "2027-02-01T00:00:00Z"
    assert sent["reminder-24h"] == "2027-01-19T09:00:00Z"
    assert sent["reminder-2h"] == "2027-01-20T07:00:00Z"


def test_time_does_not_go_back(running: Running) -> None:
    clock = TestClient(application(running.system))

    clock.put("/v1/test/clock", json={"now": "2020-01-01T00:00:00Z"})

    assert clock.get("/v1/test/clock").json() == {"now": "2027-01-04T08:00:00Z"}


def test_nobody_sets_the_clock_of_a_system_in_use(running: Running) -> None:
    settings = running.system.settings.model_copy(update={"mode": Mode.DEMO})
    in_use = running.system.__class__(**{**vars(running.system), "settings": settings})

    refused = TestClient(application(in_use)).put(
        "/v1/test/clock", json={"now": datetime(2030, 1, 1, tzinfo=UTC).isoformat()}
    )

    assert refused.status_code == 404
