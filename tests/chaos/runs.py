"""The attempts of the conversations, made twice: in one process where nobody disturbs, and as many
processes, which are killed. What is there in the end is the same.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from adapters.event_store.verify import verify
from infra.composition import System, application, running_system
from infra.migrate import migrate
from infra.processes.serving import listen, serve_in_thread
from infra.servers.kafka import Broker
from infra.servers.postgres import Server, create_database, drop_database
from infra.servers.redis import RedisServer
from infra.settings import Settings
from tests.acceptance.test_real_conversations import Wanted, expected
from tests.chaos.conversations import PAUSE, Answered, Clients, opened
from tests.chaos.killing import DESKS, Killer
from tests.chaos.portraits import Portrait, portrait
from tests.streams.programs import (
    company,
    left,
    mails_and_notes_of_them,
    settled,
    wrong_read_models,
    wrongly_ordered,
)
from tests.waiting import until

CREW: Final = ("relay", "relay", "worker", "worker", "worker")
SETTLING: Final = 120.0


@dataclass(frozen=True)
class Chaos:
    """What is killed when; `pause` is how long clients think before they ask."""

    seed: int
    every: tuple[int, int] = (15, 60)
    pause: tuple[float, float] = PAUSE


def undisturbed(server: Server, wanted: Sequence[Wanted]) -> Portrait:
    """Make the attempts in one process: the API, read models, processes and mails."""
    settings = Settings(limit_factor=10_000)
    with database_of_its_own(server) as dsn, running_system(settings, dsn) as system:
        system.work()
        listener = listen(settings.host, 0)
        stop = serve_in_thread(application(system), listener)
        business = opened([listener.getsockname()[1]], wanted)
        with Clients(business, wanted, pause=(0.0, 0.0)) as clients:
            answers = clients.answers()
        until(lambda: settled(system, relayed=False), why=lambda: left(system), seconds=SETTLING)
        stop()
        return examined(system, wanted, answers)


def disturbed(
    chaos: Chaos,
    wanted: Sequence[Wanted],
    server: Server,
    broker: Broker,
    redis: RedisServer,
    folder: Path,
) -> tuple[Portrait, Killer]:
    """Make them as many processes, and kill those; say what was done to whom."""
    with (
        database_of_its_own(server) as dsn,
        running_system(Settings(), dsn) as system,
        company(dsn, broker.bootstrap, folder, redis=redis.url) as staff,
    ):
        for command in CREW:
            staff.begin(command)
        ports = [staff.serve(ACCESS_TOKEN_MINUTES="1440") for _ in range(DESKS)]
        killer = Killer(chaos.seed, staff, broker, redis, chaos.every)
        business = opened(ports, wanted)
        with Clients(business, wanted, seed=chaos.seed, pause=chaos.pause) as clients:
            killer.run(clients)
            answers = clients.answers()
        until(
            lambda: settled(system),
            why=lambda: (staff.ended, left(system)),
            seconds=SETTLING,
        )
        return examined(system, wanted, answers), killer


@contextmanager
def database_of_its_own(server: Server) -> Iterator[str]:
    create_database(server, "chaos")
    try:
        migrate(server.dsn("chaos"))
        yield server.dsn("chaos")
    finally:
        drop_database(server, "chaos")


def examined(system: System, wanted: Sequence[Wanted], answers: Mapping[int, Answered]) -> Portrait:
    """See that it is what it must be by other computations; then draw it."""
    booked = {n: answer for n, answer in answers.items() if answer.status == 201}
    assert booked.keys() == expected(list(wanted)), "others were booked"
    refused = {answers[n][:2] for n in answers.keys() - booked.keys()}
    assert refused <= {(409, "slot-taken")}, refused
    assert (wrong := wrong_read_models(system)) == [], wrong
    assert (orders := wrongly_ordered(system)) == set(), orders
    mails, notes = mails_and_notes_of_them(system)
    assert mails == notes >= len(booked), (mails, notes)
    with system.database.as_worker() as connection:
        assert (findings := verify(connection).findings) == [], findings
    return portrait(system, {str(answer.booking): n for n, answer in booked.items()})
