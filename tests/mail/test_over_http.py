"""From a request over HTTP to the mail one can read over HTTP, on the system as it is composed."""

from datetime import UTC, datetime
from typing import Any

import pytest
from icalendar import Calendar
from starlette.testclient import TestClient

from domain.business.users import Role
from tests.running import Running
from tests.scheduling.bookings.at_the_salon import Salon

pytestmark = pytest.mark.postgres

GUS = {"name": "Gus <b>Guest</b>", "email": "gus@example.org", "language": "fr"}


def test_a_booking_made_over_http_is_told_of_by_mail(running: Running) -> None:
    salon, http = Salon.opened(running), running.http()

    booked = salon.book(http, guest=GUS).json()
    running.settle()
    mails = http.get("/v1/outbox", params={"about": booked["id"]}).json()["data"]

    to_gus = next(m["mail"] for m in mails if m["mail"]["to"]["address"] == "gus@example.org")
    assert to_gus["kind"] == "booking-requested"
    assert to_gus["language"] == "fr"
    assert "&lt;b&gt;Guest" in to_gus["html"]
    assert "mardi 5 janvier 2027, de 10" in to_gus["text"]
    assert [m["mail"]["kind"] for m in mails if "ana@" in m["mail"]["to"]["address"]] == [
        "professional-new"
    ]


def mails_to_gus(http: TestClient, booking_id: str) -> dict[str, Any]:
    """Return what Gus was written, by its kind."""
    mails = http.get("/v1/outbox", params={"about": booking_id}).json()["data"]
    return {m["mail"]["kind"]: m["mail"] for m in mails if "gus@" in m["mail"]["to"]["address"]}


def in_the_calendar(mail: Any) -> Any:
    """Return what the reader's calendar makes of a mail."""
    calendar = Calendar.from_ical(mail["invitation"]["text"])
    assert calendar["method"] == mail["invitation"]["method"]
    [event] = calendar.walk("VEVENT")
    return event


@pytest.fixture
def told(running: Running) -> dict[str, Any]:
    """What Gus was told of a booking: confirmed, moved, reminded of, and then called off."""
    salon, http = Salon.opened(running), running.http()
    where = salon.book(http, "2027-03-27T10:00:00+01:00", guest=GUS).headers["location"]
    http.post(f"{where}/confirm")
    running.settle()
    http.post(f"{where}/reschedule", json={"starts_at": "2027-03-28T10:00:00+02:00"})
    running.system.walk(datetime(2027, 3, 28, 6, 30, tzinfo=UTC))
    http.post(f"{where}/cancel", json={"reason": "Ana <i>est</i> malade"})
    running.settle()
    return mails_to_gus(http, where.rpartition("/")[2])


def test_what_is_confirmed_is_told_in_text_and_html_at_the_right_local_time(told) -> None:
    before, after = "samedi 27 mars 2027, de 10\u00a0h à 11\u00a0h", "dimanche 28 mars 2027, de 10"

    for said in (told["booking-confirmed"]["text"], told["booking-confirmed"]["html"]):
        assert before in said
    for kind in ("booking-rescheduled", "reminder-24h", "reminder-2h"):
        assert after in told[kind]["text"]
        assert after in told[kind]["html"]


def test_an_invitation_follows_the_booking(told) -> None:
    confirmed, moved, off = (
        in_the_calendar(told[f"booking-{step}"])
        for step in ("confirmed", "rescheduled", "cancelled")
    )

    assert confirmed["uid"] == moved["uid"] == off["uid"]
    assert confirmed["sequence"] < moved["sequence"] < off["sequence"]
    assert confirmed.decoded("dtstart") == datetime(2027, 3, 27, 9, tzinfo=UTC)
    assert moved.decoded("dtstart") == datetime(2027, 3, 28, 8, tzinfo=UTC)
    assert (moved["status"], off["status"]) == ("CONFIRMED", "CANCELLED")
    assert told["booking-cancelled"]["invitation"]["method"] == "CANCEL"


def test_a_reminder_brings_the_invitation_as_it_stands(told) -> None:
    moved = in_the_calendar(told["booking-rescheduled"])

    for kind in ("reminder-24h", "reminder-2h"):
        assert in_the_calendar(told[kind]) == moved


def test_a_cancellation_is_told_with_its_reason(told) -> None:
    assert "Ana <i>est</i> malade" in told["booking-cancelled"]["text"]
    assert "Ana &lt;i&gt;est&lt;/i&gt; malade" in told["booking-cancelled"]["html"]


def test_an_operator_sees_what_was_done(running: Running) -> None:
    salon, http = Salon.opened(running), running.http()
    salon.book(http, guest=GUS)
    running.settle()

    jobs = running.http(Role.OPERATOR).get("/v1/jobs?kind=send-booking-mail").json()["data"]

    assert {(job["status"], job["outcome"]) for job in jobs} == {("done", "carried out")}
    assert {job["process"] for job in jobs} == {
        "tell-client-about-booking",
        "tell-professional-about-booking",
    }
