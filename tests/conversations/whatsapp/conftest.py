"""A business that is on WhatsApp, by a stand-in of Meta's Cloud API."""

from collections.abc import Iterator

import pytest

from adapters.clock import SettableClock
from infra.composition import System, running_system
from infra.settings import Settings
from tests.conversations.threads.conversing import Person, colleague
from tests.conversations.whatsapp.at_the_desk import Desk
from tests.conversations.whatsapp.cloud import Cloud, cloud
from tests.running import Running


@pytest.fixture
def meta() -> Iterator[Cloud]:
    """Meta."""
    with cloud() as there:
        yield there


@pytest.fixture
def system(meta: Cloud, dsn: str, clock: SettableClock, settings: Settings) -> Iterator[System]:
    with running_system(meta.settings(settings), dsn, clock=clock) as system:
        yield system


@pytest.fixture
def running(system: System, clock: SettableClock) -> Iterator[Running]:
    with Running.of(system, clock) as running:
        yield running


@pytest.fixture
def ana(running: Running) -> Person:
    """Somebody at the front desk."""
    return colleague(running)


@pytest.fixture
def desk(running: Running, ana: Person, meta: Cloud) -> Desk:
    """The business, which Meta has taken."""
    return Desk(running, ana, meta)
