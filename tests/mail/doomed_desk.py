"""A desk that kills its own process at the worst moment: `python -m … DSN SMTP_URL MOMENT`."""

import os
import signal
import sys
from datetime import timedelta

from adapters.clock import SettableClock
from adapters.jobs import handing_over
from adapters.mail.mime import mailbox_of
from adapters.mail.outbox import OutboxMailer
from adapters.mail.smtp import SmtpMailer, server_of
from application.ports import About
from application.scheduling.mails import Mailer, Message
from domain.messages import Command
from domain.scheduling.bookings import RecordBookingMailSent
from infra.composition import running_system
from infra.settings import Mode, Settings
from tests.conftest import MONDAY
from tests.mail.desk import Desk

SENDER = mailbox_of("desk@frontdesk.example")


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class MailerThatDiesAfterSending:
    def __init__(self, mailer: Mailer) -> None:
        self.mailer = mailer

    def send(self, message: Message, idempotency_key: str) -> str:
        message_id = self.mailer.send(message, idempotency_key)
        die()
        return message_id


def main(dsn: str, url: str, moment: str) -> None:
    clock = SettableClock(MONDAY, stands=True)
    with running_system(Settings(mode=Mode.TEST), dsn, clock=clock) as system:
        mailer: Mailer = OutboxMailer(system.database, clock)
        if url != "outbox":
            note = handing_over(system.database)
            mailer = SmtpMailer(server_of(url), SENDER, clock, handing_over=note)
        if moment == "sent":
            mailer = MailerThatDiesAfterSending(mailer)

        def dispatch(command: Command, about: About) -> object:
            recording = isinstance(command, RecordBookingMailSent)
            if recording and moment == "noted":
                die()
            answer = desk.dispatch(command, about)
            if recording and moment == "recorded":
                die()
            return answer

        lease = timedelta(seconds=0.5)
        desk = Desk(system, clock, mailer, dispatch, lease=lease)
        desk.worker.run_due()


if __name__ == "__main__":
    main(*sys.argv[1:])
