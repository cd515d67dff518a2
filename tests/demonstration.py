"""The demonstration, started as `make run` starts it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from tests.forked import talking


@contextmanager
def demonstration(dsn: str) -> Iterator[str]:
    """Start everything on a database; return its address."""
    environment = {**os.environ, "DATABASE_URL": dsn, "PORT": "0", "FRONTDESK_MODE": "demo"}
    with talking("infra.cli", "up", environment=environment) as desk:
        yield next(line.split()[1] for line in desk.stdout if " API " in line)[: -len("/v1")]
