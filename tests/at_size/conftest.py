"""A business with a long history among small ones: built once, and asked by all that is here."""

from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest

from adapters.clock import SettableClock
from infra.composition import running_system
from infra.postgres import Server, create_database, drop_database
from infra.settings import Mode, Settings
from tests.at_size.log import LARGE, grow
from tests.conftest import MONDAY, TEMPLATE
from tests.running import Running

EVENTS = 40_000
"""From so many on, PostgreSQL plans as it does for a million: `make test-large` has that many."""


@pytest.fixture(scope="session")
def events() -> int:
    """How long the log is."""
    return EVENTS


@pytest.fixture(scope="module")
def grown(server: Server, events: int) -> Iterator[Running]:
    """The system on a log that has grown, with all read models there, and the large business."""
    name, settings = f"grown_{uuid4().hex}", Settings(mode=Mode.TEST)
    clock = SettableClock(MONDAY, stands=True)
    create_database(server, name, TEMPLATE)
    with psycopg.connect(server.dsn(name), autocommit=True) as connection:
        grow(connection, events, settings.master_keys)
        with running_system(settings, server.dsn(name), clock=clock) as system:
            system.settle()
            connection.execute("VACUUM ANALYZE")
            with Running.of(system, clock, LARGE) as running:
                yield running
    drop_database(server, name)
