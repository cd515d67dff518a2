"""What tests of operations need besides a system."""

from collections.abc import Iterator

import pytest

from infra.servers.postgres import Server
from tests.operations.admin import Admin


@pytest.fixture
def admin(server: Server, dsn: str) -> Iterator[Admin]:
    admin = Admin(server, dsn)
    yield admin
    admin.close()
