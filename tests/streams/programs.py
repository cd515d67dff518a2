"""The system as many processes: each can be killed, stopped and started again; and what is true of
it when all is done, whoever did it.
"""

import json
import os
import subprocess
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from adapters.consumers import checkpoints
from adapters.event_store.reader import head
from adapters.jobs import kind_of
from adapters.read_models.consumer import ReadModelConsumer
from adapters.read_models.fold import fold, relevant
from adapters.read_models.tables import LIVE, Rows
from adapters.streams import RELAY
from application.processes import PROCESSES
from application.processes.process import Do
from infra.composition import System
from infra.servers.children import free_port
from projections import READ_MODELS
from tests.forked import Forked
from tests.waiting import until

ENOUGH: Final = 15.0
"""Seconds that a process has to stop when it is told to."""


@dataclass
class Program:
    """A process `frontdesk …`. What it says goes to a file, so that nobody has to listen."""

    command: str
    environment: Mapping[str, str]
    log: Path
    process: Forked = field(init=False)
    _earlier: int = field(init=False, default=0)

    def start(self) -> None:
        """Let it begin; it may take a second until it is of use."""
        with self.log.open("ab") as log, Path(os.devnull).open() as nothing:
            self._earlier = log.tell()
            ends = (nothing, log, log)
            self.process = Forked(
                "infra.cli", self.command, environment=self.environment, ends=ends
            )

    @property
    def runs(self) -> bool:
        return self.process.poll() is None

    @property
    def said(self) -> str:
        """What it has said since it was started last."""
        return self.log.read_bytes()[self._earlier :].decode(errors="replace")

    def kill(self) -> None:
        """With no time to tidy up."""
        self.process.kill()
        self.process.wait()


@dataclass
class Company:
    """All processes on one database and one broker."""

    dsn: str
    bootstrap: str
    folder: Path
    redis: str = ""
    programs: list[Program] = field(default_factory=list)

    def begin(self, command: str, **settings: str) -> Program:
        """Start one more."""
        environment = {
            **os.environ,
            "FRONTDESK_MODE": "demo",
            "LIMIT_FACTOR": "10000",
            "DATABASE_URL": self.dsn,
            "KAFKA_BOOTSTRAP": self.bootstrap,
            "KAFKA_SESSION_SECONDS": "3",
            "REDIS_URL": self.redis,
            **settings,
        }
        log = self.folder / f"{command}-{len(self.programs)}.log"
        program = Program(command, environment, log)
        program.start()
        self.programs.append(program)
        return program

    def serve(self, **settings: str) -> int:
        """Start an API process; return its port, which it keeps when it is started again."""
        port = free_port()
        server = self.begin("serve", PORT=str(port), **settings)
        until(lambda: "listening on" in server.said)
        return port

    @property
    def ended(self) -> list[str]:
        """Who does not run, and with which code they ended."""
        return [f"{p.log.name}: {p.process.poll()}" for p in self.programs if not p.runs]

    def end(self) -> None:
        """Let whoever is left stop: Kafka waits long for workers that go without a word."""
        left = [program for program in self.programs if program.runs]
        for program in left:
            program.process.terminate()
        for program in left:
            with suppress(subprocess.TimeoutExpired):
                program.process.wait(ENOUGH)
            program.kill()

    def tell(self) -> None:
        """Print what they said, for whoever sees a test fail."""
        for program in self.programs:
            said = program.log.read_text(errors="replace")
            print(f"--- {program.log.name}\n{said[-5000:]}")


def slots(worker: Program) -> list[int]:
    """Return the slots that a worker said it has."""
    said = [json.loads(line) for line in worker.said.splitlines() if line.startswith('{"slots"')]
    return said[-1]["slots"] if said else []


@contextmanager
def company(dsn: str, bootstrap: str, folder: Path, *, redis: str = "") -> Iterator[Company]:
    """Let processes work together; in the end none is left."""
    together = Company(dsn, bootstrap, folder, redis)
    try:
        yield together
    except BaseException:
        together.tell()
        raise
    finally:
        together.end()


# --- What is true when all is done --------------------------------------------------------


def at_the_head(system: System, *, relayed: bool = True) -> bool:
    """Whether everybody has come to the end of the log."""
    names = [consumer.name for consumer in system.consumers] + [RELAY] * relayed
    with system.database.as_worker() as connection:
        places = checkpoints.read(connection, names)
        return set(places.values()) == {head(connection)} and len(places) == len(names)


def due_jobs(system: System) -> int:
    """Return how many jobs could be done now and are not."""
    due = "status = 'running' OR status = 'todo' AND run_at <= now()"
    [[count]] = asked(system, f"SELECT count(*) FROM work.jobs WHERE {due}")
    return int(count)


def settled(system: System, *, relayed: bool = True) -> bool:
    """Whether nothing is left to do now."""
    return at_the_head(system, relayed=relayed) and not due_jobs(system)


def left(system: System) -> Any:
    """Say what is left to do now."""
    return (
        asked(system, "SELECT max(position) FROM log.events"),
        asked(system, "SELECT consumer, position FROM work.checkpoints"),
        asked(
            system,
            "SELECT kind, status, attempts, lease_until - now() FROM work.jobs"
            " WHERE status = 'running' OR status = 'todo' AND run_at <= now()",
        ),
    )


def asked(system: System, statement: str) -> list[Any]:
    """Ask PostgreSQL, as the worker."""
    with system.database.as_worker() as connection:
        return connection.execute(statement.encode()).fetchall()


def wrong_read_models(system: System) -> list[str]:
    """Name the read models that are not what a plain fold of the whole log is."""
    with system.database.as_worker() as connection:
        events = [past for page in system.reader.follow(connection, 0) for past in page]
        wrong = []
        for model in READ_MODELS:
            folded: Rows = {}
            fold(model, folded, relevant(model, events))
            expected = {key: row for key, row in folded.items() if row is not None}
            table = ReadModelConsumer(model, LIVE).table
            statement = f'SELECT tenant_id::text, key FROM "{LIVE}"."{model.name}"'
            keys = connection.execute(statement.encode()).fetchall()
            if dict(table.load(connection, keys)) != expected:
                wrong.append(model.name)
        return wrong


def wrongly_ordered(system: System) -> set[Any]:
    """Return what processes ordered too often or not at all, by process, event and kind. What an order has led
    to is of other kinds.
    """
    with system.database.as_worker() as connection:
        events = [past for page in system.reader.follow(connection, 0) for past in page]
    expected = Counter(
        (process.name, past.position, kind_of(type(order.order)))
        for past in events
        for process in PROCESSES
        if isinstance(past.event, process.when)
        for order in process.then(past)
        if isinstance(order, Do)
    )
    ordered = "SELECT process, caused_by, kind, count(*) FROM work.jobs GROUP BY 1, 2, 3"
    kinds = {(process, kind) for process, _, kind in expected}
    found = {(p, at, kind): n for p, at, kind, n in asked(system, ordered) if (p, kind) in kinds}
    return {*expected.items()} ^ {*found.items()}


def mails_and_notes_of_them(system: System) -> tuple[int, int]:
    """Return how many mails were sent, and how many are noted on their bookings."""
    [[mails]] = asked(system, "SELECT count(*) FROM work.outbox")
    [[notes]] = asked(
        system, "SELECT count(*) FROM log.events WHERE type LIKE 'booking-mail-sent.%'"
    )
    return mails, notes
