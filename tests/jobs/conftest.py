"""A clock that stands until it is moved. The database is that of `tests/conftest.py`."""

import pytest

from tests.jobs.examples import ManualClock


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()
