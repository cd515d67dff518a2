"""The Kafka that streams run on, started once per test process."""

import os
from collections.abc import Iterator

import pytest

from infra.servers.kafka import BRIEFLY, Broker, can_run_kafka, running_kafka
from tests.streams.needs import do_without


@pytest.fixture(scope="session")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """A real Apache Kafka. Whoever kills it restarts it; topics are the tests' own."""
    if reason := can_run_kafka():
        do_without(reason, os.environ)
    with running_kafka(tmp_path_factory.mktemp("kafka"), options=BRIEFLY) as broker:
        yield broker
