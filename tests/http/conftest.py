"""A server on a socket, and who asks it."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.http.furnished import token
from tests.http.wires import Wire
from tests.running import Running


@pytest.fixture
def line(running: Running) -> Iterator[Wire]:
    with ExitStack() as serving:
        yield Wire(running, serving)


@pytest.fixture
def mine(running: Running) -> tuple[bytes, bytes]:
    """What makes a request that of somebody who may do everything."""
    return b"authorization", f"Bearer {token(running)}".encode()
