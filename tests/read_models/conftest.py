"""A log with events of these tests' own, on a database of the test's own."""

from collections.abc import Iterator

import pytest

from adapters.postgres import Database
from adapters.read_models.answers import Answers
from infra.servers.postgres import Server
from tests.conftest import SCHEMA, empty_database
from tests.read_models.examples import World


@pytest.fixture
def dsn(server: Server) -> Iterator[str]:
    """A database that knows no consumers but those of these tests."""
    with empty_database(server, SCHEMA) as dsn:
        yield dsn


@pytest.fixture
def world(database: Database) -> Iterator[World]:
    world = World(database)
    yield world
    world.close()


@pytest.fixture
def answers(world: World) -> Answers:
    """Read models that nobody keeps, as the API asks them."""
    world.consumers()
    return Answers(world.database, world.reader, world.advanced)
