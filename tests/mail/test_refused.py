"""What a mail server says of a person is kept nowhere: its codes say enough."""

import pytest

from domain.business.users import Role
from domain.scheduling.bookings import BookingMailFailed
from tests.mail.by_smtp import mailbox, settings
from tests.mail.mail_server import Mailbox
from tests.people.clients.dump import found
from tests.running import Running
from tests.scheduling.bookings.at_the_salon import Salon

pytestmark = pytest.mark.postgres

__all__ = ["mailbox", "settings"]

ZOE = {"name": "Zoe O'Connor", "email": "zoe.o'connor@mail.example"}


@pytest.mark.parametrize(
    "reply",
    [
        "550 5.1.1 zoe.o'connor: no such user here",
        "550 5.1.1 <zoe.o'connor@mail.example>: User unknown",
        "550 5.1.1 unknown user zoe.o'connor=40mail.example",
        "550 5.1.1 message to Zoe O'Connor looks like spam",
    ],
)
def test_what_a_server_says_of_somebody_is_gone_with_them(
    running: Running, dsn: str, mailbox: Mailbox, reply: str
) -> None:
    http, salon = running.http(Role.OWNER, Role.OPERATOR), Salon.opened(running)
    zoe = http.post("/v1/clients", json=ZOE).json()["id"]
    mailbox.answers["RCPT"] = [reply] * 2
    booked = salon.book(http, client_id=zoe).json()["id"]
    running.settle()

    history = running.system.store.history(running.tenant, booked)
    failed = [each.event for each in history if isinstance(each.event, BookingMailFailed)]
    http.delete(f"/v1/clients/{zoe}/personal-data")
    running.settle()

    assert [event.reason for event in failed] == ["550 5.1.1"] * 2
    assert found(dsn, ["zoe.o", "Zoe O"]) == {}
