"""A business that providers call."""

from collections.abc import Iterator

import pytest

from adapters.clock import SettableClock
from infra.composition import System, running_system
from infra.settings import Settings
from tests.inbound.callers import OURS
from tests.inbound.inbox import Inbox
from tests.inbound.understood import CONFIGURED, TENANT, understanding
from tests.running import Running


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"inbound_secrets": CONFIGURED, "public_url": OURS})


@pytest.fixture
def system(dsn: str, clock: SettableClock, settings: Settings) -> Iterator[System]:
    with running_system(settings, dsn, clock=clock, providers=understanding()) as system:
        yield system


@pytest.fixture
def running(system: System, clock: SettableClock) -> Iterator[Running]:
    with Running.of(system, clock, TENANT) as running:
        yield running


@pytest.fixture
def inbox(running: Running) -> Inbox:
    return Inbox(running)
