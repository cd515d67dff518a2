"""A business whose log is followed, and a server on a socket."""

from collections.abc import Iterator

import pytest

from tests.http.sockets import served
from tests.running import Running


@pytest.fixture
def port(running: Running) -> Iterator[int]:
    with served(running.app) as port:
        yield port
