"""A mail whose answer was lost: shown, not sent again by itself, sent again when a person says so."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from domain.business.users import Role
from domain.scheduling.bookings import BookingMailSent
from tests.mail.by_smtp import mailbox, settings
from tests.mail.mail_server import Mailbox
from tests.running import Running
from tests.scheduling.bookings.at_the_salon import Salon

pytestmark = pytest.mark.postgres

__all__ = ["mailbox", "settings"]

HOUR = timedelta(hours=1)
GUS = {"name": "Gus", "email": "gus@example.org"}


@pytest.fixture
def http(running: Running) -> TestClient:
    return running.http(Role.OWNER, Role.OPERATOR)


@pytest.fixture
def salon(running: Running) -> Salon:
    return Salon.opened(running)


@pytest.fixture
def lost(salon: Salon, http: TestClient, mailbox: Mailbox) -> dict[str, Any]:
    """The job of a mail that was taken, while the answer was lost."""
    mailbox.hang_up_after_data = 1
    salon.book(http, guest=GUS)
    salon.running.settle()
    [job] = http.get("/v1/jobs", params={"status": "uncertain"}).json()["data"]
    return dict(job)


def ids(mailbox: Mailbox) -> Counter[str]:
    return Counter(str(mail["message-id"]) for mail in mailbox.mails)


def test_it_is_shown_and_not_sent_again(
    lost: dict[str, Any], running: Running, http: TestClient, mailbox: Mailbox
) -> None:
    running.system.walk(running.clock() + 3 * HOUR)

    assert set(ids(mailbox).values()) == {1}
    assert len(ids(mailbox)) == 2  # to Gus and to Ana
    assert "the server may have it" in lost["last_error"]
    assert http.get("/v1/status").json()["queue"]["uncertain"] == 1
    assert 'frontdesk_jobs{state="uncertain"} 1.0' in http.get("/metrics").text


def test_who_sends_it_again_sends_it_under_the_same_id(
    lost: dict[str, Any], running: Running, http: TestClient, mailbox: Mailbox
) -> None:
    http.post(f"/v1/jobs/{lost['id']}/retry")
    running.settle()

    assert sorted(ids(mailbox).values()) == [1, 2]
    assert http.get(f"/v1/jobs/{lost['id']}").json()["outcome"] == "carried out"
    history = running.system.store.history(running.tenant, lost["about"])
    assert len([e for e in history if isinstance(e.event, BookingMailSent)]) == 2


def test_who_sends_it_again_after_a_later_mail_went_does_not_tell_the_past(
    lost: dict[str, Any], running: Running, http: TestClient, mailbox: Mailbox
) -> None:
    http.post(f"/v1/bookings/{lost['about']}/cancel")
    running.settle()
    before = len(mailbox.mails)

    http.post(f"/v1/jobs/{lost['id']}/retry")
    running.settle()

    assert http.get(f"/v1/jobs/{lost['id']}").json()["outcome"].startswith("skipped: a later mail")
    assert len(mailbox.mails) == before


def test_who_knows_what_became_of_it_calls_it_settled(
    lost: dict[str, Any], running: Running, http: TestClient, mailbox: Mailbox
) -> None:
    settled = http.post(f"/v1/jobs/{lost['id']}/discard").json()
    running.settle()

    assert settled["status"] == "discarded"
    assert set(ids(mailbox).values()) == {1}
    assert http.get("/v1/status").json()["queue"]["uncertain"] == 0


def test_what_comes_after_it_does_not_wait_for_it(
    lost: dict[str, Any], running: Running, http: TestClient, mailbox: Mailbox
) -> None:
    http.post(f"/v1/bookings/{lost['about']}/confirm")
    running.settle()

    assert len([mail for mail in mailbox.mails if "gus@" in str(mail["to"])]) == 2
