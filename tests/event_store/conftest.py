"""A log on an empty database."""

from collections.abc import Iterator

import pytest

from tests.event_store.examples import Log, opened


@pytest.fixture
def log(dsn: str) -> Iterator[Log]:
    with opened(dsn) as log:
        yield log
