"""The system as many processes: what a relay and a worker are made of."""

from dataclasses import dataclass

import faust

from adapters.bell import Bell
from adapters.runner import Runner
from adapters.streams.feed import Feed
from adapters.streams.producer import KafkaPublisher, ensure_topics
from adapters.streams.relay import Relay
from adapters.streams.worker import Slots, worker_app
from infra.composition import System


@dataclass(frozen=True, kw_only=True)
class Work:
    """What one worker process holds."""

    app: faust.App
    slots: Slots
    feed: Feed
    runner: Runner


def relay_of(system: System) -> Relay:
    """Compose a relay."""
    settings = system.settings
    publisher = KafkaPublisher(settings.need_kafka(), replication=settings.kafka_replication)
    return Relay(system.database, publisher, appended=system.appended)


def work_of(system: System) -> Work:
    """Compose a worker: the same consumers as in one process, fed by Kafka."""
    arrived = Bell()
    slots, feed = Slots(arrived), Feed(system.reader, appended=arrived)
    runner = Runner(
        system.database,
        system.reader,
        system.consumers,
        appended=arrived,
        advanced=system.advanced,
        moved=system.known.learn,
        source=feed,
        mine=slots.has,
        idle=0.05,
    )
    bootstrap = system.settings.need_kafka()
    ensure_topics(bootstrap, system.settings.kafka_replication)
    app = worker_app(bootstrap, slots, feed)
    return Work(app=app, slots=slots, feed=feed, runner=runner)
