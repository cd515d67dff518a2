"""Clients are told of their bookings by SMS, if they want to: in words that everybody says, with nothing configured but
the account; and by mail where it is not taken, or does not arrive.
"""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.conversations.sms.at_the_desk import Desk
from tests.conversations.sms.labsmobile import Fault, LabsMobile
from tests.scheduling.bookings.at_the_salon import Salon

pytestmark = pytest.mark.postgres


class Appointments:
    """Of Zoé, who can be told by mail, and by number."""

    def __init__(self, desk: Desk, **more: Any) -> None:
        self.desk = desk
        self.http = desk.running.http()
        self.salon = Salon.opened(desk.running)
        self.zoe = desk.client(email="zoe@example.org", **more)
        chosen = self.http.put(f"/v1/clients/{self.zoe}/told-by", json={"channels": ["sms"]})
        assert chosen.status_code == 200

    def book(self, starts_at: str = "2027-01-05T10:00:00+01:00") -> str:
        """Ask for an appointment; return the path of the booking."""
        made = self.salon.book(self.http, starts_at, client_id=self.zoe)
        assert made.status_code == 201, made.text
        self.desk.running.settle()
        return str(made.headers["location"])

    def does(self, booking: str, what: str, **more: Any) -> None:
        """Do something with a booking, and let who is to hear of it hear."""
        assert self.http.post(f"{booking}/{what}", json=more or None).status_code == 200
        self.desk.running.settle()

    def mails(self) -> list[str]:
        """Return of what Zoé was told by mail."""
        found = self.http.get("/v1/outbox").json()["data"]
        mails = [each["mail"] for each in reversed(found)]
        return [each["kind"] for each in mails if each["to"]["address"] == "zoe@example.org"]


def test_every_step_is_told_by_sms_by_the_readers_clock_and_in_their_language(
    desk: Desk, there: LabsMobile
) -> None:
    zoes = Appointments(desk, language="en-GB", time_zone="Europe/London")

    booking = zoes.book()
    zoes.does(booking, "confirm")
    desk.running.system.walk(datetime(2027, 1, 5, 8, tzinfo=UTC))
    zoes.does(booking, "cancel")

    when = "Tuesday 5 January at 09:00 (London time, UTC)"
    assert there.said == [
        f"Ana: we have your request for {when}. We will confirm it soon.",
        f"Ana: your appointment on {when} is confirmed.",
        f"Ana: a reminder of your appointment on {when}.",
        f"Ana: see you soon, your appointment is on {when}.",
        f"Ana: your appointment on {when} has been cancelled.",
    ]
    assert zoes.mails() == []


def test_what_is_not_taken_is_told_by_mail_once(desk: Desk, there: LabsMobile) -> None:
    zoes = Appointments(desk)
    there.faults = [Fault.CHARACTERS]

    zoes.does(zoes.book(), "confirm")

    assert (len(there.book), zoes.mails()) == (1, ["booking-requested"])


def test_what_did_not_arrive_is_told_by_mail_once(desk: Desk, there: LabsMobile) -> None:
    zoes = Appointments(desk)
    zoes.book()
    [sms] = there.book

    desk.is_told(sms["subid"], "handset", status="ko")
    desk.is_told(sms["subid"], "handset", status="ko")

    assert zoes.mails() == ["booking-requested"]
