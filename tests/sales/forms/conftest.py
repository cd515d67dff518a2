"""The API in the name of an owner."""

import pytest
from fastapi.testclient import TestClient

from tests.running import Running


@pytest.fixture
def http(running: Running) -> TestClient:
    """An owner."""
    return running.http()
