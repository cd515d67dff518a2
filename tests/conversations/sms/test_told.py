"""Clients are told of their bookings by SMS, if they want to, until they write STOP; and by mail where no SMS comes."""

from datetime import UTC, datetime

import pytest

from tests.conversations.sms.at_the_desk import Desk
from tests.conversations.sms.labsmobile import Fault, LabsMobile
from tests.scheduling.bookings.at_the_salon import Salon

pytestmark = pytest.mark.postgres

TUESDAY = "2027-01-05T10:00:00+01:00"


class Zoe:
    """She wants to hear of her appointments by SMS, and has an address, too."""

    def __init__(self, desk: Desk) -> None:
        self.http, self.running = desk.running.http(), desk.running
        self.salon = Salon.opened(desk.running, language="fr")
        self.id = desk.client(email="zoe@example.org", language="fr")
        chosen = self.http.put(f"/v1/clients/{self.id}/told-by", json={"channels": ["sms"]})
        assert chosen.status_code == 200, chosen.text

    def books(self) -> str:
        made = self.salon.book(self.http, TUESDAY, client_id=self.id)
        assert made.status_code == 201, made.text
        self.running.settle()
        return str(made.headers["location"])

    def does(self, booking: str, what: str) -> None:
        assert self.http.post(f"{booking}/{what}").status_code == 200
        self.running.settle()

    def mails(self) -> list[str]:
        found = self.http.get("/v1/outbox").json()["data"]
        mails = [each["mail"] for each in reversed(found)]
        return [each["kind"] for each in mails if each["to"]["address"] == "zoe@example.org"]


def test_who_wants_it_is_told_and_reminded_by_sms(desk: Desk, there: LabsMobile) -> None:
    zoe = Zoe(desk)
    booking = zoe.books()
    zoe.does(booking, "confirm")
    desk.running.system.walk(datetime(2027, 1, 5, 8, 30, tzinfo=UTC))

    assert [each["recipient"] for each in there.book] == [[{"msisdn": "33612345678"}]] * 4
    assert "confirmé" in there.said[1]
    assert zoe.mails() == []
    [thread] = desk.threads
    desk.is_told(there.book[1]["subid"], "handset")
    assert [each["status"] for each in desk.messages(thread)][:2] == ["sent", "delivered"]


def test_who_writes_stop_is_told_by_mail_from_then_on(desk: Desk, there: LabsMobile) -> None:
    zoe = Zoe(desk)
    booking = zoe.books()
    desk.is_written_to("STOP")

    zoe.does(booking, "confirm")

    assert (len(there.book), zoe.mails()) == (1, ["booking-confirmed"])


def test_who_writes_stop_while_a_notice_waits_is_told_that_one_by_mail(
    desk: Desk, there: LabsMobile
) -> None:
    zoe = Zoe(desk)
    there.faults = [Fault.LIMIT]
    zoe.books()
    desk.is_written_to("STOP")
    desk.running.system.walk(datetime(2027, 1, 4, 12, tzinfo=UTC))

    assert (there.book, zoe.mails()) == ([], ["booking-requested"])
