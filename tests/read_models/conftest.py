"""A log with events of these tests' own, on a database of the test's own."""

from collections.abc import Iterator

import pytest

from adapters.postgres import Database
from adapters.read_models.answers import Answers
from tests.read_models.examples import World


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
