import pytest

from adapters.accounts.postgres import PostgresAccounts
from infra.composition import System
from tests.accounts.given import accounts_of


@pytest.fixture
def accounts(system: System) -> PostgresAccounts:
    """Accounts on an empty database."""
    return accounts_of(system)
