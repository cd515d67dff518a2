"""A business that sends SMS, by a stand-in of LabsMobile."""

from collections.abc import Iterator

import pytest

from adapters.clock import SettableClock
from infra.composition import System, running_system
from infra.settings import Settings
from tests.conversations.sms.at_the_desk import Desk
from tests.conversations.sms.labsmobile import LabsMobile, labsmobile
from tests.conversations.threads.conversing import Person, colleague
from tests.running import Running


@pytest.fixture
def there() -> Iterator[LabsMobile]:
    """LabsMobile."""
    with labsmobile() as there:
        yield there


@pytest.fixture
def system(
    there: LabsMobile, dsn: str, clock: SettableClock, settings: Settings
) -> Iterator[System]:
    with running_system(there.settings(settings), dsn, clock=clock) as system:
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
def desk(running: Running, ana: Person, there: LabsMobile) -> Desk:
    """The business, whose account LabsMobile has taken."""
    return Desk(running, ana, there)
