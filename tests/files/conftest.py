"""The system with its files in each of the places where they may lie."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.clock import SettableClock
from infra.composition import running_system
from infra.settings import Settings
from tests.files.storages import STORAGES, Storage
from tests.running import Running


@pytest.fixture(params=sorted(STORAGES))
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Storage]:
    """A folder, S3 as we understand it, and S3 as somebody else does, if their server is here."""
    with STORAGES[request.param](tmp_path) as storage:
        yield storage


@pytest.fixture
def anywhere(
    storage: Storage, dsn: str, clock: SettableClock, settings: Settings
) -> Iterator[Running]:
    """The system with its files there."""
    with (
        running_system(settings.model_copy(update=storage.settings), dsn, clock=clock) as system,
        Running.of(system, clock) as running,
    ):
        yield running
