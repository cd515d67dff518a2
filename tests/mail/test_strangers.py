"""What a stranger types may be nobody's address: then a mail server says so, and no operator is called."""

import pytest
from msgspec.structs import replace

from domain.values import TenantId
from tests.business.accounts.over_http import outsider, sign_up
from tests.business.tenants.examples import register_business
from tests.mail.by_smtp import mailbox, settings
from tests.mail.mail_server import Mailbox
from tests.running import Running
from tests.scheduling.bookings.on_a_page import Page

pytestmark = pytest.mark.postgres

__all__ = ["mailbox", "settings"]

NOBODY = "550 5.1.1 no such user here"


def codes_to_send(running: Running, kind: str) -> list[tuple[str]]:
    """Return how far jobs of a kind are."""
    states = "SELECT state FROM work.jobs WHERE tenant_id = %s AND kind = %s"
    with running.system.database.as_worker() as line:
        return line.execute(states, (running.tenant, kind)).fetchall()


def test_an_address_that_a_guest_mistyped_is_nothing_for_operators(
    running: Running, mailbox: Mailbox
) -> None:
    page = Page.of(running)
    mailbox.answers["RCPT"] = [NOBODY]

    page.say(page.held())

    assert mailbox.answers["RCPT"] == []
    assert codes_to_send(running, "send-guest-code") == [("done",)]


def test_nor_is_one_that_somebody_mistyped_who_signs_up(running: Running, mailbox: Mailbox) -> None:
    running.order(replace(register_business, tenant_id=TenantId(running.tenant)))
    mailbox.answers["RCPT"] = [NOBODY]

    sign_up(outsider(running), running, "nobody@example.org")
    running.settle()

    assert mailbox.answers["RCPT"] == []
    assert codes_to_send(running, "send-address-code") == [("done",)]
