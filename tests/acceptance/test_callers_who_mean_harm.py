"""A server that is shipped, and callers who take what they can of it."""

from collections.abc import Iterator

import pytest

from infra.postgres import Server
from tests.acceptance.loops import loops
from tests.acceptance.processes import Http, one_server, owner
from tests.conftest import empty_database

pytestmark = pytest.mark.postgres

LOOPS = 200
ASKED = ("/v1/health", "/v1/services") * 5
LINE = 64
"""Passwords that wait while as many are hashed as there are cores."""


@pytest.fixture(scope="module")
def served(server: Server) -> Iterator[tuple[int, int]]:
    """The port and the process of a server with a database of its own."""
    with empty_database(server) as dsn, one_server(dsn) as (port, pid):
        yield port, pid


@pytest.fixture(scope="module")
def token(served: tuple[int, int]) -> str:
    return owner(served[0])


def test_health_and_reads_do_not_stand_in_line_with_two_hundred_login_loops(
    served: tuple[int, int], token: str
) -> None:
    """Who stood behind the passwords that wait would be answered after as many others: they are
    counted.
    """
    port, _ = served
    logins = [{"email": f"{n}@example.org", "password": "wrong"} for n in range(LOOPS)]

    with loops(port, "/v1/auth/login", logins) as crowd, Http(port, token) as http:
        assert crowd.too_many.wait(30)
        for path in ASKED:
            before = crowd.answers[401, None]
            assert http("GET", path).status == 200
            assert crowd.answers[401, None] - before < LINE

    assert set(crowd.answers) == {(401, None), (429, "waiting")}
