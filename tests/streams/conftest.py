"""A log with events of these tests' own, and the Kafka that streams run on, started once per test
process.
"""

import os
from collections.abc import Iterator

import pytest

from adapters.postgres import Database
from infra.servers.kafka import BRIEFLY, Broker, can_run_kafka, running_kafka
from tests.read_models.examples import World
from tests.running import Running
from tests.streams.needs import do_without
from tests.streams.telling import Desk


@pytest.fixture
def world(database: Database) -> Iterator[World]:
    world = World(database)
    yield world
    world.close()


@pytest.fixture(scope="session")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """A real Apache Kafka. Whoever kills it restarts it; topics are the tests' own."""
    if reason := can_run_kafka():
        do_without(reason, os.environ)
    with running_kafka(tmp_path_factory.mktemp("kafka"), options=BRIEFLY) as broker:
        yield broker


@pytest.fixture
def desk(running: Running) -> Desk:
    return Desk(running)
