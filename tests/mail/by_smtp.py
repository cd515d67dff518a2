"""Fixtures of a system whose mails go to a real server."""

from collections.abc import Iterator

import pytest

from infra.settings import Settings
from tests.mail.mail_server import Mailbox, mail_server, sending_to


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
def settings(mailbox: Mailbox) -> Iterator[Settings]:
    with mail_server(mailbox) as port:
        yield sending_to(port)
