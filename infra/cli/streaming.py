"""Run it as many processes: `relay` publishes the log to Kafka, `worker` carries it on from there.

What they are made of is imported when it is asked for: it takes longer than most commands do.
"""

import os
import signal
import threading
from functools import partial
from typing import Annotated

import typer

from infra.cli.running import GIVES_WAY, say_begun
from infra.cli.system import lasting, settings_from_environment
from infra.composition import System
from infra.processes.health import Reported, health_on, waiting_for
from infra.processes.logs import configure_logs
from infra.settings import Settings

HealthPort = Annotated[
    int | None, typer.Option(help="Answer GET /v1/health on this port, for whoever looks after us.")
]


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.command()(relay)
    app.command()(worker)


def relay(health_port: HealthPort = None) -> None:
    """Publish the log to Kafka (KAFKA_BOOTSTRAP). One is active; others wait to take over."""
    from infra.processes.streaming import relay_health, relay_of

    settings, stop = _settings(), threading.Event()
    health = Reported("PostgreSQL")
    with health_on(settings.host, health_port, health), lasting(settings) as system:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stop.set())
        relay = relay_of(system)
        health.look = partial(relay_health, system, relay)
        say_begun("relaying")
        relay.run(stop)


def worker(health_port: HealthPort = None) -> None:
    """Keep read models, let processes react, carry out what is due, as one of many workers."""
    os.nice(GIVES_WAY)
    settings = _settings()
    health = Reported("PostgreSQL")
    with health_on(settings.host, health_port, health), lasting(settings) as system:
        _run(system, health)


def _run(system: System, health: Reported) -> None:
    """Let Faust run in the main thread, which is where signals come, and the rest beside it."""
    from adapters.streams.worker import run
    from infra.processes.streaming import facts_of, wait_for_topics, work_of, worker_health

    health.look = partial(waiting_for, "the broker")
    wait_for_topics(system)
    work = work_of(system)
    system.work(work.runner)
    system.beside("watchdog", lambda stop: work.watchdog.run(stop, _end))
    if (facts := facts_of(system)) is not None:
        system.beside("facts", facts.run)
    health.look = partial(worker_health, system, work)
    say_begun("working")
    while True:
        run(work.app())
        wait_for_topics(system)


def _end() -> None:
    """As if killed: whatever hangs cannot hold it up, and nothing is lost by it."""
    os._exit(1)


def _settings() -> Settings:
    settings = settings_from_environment()
    configure_logs(settings.log_level)
    settings.need_kafka()
    return settings
