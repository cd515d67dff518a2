import pytest
from fastapi.testclient import TestClient

from adapters.accounts.postgres import PostgresAccounts
from infra.composition import System, application
from tests.business.accounts.given import accounts_of
from tests.business.accounts.over_http import opened, outsider
from tests.running import Running


@pytest.fixture
def accounts(system: System) -> PostgresAccounts:
    """Accounts on an empty database."""
    return accounts_of(system)


@pytest.fixture
def http(system: System) -> TestClient:
    """HTTP as it is served, by somebody who is not logged in."""
    return TestClient(application(system), raise_server_exceptions=False)


@pytest.fixture
def shop(running: Running) -> Running:
    """A business, seen by real tokens."""
    return opened(running)


@pytest.fixture
def outside(shop: Running) -> TestClient:
    return outsider(shop)
