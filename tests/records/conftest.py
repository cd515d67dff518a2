"""What no kind of the product does yet is promised of those that the tests declare, where these are: see
`test_a_new_kind.py`.
"""

import pytest
from fastapi.testclient import TestClient

from domain.business.users import Role
from domain.catalogue import KINDS
from tests.running import Running

collect_ignore = [
    *([] if any(kind.is_personal for kind in KINDS) else ["test_sealed.py"]),
    *([] if any(kind.has_secrets for kind in KINDS) else ["test_secrets.py"]),
    *([] if any(kind.own for kind in KINDS) else ["test_own.py"]),
]


@pytest.fixture
def http(running: Running) -> TestClient:
    """Somebody who may change any kind of record."""
    return running.http(Role.OWNER, Role.OPERATOR)
