"""A worker that is killed, for real, after the mail server took a mail."""

import signal
from collections import Counter
from datetime import timedelta

import pytest

from adapters.clock import SettableClock
from adapters.mail.smtp import SmtpMailer, server_of
from application.operations.jobs import JobStatus
from application.scheduling.mails import Mailer
from domain.people.clients import RegisterClient
from domain.scheduling.bookings import BookingMailSent, RequestBooking
from infra.composition import System
from tests.conftest import MONDAY
from tests.forked import ended
from tests.mail.desk import Desk
from tests.mail.doomed_desk import SENDER
from tests.mail.examples import ana, booking_id, haircut, monday, zoe, zoes_contact
from tests.mail.mail_server import Mailbox, mail_server

pytestmark = pytest.mark.postgres

SENT = "sent"
NOTED = "noted"
RECORDED = "recorded"


def a_desk(system: System, clock: SettableClock, mailer: Mailer | None = None) -> Desk:
    """A desk with two mails to send, to Zoé and to Ana."""
    desk = Desk(system, clock, mailer, lease=timedelta(seconds=0.5))
    desk.open()
    request = RequestBooking(
        booking_id=booking_id,
        professional_id=ana,
        service_id=haircut,
        client_id=zoe,
        starts_at=monday.starts_at,
    )
    desk.order(RegisterClient(client_id=zoe, contact=zoes_contact), request)
    system.runner.catch_up()
    return desk


def kill_one_and_go_on(desk: Desk, url: str, moment: str) -> None:
    dsn = desk.system.database.dsn
    assert ended("tests.mail.doomed_desk", dsn, url, moment) == -signal.SIGKILL
    while desk.system.runner.step() or desk.worker.run_due() or unfinished(desk):
        pass


def unfinished(desk: Desk) -> bool:
    with desk.system.database.as_worker() as connection:
        sql = "SELECT FROM work.jobs WHERE status IN ('todo', 'running')"
        return connection.execute(sql).fetchone() is not None


def recorded(desk: Desk) -> Counter[str]:
    events = desk.events(booking_id)
    return Counter(event.mail for event in events if isinstance(event, BookingMailSent))


@pytest.mark.parametrize("moment", [SENT, NOTED, RECORDED])
def test_in_the_outbox_each_mail_is_there_once(
    system: System, clock: SettableClock, moment: str
) -> None:
    desk = a_desk(system, clock)

    kill_one_and_go_on(desk, "outbox", moment)

    assert sorted(mail.mail.to.address for mail in desk.mails()) == [
        "ana@salon.example",
        "zoe@example.org",
    ]
    assert set(recorded(desk).values()) == {1}
    assert len(recorded(desk)) == 2


@pytest.mark.parametrize("moment", [NOTED, RECORDED])
def test_what_was_noted_down_is_not_sent_again(
    system: System, clock: SettableClock, moment: str
) -> None:
    mailbox = Mailbox()
    with mail_server(mailbox) as port:
        url = f"smtp://127.0.0.1:{port}"
        desk = a_desk(system, clock, SmtpMailer(server_of(url), SENDER, lambda: MONDAY))
        kill_one_and_go_on(desk, url, moment)

    assert len(mailbox.mails) == 2
    assert set(recorded(desk).values()) == {1}


def test_what_nobody_can_know_is_left_to_a_person_who_may_send_it_under_the_same_id(
    system: System, clock: SettableClock
) -> None:
    mailbox = Mailbox()
    with mail_server(mailbox) as port:
        url = f"smtp://127.0.0.1:{port}"
        desk = a_desk(system, clock, SmtpMailer(server_of(url), SENDER, lambda: MONDAY))
        kill_one_and_go_on(desk, url, SENT)

        [uncertain] = system.jobs.find(None, status=JobStatus.UNCERTAIN)
        assert len(mailbox.mails) == 2
        assert len(recorded(desk)) == 1

        system.jobs.retry(None, uncertain.id)
        desk.settle()

    assert len(mailbox.mails) == 3
    assert len({mail["message-id"] for mail in mailbox.mails}) == 2
    assert set(recorded(desk).values()) == {1}
    assert len(recorded(desk)) == 2
