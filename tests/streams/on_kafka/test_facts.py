"""Facts come in on a real broker: taken once though they come twice, refused on a topic beside."""

import json
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.structs import OffsetAndMetadata

from adapters.streams.intake import GROUP
from adapters.streams.topics import FACTS, PARTITIONS, REFUSED, partition_of
from domain.values import TenantId
from infra.composition import System
from infra.processes.streaming import facts_of
from infra.servers.kafka import Broker
from infra.settings import Mode, Settings
from tests.forked import Forked
from tests.running import Running
from tests.scheduling.bookings.at_the_salon import Salon
from tests.streams.telling import CRM, Desk, Sent, counted, sent
from tests.streams.topics import emptied, everything_on
from tests.waiting import until

pytestmark = [pytest.mark.kafka, pytest.mark.postgres]

TENANT = TenantId("0198c0de-0000-7000-8000-0000000000aa")
KEY = b"zoe"
PLACE = TopicPartition(FACTS, partition_of(KEY))
ZOE = {"custom_id": "Z-1", "name": "Zoé"}
MAX = {"custom_id": "M-1", "name": "Max"}


@pytest.fixture
def settings(kafka: Broker) -> Settings:
    return Settings(mode=Mode.TEST, kafka_bootstrap=kafka.bootstrap, kafka_facts={CRM: TENANT})


@pytest.fixture
def desk(kafka: Broker, running: Running) -> Running:
    """The business whose facts are told, on a broker without any."""
    emptied(kafka.bootstrap, FACTS, REFUSED)
    return replace(running, tenant=TENANT)


def test_facts_are_taken_once_and_refused_where_their_sender_reads(
    kafka: Broker, desk: Running
) -> None:
    wish = Salon.opened(desk).wish()
    tell(
        kafka,
        sent("client-known.v1", ZOE, named="1"),
        sent("booking-wished.v1", {**wish, "client_custom_id": "Z-1"}, named="2"),
        sent("client-known.v1", ZOE, named="1"),
        sent("booking-wished.v1", wish, named="3"),
        sent("client-known.v1", ZOE, named="4", source="/stranger"),
        sent("client-known.v1", b"\x00", named="5"),
    )
    with taking(desk):
        refused = refusals(kafka, 3)

    assert refused == [("3", "slot-taken"), ("4", "source-not-known"), ("5", "fact-not-understood")]
    assert named(desk) == (["Zoé"], 1)
    assert committed(kafka) == 6


def test_what_was_recorded_but_not_committed_comes_again_and_changes_nothing(
    kafka: Broker, desk: Running
) -> None:
    wish = {**Salon.opened(desk).wish(), "client_custom_id": "Z-1"}
    tell(
        kafka,
        sent("client-known.v1", ZOE, named="1"),
        sent("booking-wished.v1", wish, named="2"),
        sent("weather-changed.v1", {}, named="3"),
    )
    with taking(desk):
        before = refusals(kafka, 1)
    rewind(kafka)

    with taking(desk):
        after = refusals(kafka, 2)

    assert after == [*before, *before]
    assert named(desk) == (["Zoé"], 1)
    assert counted(desk) == {"taken": 2, "repeated": 2, "fact-type-not-known": 2}
    assert committed(kafka) == 3


def test_a_worker_process_takes_facts(kafka: Broker, desk: Running, dsn: str) -> None:
    tell(kafka, sent("client-known.v1", ZOE, named="1"), sent("weather-changed.v1", {}))
    with worker(kafka, dsn):
        refusals(kafka, 1)

    assert named(desk) == (["Zoé"], 0)


def test_a_worker_leaves_partitions_that_it_cannot_go_on_with_and_goes_on_with_others(
    kafka: Broker, desk: Running, newer: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However two divide them, each gets one of the first and the last partition."""
    monkeypatch.setattr("adapters.streams.intake.PATIENCE", 0.5)
    with Running.of(newer, desk.clock, TENANT) as there:
        Desk(there, sources={CRM: TENANT}).settle(sent("client-known.v1", ZOE, named="1"))
        tell(kafka, sent("client-known.v1", {**ZOE, "name": "Zoé Adams"}, named="2"), partition=0)
        tell(kafka, sent("client-known.v1", {**ZOE, "name": "Zoé Zorn"}, named="3"), partition=11)
        tell(kafka, sent("client-known.v1", MAX, named="4"), partition=5)
        with taking(desk):
            until(lambda: counted(desk) == {"taken": 2})
            assert not committed(kafka, 0)
            assert not committed(kafka, 11)
            with taking(there):
                until(lambda: counted(desk) == {"taken": 4}, why=lambda: counted(desk))
        assert named(there)[0] in (["Max", "Zoé Adams"], ["Max", "Zoé Zorn"])
    assert (committed(kafka, 0), committed(kafka, 11)) == (1, 1)


def test_facts_do_not_lie_longer_because_their_sender_s_clock_is_ahead(
    kafka: Broker, desk: Running
) -> None:
    in_ten_years = round((time.time() + 10 * 365 * 86_400) * 1000)

    tell(kafka, sent("client-known.v1", ZOE), timestamp_ms=in_ten_years)

    (fact,) = [each for each in everything_on(kafka.bootstrap) if each.topic == FACTS]
    assert fact.timestamp < in_ten_years - 86_400_000


# --- In other words -----------------------------------------------------------------------


@contextmanager
def taking(desk: Running) -> Iterator[None]:
    """Take facts meanwhile, and go on until what was begun is committed."""
    intake, stop = facts_of(desk.system), threading.Event()
    assert intake is not None
    thread = threading.Thread(target=intake.run, args=(stop,))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


@contextmanager
def worker(kafka: Broker, dsn: str) -> Iterator[None]:
    environment = {
        **os.environ,
        "DATABASE_URL": dsn,
        "KAFKA_BOOTSTRAP": kafka.bootstrap,
        "KAFKA_FACTS": f"{CRM}={TENANT}",
    }
    with Path(os.devnull).open("r+") as nothing:
        process = Forked("infra.cli", "worker", environment=environment, ends=(nothing, nothing))
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def tell(kafka: Broker, *facts: Sent, **more: Any) -> None:
    with KafkaProducer(bootstrap_servers=kafka.bootstrap, acks="all") as producer:
        for fact in facts:
            told = producer.send(
                FACTS,
                fact.value,
                key=KEY,
                headers=fact.headers,
                **{"partition": PLACE.partition, **more},
            )
            told.get(timeout=30)


def refusals(kafka: Broker, count: int) -> list[tuple[str, str]]:
    """Wait until so many facts were refused; return their ids and why."""
    consumer = KafkaConsumer(bootstrap_servers=kafka.bootstrap)
    places = [TopicPartition(REFUSED, n) for n in range(PARTITIONS)]
    consumer.assign(places)
    consumer.seek_to_beginning(*places)
    found: list[tuple[str, str]] = []
    try:
        while len(found) < count:
            for records in consumer.poll(timeout_ms=500).values():
                said = [json.loads(record.value) for record in records]
                found += [(each["id"], each["code"]) for each in said]
    finally:
        consumer.close()
    return found


def named(desk: Running) -> tuple[list[str], int]:
    """Return the names of all clients, and the number of bookings."""
    desk.settle()
    http = desk.http()
    clients = http.get("/v1/clients").json()["data"]
    return sorted(each["name"] for each in clients), len(http.get("/v1/bookings").json()["data"])


def committed(kafka: Broker, partition: int = PLACE.partition) -> int | None:
    consumer = KafkaConsumer(bootstrap_servers=kafka.bootstrap, group_id=GROUP)
    try:
        offset: int | None = consumer.committed(TopicPartition(FACTS, partition))
        return offset
    finally:
        consumer.close()


def rewind(kafka: Broker) -> None:
    """Make the group forget what it has committed."""
    consumer = KafkaConsumer(
        bootstrap_servers=kafka.bootstrap, group_id=GROUP, enable_auto_commit=False
    )
    try:
        consumer.assign([PLACE])
        consumer.commit({PLACE: OffsetAndMetadata(0, "", -1)})
    finally:
        consumer.close()
