"""An office that is open."""

import pytest
from fastapi.testclient import TestClient

from tests.running import Running
from tests.sales.mails.office import Office


@pytest.fixture
def office(running: Running) -> Office:
    return Office.opened(running)


@pytest.fixture
def http(running: Running) -> TestClient:
    """Somebody else who owns the business."""
    return running.http()
