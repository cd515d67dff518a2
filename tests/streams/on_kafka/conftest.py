"""The Kafka that streams run on, started once per test process."""

import os
from collections.abc import Iterator

import pytest

from infra.servers.kafka import BRIEFLY, Broker, can_run_kafka, running_kafka
from tests.outgoing.somebody import HERE
from tests.streams.needs import do_without
from tests.webhooks.receiver import Receiver, receiver


@pytest.fixture(scope="session")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """A real Apache Kafka. Whoever kills it restarts it; topics are the tests' own."""
    if reason := can_run_kafka():
        do_without(reason, os.environ)
    with running_kafka(tmp_path_factory.mktemp("kafka"), options=BRIEFLY) as broker:
        yield broker


@pytest.fixture
def there(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    """Whoever receives webhooks, and may be sent to by processes that begin from now on."""
    with receiver() as there:
        monkeypatch.setenv("OUTGOING_PORTS", str(there.port))
        monkeypatch.setenv("OUTGOING_PLAIN_HTTP", "true")
        monkeypatch.setenv("OUTGOING_NETWORKS", f"{HERE}/32")
        yield there
