"""From a request over HTTP to the mail one can read over HTTP, on the system as it is composed."""

import pytest

from domain.users import Role
from tests.bookings.at_the_salon import Salon
from tests.running import Running

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
