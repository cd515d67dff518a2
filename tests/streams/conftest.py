"""A log with events of these tests' own."""

from collections.abc import Iterator

import pytest

from adapters.postgres import Database
from tests.read_models.examples import World
from tests.running import Running
from tests.streams.telling import Desk


@pytest.fixture
def world(database: Database) -> Iterator[World]:
    world = World(database)
    yield world
    world.close()


@pytest.fixture
def desk(running: Running) -> Desk:
    return Desk(running)
