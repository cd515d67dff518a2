"""The relay on a real broker that is killed or stands still: nothing is missed, order is kept."""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import pytest
from kafka import KafkaConsumer, TopicPartition

from adapters.consumers import checkpoints
from adapters.streams import RELAY
from adapters.streams.producer import KafkaPublisher
from adapters.streams.records import row_of
from adapters.streams.relay import Relay
from adapters.streams.topics import OTHERS, PARTITIONS
from infra.servers.kafka import Broker
from tests.read_models.examples import Paid, World
from tests.streams.topics import emptied
from tests.waiting import until

pytestmark = [pytest.mark.kafka, pytest.mark.postgres]

PLACES: Final = [TopicPartition(OTHERS, number) for number in range(PARTITIONS)]


class Struck(KafkaPublisher):
    """Something happens to its broker after so many records were sent, before they are all there."""

    def __init__(self, bootstrap: str, *, after: int, strike: Callable[[], None]) -> None:
        super().__init__(bootstrap)
        self.struck = threading.Event()
        self._strike = strike
        self._left = after

    def _connected(self) -> "Struck":
        self._real = super()._connected()
        return self

    def send(self, *record: Any, **more: Any) -> Any:
        """Send a record, as the producer does."""
        self._left -= 1
        if self._left == 0:
            self._strike()
            self.struck.set()
        return self._real.send(*record, **more)


@pytest.fixture
def history(world: World, kafka: Broker) -> World:
    """Some hundred events, none of which is published."""
    emptied(kafka.bootstrap, OTHERS)
    with world.database.as_worker() as connection:
        checkpoints.begin(connection, RELAY)
    for _ in range(100):
        world.account(*[Paid(account="", group="red", amount=1)] * 3)
    return world


@contextmanager
def relaying(world: World, publisher: Struck) -> Iterator[None]:
    """Let a relay carry everything to the broker while others do what they do."""
    relay, stop = Relay(world.database, publisher, appended=world.appended), threading.Event()
    running = threading.Thread(target=relay.run, args=(stop,))
    running.start()
    try:
        assert publisher.struck.wait(30)
        yield
        until(lambda: everything_is_published(world))
    finally:
        stop.set()
        world.appended.ring()
        running.join(30)
    assert not running.is_alive()


def everything_is_published(world: World) -> bool:
    with world.database.as_worker() as connection:
        return checkpoints.read(connection, [RELAY])[RELAY] == len(world.history())


def published(kafka: Broker) -> dict[int, list[tuple[int, int, bytes]]]:
    """Return sequence, position and id of all that there is, by partition."""
    consumer = KafkaConsumer(bootstrap_servers=kafka.bootstrap, enable_auto_commit=False)
    consumer.assign(PLACES)
    consumer.seek_to_beginning()
    ends = consumer.end_offsets(PLACES)
    found: dict[int, list[tuple[int, int, bytes]]] = {place.partition: [] for place in PLACES}
    while any(consumer.position(place) < ends[place] for place in PLACES):
        for place, records in consumer.poll(200).items():
            for each in records:
                said = dict(each.headers)
                position = row_of(each.value, each.headers)[0]
                found[place.partition].append((int(said["ce_sequence"]), position, said["ce_id"]))
    consumer.close()
    return found


def is_whole(world: World, kafka: Broker) -> bool:
    """Whether all that happened is there, in order; what is there twice was sent again."""
    positions: list[int] = []
    for records in published(kafka).values():
        first_times = list(dict.fromkeys(records))
        sequences = [sequence for sequence, _, _ in first_times]
        assert sequences == list(range(1, len(first_times) + 1))
        assert first_times == sorted(first_times, key=lambda record: record[1])
        positions += [position for _, position, _ in first_times]
    return sorted(positions) == [past.position for past in world.history()]


@pytest.mark.thorough
def test_a_broker_that_is_killed_in_mid_batch_misses_nothing(history: World, kafka: Broker) -> None:
    publisher = Struck(kafka.bootstrap, after=250, strike=kafka.kill)

    with relaying(history, publisher):
        history.account()
        kafka.restart()

    assert is_whole(history, kafka)


def test_a_broker_that_stands_still_is_waited_for_and_writers_do_not_notice(
    history: World, kafka: Broker
) -> None:
    broker = kafka.pid
    publisher = Struck(kafka.bootstrap, after=250, strike=lambda: os.kill(broker, signal.SIGSTOP))

    try:
        with relaying(history, publisher):
            for _ in range(50):
                history.account()
            os.kill(broker, signal.SIGCONT)
    finally:
        os.kill(broker, signal.SIGCONT)

    assert is_whole(history, kafka)
