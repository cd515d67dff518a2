"""The system with providers that can be asked, each on a socket of this machine."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from adapters.clock import SettableClock
from infra.composition import running_system
from infra.settings import Settings
from tests.business.configuration.provider import Provider, provider
from tests.running import Running


@pytest.fixture
def there() -> Iterator[Provider]:
    """Whoever is asked what they take."""
    with provider() as there:
        yield there


@pytest.fixture
def asking(
    there: Provider, dsn: str, clock: SettableClock, settings: Settings
) -> Iterator[Running]:
    """A system that asks them."""
    with (
        running_system(there.settings(settings), dsn, clock=clock) as system,
        Running.of(system, clock) as running,
    ):
        yield running


@pytest.fixture
def http(asking: Running) -> TestClient:
    """An owner."""
    return asking.http()
