"""A migrated, empty database per test, and a clock that stands until it is moved."""

from collections.abc import Iterator
from itertools import count

import pytest

from adapters.postgres import Database
from infra.migrate import migrate
from infra.postgres import Server, create_database, drop_database, running_throwaway
from tests.jobs.examples import ManualClock

NUMBERS = count(1)


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    with running_throwaway() as server:
        create_database(server, "jobs_template")
        migrate(server.dsn("jobs_template"))
        yield server


@pytest.fixture
def database(server: Server) -> Iterator[Database]:
    name = f"jobs_{next(NUMBERS)}"
    create_database(server, name, template="jobs_template")
    with Database(server.dsn(name)) as database:
        yield database
    drop_database(server, name)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()
