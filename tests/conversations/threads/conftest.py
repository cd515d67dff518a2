"""Who talks to whom."""

import pytest

from tests.conversations.threads.conversing import Person, client, colleague
from tests.running import Running


@pytest.fixture
def ana(running: Running) -> Person:
    """Somebody at the front desk."""
    return colleague(running)


@pytest.fixture
def zoe(running: Running) -> Person:
    """A client."""
    return client(running)
