"""The system as many processes: what a relay and a worker are made of."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

import faust
import structlog
from kafka.errors import KafkaError

from adapters.consumers.runner import Runner
from adapters.live_bookings.agent import LiveBookingsAgent
from adapters.live_bookings.counts import LiveBookingsCounted
from adapters.streams.facts import FactsDesk
from adapters.streams.feed import Feed
from adapters.streams.intake import FactsIntake
from adapters.streams.producer import KafkaPublisher, ensure_topics
from adapters.streams.relay import Publisher, Relay
from adapters.streams.told import Teller
from adapters.streams.topics import is_placed
from adapters.streams.watchdog import Watchdog
from adapters.streams.worker import Slots, worker_app
from adapters.wakeups.bell import Bell
from application.operations.facts import Facts
from domain.catalogue import OF_EVERY_STREAM
from infra.composition import System, made
from infra.processes.health import Health
from infra.settings import Settings

AGAIN: Final = 1.0
"""Seconds after which a broker that was away at the start is tried again."""

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class Work:
    """What one worker process holds."""

    app: Callable[[], faust.App]
    slots: Slots
    feed: Feed
    runner: Runner
    watchdog: Watchdog


def publisher_of(settings: Settings) -> KafkaPublisher:
    """Return what sends records, and makes the topics that are missing."""
    return KafkaPublisher(
        settings.need_kafka(),
        replication=settings.kafka_replication,
        facts_ms=_facts_ms(settings),
    )


def _facts_ms(settings: Settings) -> int:
    return settings.kafka_facts_retention_hours * 3_600_000


def relay_of(system: System, publisher: Publisher | None = None) -> Relay:
    """Compose a relay. What may happen to every stream says nothing of where one is published."""
    known = system.mapper.known
    of_a_kind = known - OF_EVERY_STREAM.keys()
    return Relay(
        system.database,
        publisher or publisher_of(system.settings),
        appended=system.appended,
        knows=lambda stream, type_: type_ in (known if is_placed(stream) else of_a_kind),
        tells=Teller(system.mapper),
        unread=system.reader.notes.met,
    )


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
    )
    app = partial(_app_of, system, slots, feed)
    watchdog = Watchdog(system.database, system.consumers, slots)
    return Work(app=app, slots=slots, feed=feed, runner=runner, watchdog=watchdog)


def _app_of(system: System, slots: Slots, feed: Feed) -> faust.App:
    settings = system.settings
    app = worker_app(settings.need_kafka(), slots, feed, session=settings.kafka_session_seconds)
    shown, known = LiveBookingsCounted(system.database), system.mapper.known
    unread = system.reader.notes.met
    LiveBookingsAgent(app, shown, made(system), system.clock, known=known, unread=unread)
    return app


def wait_for_topics(system: System) -> None:
    """See that the topics are there, as soon as the broker is, unless told to stop before."""
    settings = system.settings
    while not system.stop.is_set():
        try:
            ensure_topics(settings.need_kafka(), settings.kafka_replication, _facts_ms(settings))
        except (KafkaError, OSError) as error:
            log.warning("the broker cannot be reached", error=str(error))
            system.stop.wait(AGAIN)
        else:
            return


def facts_of(system: System) -> FactsIntake | None:
    """Compose what takes facts of other systems, if there are any whose facts are taken."""
    settings = system.settings
    if not settings.kafka_facts:
        return None
    bootstrap = settings.need_kafka()
    facts = Facts(
        system.store,
        system.dispatch,
        pepper=settings.pepper.encode(),
        region=settings.default_region,
    )
    desk = FactsDesk(
        facts,
        system.database,
        publisher_of(settings),
        sources=settings.kafka_facts,
        clock=system.clock,
        unread=system.reader.notes.met,
        key_is_elsewhere=system.roll.others_know_more_keys,
    )
    return FactsIntake(bootstrap, desk, session=settings.kafka_session_seconds)


def relay_health(system: System, relay: Relay) -> Health:
    """A relay that waits for its turn is as healthy as the one that publishes."""
    doing = "publishing" if relay.is_active else "standing by"
    return Health(healthy=_is_whole(system), doing=doing + _unread(system))


def worker_health(system: System, work: Work) -> Health:
    """A worker without slots does nothing; before long it leaves, to be started again."""
    doing = f"slots {', '.join(map(str, work.slots.mine)) or 'none'}"
    healthy = _is_whole(system) and bool(work.slots.mine)
    return Health(healthy=healthy, doing=doing + _unread(system))


def _unread(system: System) -> str:
    """Say what is left to others: starting again would not help."""
    lacking = system.reader.notes.lacking
    return f"; cannot read {', '.join(lacking)}" if lacking else ""


def _is_whole(system: System) -> bool:
    """That the database or the broker is away is waited for, and no reason to start again."""
    return all(thread.is_alive() for thread in system.threads)
