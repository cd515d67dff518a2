"""The system as many processes: what a relay and a worker are made of."""

from dataclasses import dataclass
from typing import Final

import faust

from adapters.bell import Bell
from adapters.runner import Runner
from adapters.streams.feed import Feed
from adapters.streams.producer import KafkaPublisher, ensure_topics
from adapters.streams.relay import Relay
from adapters.streams.worker import Slots, worker_app
from infra.composition import System
from infra.health import Health

MAY_END: Final = {"renewal"}
"""Threads that have done their work at some time."""


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


def relay_health(system: System, relay: Relay) -> Health:
    """A relay that waits for its turn is as healthy as the one that publishes."""
    doing = "publishing" if relay.is_active else "standing by"
    return Health(healthy=_is_whole(system), doing=doing)


def worker_health(system: System, work: Work) -> Health:
    """A worker without slots does nothing; before long it leaves, to be started again."""
    doing = f"slots {', '.join(map(str, work.slots.mine)) or 'none'}"
    return Health(healthy=_is_whole(system) and bool(work.slots.mine), doing=doing)


def _is_whole(system: System) -> bool:
    """That the database or the broker is away is waited for, and no reason to start again."""
    return all(thread.is_alive() for thread in system.threads if thread.name not in MAY_END)
