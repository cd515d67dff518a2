"""A business with a long history among small ones: built once, and asked by all that is here."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import uuid4

import psycopg
import pytest
from psycopg import Connection
from psycopg.rows import TupleRow

from adapters.clock import SettableClock
from infra.composition import running_system
from infra.servers.postgres import Server, create_database, drop_database
from infra.settings import Mode, Settings
from tests.at_size.apart import plant
from tests.at_size.explained import Explaining, explaining
from tests.at_size.log import LARGE, grow
from tests.at_size.queues import fill
from tests.conftest import MONDAY, SCHEMA
from tests.running import Running

EVENTS = 40_000
"""From so many on, PostgreSQL plans as it does for a million: see `test_a_million.py`."""


@contextmanager
def grown_to(
    server: Server, events: int, planted: Callable[[Connection[TupleRow]], None] = plant
) -> Iterator[Running]:
    """Return the system on a log of so many events, with all read models there, what was `planted` into
    them, and the large business.
    """
    name, settings = f"grown_{uuid4().hex}", Settings(mode=Mode.TEST)
    clock = SettableClock(MONDAY, stands=True)
    create_database(server, name, SCHEMA)
    with psycopg.connect(server.dsn(name), autocommit=True) as connection:
        grow(connection, events, settings.master_keys)
        fill(connection)
        with running_system(settings, server.dsn(name), clock=clock) as system:
            system.settle()
            planted(connection)
            connection.execute("VACUUM ANALYZE")
            with Running.of(system, clock, LARGE) as running:
                yield running
    drop_database(server, name)


@pytest.fixture(scope="session")
def grown(server: Server) -> Iterator[Running]:
    """One for all that only ask."""
    with grown_to(server, EVENTS) as running:
        yield running


@pytest.fixture
def explained(grown: Running) -> Iterator[Explaining]:
    """What is asked meanwhile."""
    with explaining() as found:
        yield found
