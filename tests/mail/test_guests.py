"""What a guest types may be nobody's address: then a mail server says so, and no operator is called."""

import pytest

from tests.mail.by_smtp import mailbox, settings
from tests.mail.mail_server import Mailbox
from tests.running import Running
from tests.scheduling.bookings.on_a_page import Page

pytestmark = pytest.mark.postgres

__all__ = ["mailbox", "settings"]


def test_an_address_that_there_is_not_is_nothing_for_operators(
    running: Running, mailbox: Mailbox
) -> None:
    page = Page.of(running)
    mailbox.answers["RCPT"] = ["550 5.1.1 no such user here"]

    page.say(page.held())

    with running.system.database.as_worker() as line:
        kinds = (
            "SELECT kind, state FROM work.jobs WHERE tenant_id = %s AND kind = 'send-guest-code'"
        )
        assert line.execute(kinds, (running.tenant,)).fetchall() == [("send-guest-code", "done")]
    assert mailbox.answers["RCPT"] == []
