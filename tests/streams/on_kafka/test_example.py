"""Whoever has a Kafka client and twenty lines can follow what happens."""

import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from uuid import uuid4

import pytest

from adapters.postgres import WORKER
from adapters.streams.producer import KafkaPublisher
from adapters.streams.records import Record
from adapters.streams.topics import partition_of
from infra.composition import System
from infra.processes.streaming import relay_of
from infra.servers.kafka import Broker
from tests.running import Running
from tests.scheduling.bookings.at_the_salon import Salon
from tests.streams.topics import emptied

pytestmark = [pytest.mark.kafka, pytest.mark.postgres]

EXAMPLE = "infra/examples/confirmed_bookings.py"


class Twice(KafkaPublisher):
    """Has to send everything again, as when an acknowledgement was lost."""

    def publish(self, records: Sequence[Record]) -> None:
        super().publish(records)
        super().publish(records)


@pytest.fixture
def example(kafka: Broker) -> Iterator["subprocess.Popen[str]"]:
    emptied(kafka.bootstrap, "frontdesk.told.bookings")
    command = [sys.executable, EXAMPLE, kafka.bootstrap]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()


def test_a_stranger_prints_a_line_per_booking_confirmed(
    kafka: Broker, running: Running, example: "subprocess.Popen[str]"
) -> None:
    salon, http = Salon.opened(running), running.http()
    first, wish, second = (booking_of_partition(3) for _ in range(3))
    for day, booking in enumerate((first, wish, second), start=5):
        salon.book(http, f"2027-01-0{day}T10:00:00+01:00", id=booking)
        if booking != wish:
            assert http.post(f"/v1/bookings/{booking}/confirm").status_code == 200

    publish_all(running.system, kafka)

    assert example.stdout is not None
    assert [example.stdout.readline() for _ in range(2)] == [
        f"{first} 2027-01-05T09:00:00Z\n",
        f"{second} 2027-01-07T09:00:00Z\n",
    ]


def booking_of_partition(partition: int) -> str:
    """Return an id whose records go there: within a partition, they come in order."""
    ids = iter(lambda: f"booking-{uuid4()}", "")
    return next(each for each in ids if partition_of(each.encode()) == partition)


def publish_all(system: System, kafka: Broker) -> None:
    publisher = Twice(kafka.bootstrap)
    relay = relay_of(system, publisher)
    with system.database.connect(WORKER, "test relay") as line:
        relay.take_over(line, threading.Event())
        while relay.step(line):
            pass
    publisher.close()
