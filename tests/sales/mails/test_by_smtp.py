"""Mails about leads and tasks on their way through a real server."""

import pytest

from domain.business.users import Role
from tests.mail.by_smtp import mailbox, settings
from tests.mail.mail_server import Mailbox
from tests.running import Running
from tests.sales.leads.coming import opened
from tests.sales.mails.office import Office

pytestmark = pytest.mark.postgres

__all__ = ["mailbox", "settings"]


def test_who_owns_the_business_gets_it_and_answers_the_lead(
    running: Running, mailbox: Mailbox
) -> None:
    Office.opened(running)
    opened(running.http(), message="Do you do weddings?")
    running.settle()

    (mail,) = mailbox.mails
    assert mailbox.recipients == [["camille@salon.example"]]
    assert mail["Reply-To"] == "Zoé Dupont <zoe@example.org>"
    assert mail["Subject"] == "Nouveau prospect : Zoé Dupont"


def test_whose_address_is_none_is_something_for_operators_and_others_have_their_mail(
    running: Running, mailbox: Mailbox
) -> None:
    office = Office.opened(running)
    office.hires("Ana", Role.OWNER)
    mailbox.answers["RCPT"] = ["550 5.1.1 no such user here"]
    opened(running.http())
    running.settle()

    assert len(mailbox.mails) == 1
    assert running.system.jobs.depths()["parked"] == 1
