"""Ours, as many processes: the log into a real Kafka, and from there into PostgreSQL. Beside it,
what could be done instead: producing alone, and a Faust agent in place of `getmany`.
"""

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Coroutine
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from uuid import uuid4

import faust
from psycopg import connect

from adapters.consumers import checkpoints
from adapters.consumers.runner import Runner
from adapters.read_models.consumer import ReadModelConsumer
from adapters.streams import RELAY
from adapters.streams.feed import Feed
from adapters.streams.producer import KafkaPublisher
from adapters.streams.records import Record, record_of, row_of
from adapters.streams.relay import BATCH, NEXT
from adapters.streams.topics import PARTITIONS, TOPICS
from adapters.streams.worker import FETCH, fetch
from adapters.wakeups.bell import Bell
from infra.bench.ours import history
from infra.bench.ours.commands import record
from infra.bench.ours.read_model import SEEN
from infra.bench.ours.system import DSN, system
from infra.bench.rounds import Tally, answer_rounds, timed, watched
from infra.composition import System
from infra.processes.streaming import relay_of
from infra.servers.children import dying_with_us
from infra.servers.kafka import Broker, running_kafka
from projections.scheduling.bookings import BOOKINGS

WITHIN: Final = 0.005
PATIENCE: Final = 60
"""Seconds until processes that were started have caught up."""


# --- The relay ------------------------------------------------------------------------------


def relay(composed: System, broker: Broker, *, events: int) -> Tally:
    """Publish a history, acknowledged by the broker, as the relay does when it was away."""
    history.filled(composed, events)
    publisher = KafkaPublisher(broker.bootstrap)
    carrier = relay_of(composed, publisher)
    with composed.database.as_worker() as line:
        checkpoints.begin(line, RELAY)
        checkpoints.advance(line, [RELAY], 0)
        carrier.step(line)  # the connection, and topics the first time
        tally = timed(lambda: _steps(partial(carrier.step, line)))
    publisher.close()
    return tally


def _steps(step: Callable[[], int]) -> int:
    done = 0
    while count := step():
        done += count
    return done


def produce(composed: System, broker: Broker, *, events: int) -> Tally:
    """Publish records that are made already: what kafka-python can do at most."""
    history.filled(composed, events)
    batches = _batches(composed, events)
    publisher = KafkaPublisher(broker.bootstrap)
    publisher.publish(batches[0])
    tally = timed(lambda: sum(_published(publisher, batch) for batch in batches))
    publisher.close()
    return tally


def _batches(composed: System, events: int) -> list[list[Record]]:
    with composed.database.as_worker() as line:
        rows = line.execute(NEXT, (0, events, events), binary=True).fetchall()
    records = [record_of(row) for row in rows]
    return [records[start : start + BATCH] for start in range(0, len(records), BATCH)]


def _published(publisher: KafkaPublisher, batch: list[Record]) -> int:
    publisher.publish(batch)
    return len(batch)


# --- A worker -------------------------------------------------------------------------------


def getmany(composed: System, broker: Broker, *, events: int) -> Tally:
    """As our worker fetches: all partitions, some thousand records at a time."""

    async def fetching(feed: Feed, done: threading.Event) -> None:
        await fetch(broker.bootstrap, feed, done.is_set, begin="earliest")

    return _kept(composed, broker, events, fetching)


def agent(composed: System, broker: Broker, *, events: int) -> Tally:
    """As a Faust agent fetches, into the same feed."""

    async def fetching(feed: Feed, done: threading.Event) -> None:
        app = _agent_app(broker.bootstrap, feed)
        await app.start()
        await asyncio.to_thread(done.wait)
        await app.stop()

    return _kept(composed, broker, events, fetching)


def _agent_app(bootstrap: str, feed: Feed) -> faust.App:
    app = faust.App(
        f"bench-{uuid4()}",
        broker=f"kafka://{bootstrap}",
        store="memory://",
        web_enabled=False,
        topic_disable_leader=True,
        topic_allow_declare=False,
        topic_partitions=PARTITIONS,
        consumer_auto_offset_reset="earliest",
        stream_wait_empty=False,
    )
    topic = app.topic(
        TOPICS["booking"], value_type=bytes, value_serializer="raw", partitions=PARTITIONS
    )

    async def feeding(stream: Any) -> None:
        async for taken in stream.take_events(FETCH, within=WITHIN):
            feed.put(row_of(each.value, each.message.headers) for each in taken)

    app.agent(topic)(feeding)
    return app


class Arriving(Feed):
    """Waits for Kafka as long as it takes, and notes when the first comes."""

    def __init__(self, composed: System, events: int, appended: Bell) -> None:
        super().__init__(composed.reader, appended=appended, most=events)
        self.began: float | None = None

    def _may_come(self, _after: int) -> bool:
        return True

    def put(self, rows: Any) -> None:
        """Take records."""
        self.began = self.began or time.perf_counter()
        super().put(rows)


Fetching = Callable[[Feed, threading.Event], Coroutine[Any, Any, None]]


def _kept(composed: System, broker: Broker, events: int, fetching: Fetching) -> Tally:
    """Carry an empty read model on, from the first record that arrives until it is at the head."""
    _published_once(composed, broker, events)
    _begin_anew(composed)
    arrived, done = Bell(), threading.Event()
    feed = Arriving(composed, events, arrived)
    runner = Runner(
        composed.database,
        composed.reader,
        composed.consumers,
        appended=arrived,
        advanced=composed.advanced,
        source=feed,
    )
    running = threading.Thread(target=runner.run, args=(done,))
    watching = threading.Thread(target=_wait_for_the_end, args=(composed, events, done))
    running.start()
    watching.start()
    asyncio.run(fetching(feed, done))
    running.join()
    watching.join()
    assert feed.began
    assert not feed.healed, "all of it came by Kafka"
    return Tally(operations=events, seconds=ended.pop() - feed.began)


ended: list[float] = []


def _wait_for_the_end(composed: System, events: int, done: threading.Event) -> None:
    while _position(composed) < events:
        composed.advanced.wait(composed.advanced.rings, 0.1)
    ended.append(time.perf_counter())
    done.set()


def _position(composed: System) -> int:
    with composed.database.as_worker() as connection:
        return checkpoints.read(connection, [BOOKINGS.name])[BOOKINGS.name]


def _published_once(composed: System, broker: Broker, events: int) -> None:
    history.filled(composed, events)
    with composed.database.as_worker() as line:
        if RELAY not in checkpoints.read(line, [RELAY]):
            relay(composed, broker, events=events)


def _begin_anew(composed: System) -> None:
    table = ReadModelConsumer(BOOKINGS).table
    with composed.database.as_worker() as connection:
        table.create(connection)
        table.create_indexes(connection)
        checkpoints.advance(connection, [BOOKINGS.name], 0)


# --- From commit to visible -----------------------------------------------------------------


def visible(composed: System, broker: Broker, *, seconds: float) -> Tally:
    """One event alone, from the answer to whoever recorded it until it is seen in the table, by
    way of a relay process, Kafka and a worker process.
    """
    if not processes:
        composed.join_others()
        processes.extend(_started(broker, command) for command in ("relay", "worker"))
    record(composed)
    _wait_for_everybody(composed)
    with connect(DSN, autocommit=True) as reader:
        return watched(lambda: record(composed), reader, SEEN, seconds=seconds)


processes: list["subprocess.Popen[bytes]"] = []


def _started(broker: Broker, command: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", "infra.cli", command],
        env={**os.environ, "DATABASE_URL": DSN, "KAFKA_BOOTSTRAP": broker.bootstrap},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=dying_with_us(signal.SIGTERM),  # noqa: PLW1509  (takes no lock)
    )


def _wait_for_everybody(composed: System) -> None:
    """Until the worker has been given its slots, and all that was recorded is done."""
    until = time.monotonic() + PATIENCE
    with composed.database.as_worker() as connection:
        while connection.execute(BEHIND).rowcount:
            if time.monotonic() > until:
                raise TimeoutError
            time.sleep(0.05)


BEHIND: Final = """
    SELECT FROM work.checkpoints WHERE position < (SELECT max(position) FROM log.events)
"""


if __name__ == "__main__":
    with (
        TemporaryDirectory(dir=".frontdesk/bench") as folder,
        running_kafka(Path(folder)) as broker,
        system(BOOKINGS) as composed,
    ):
        works = (relay, produce, getmany, agent, visible)
        answer_rounds({work.__name__: partial(work, composed, broker) for work in works})
