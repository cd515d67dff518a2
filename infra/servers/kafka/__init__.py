"""Apache Kafka without installing it: jars by Maven, run by Java as a child of this process.

    running_kafka(data) ─► take the lock ─► format the storage, the first time
                        ─► java kafka.Kafka, listening on 127.0.0.1 ─► … ─► stopped on the way out

The data directory holds the topics, the configuration of the last start, the log and the lock. The
broker inherits the lock, so an owner that was killed holds it for as long as its broker still runs.
"""

import fcntl
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Final

from kafka import KafkaAdminClient
from kafka.errors import KafkaError

from adapters.streams.clients import connected
from infra.servers.children import (
    Child,
    Program,
    Served,
    ServerUnavailable,
    bare_environment,
    free_port,
    listens,
    refuse_taken,
)
from infra.servers.kafka.jars import jars, why_there_are_none

HERE: Final = Path(__file__).parent
NO_JAVA: Final = (
    "Java, which runs Kafka, is missing: install 17 or later "
    "(Debian: apt-get install openjdk-17-jre-headless)"
)

# A constant, because Kafka refuses data that were formatted under another.
CLUSTER: Final = "ZnJvbnRkZXNrLWthZmthMA"
FORMAT: Final = f"kafka.tools.StorageTool format --standalone --ignore-formatted -t {CLUSTER}"
JAVA_OPTIONS: Final = ("-Xms512m", "-Xmx512m", "-XX:+UseG1GC", "-Djava.awt.headless=true")
BRIEFLY: Final = ("-XX:TieredStopAtLevel=1",)
"""For a broker that is needed for a minute: it answers in half the time, and would be slower for ever."""

LOGGING: Final = f"-Dlog4j2.configurationFile={(HERE / 'log4j2.properties').as_uri()}"


@dataclass(frozen=True, slots=True)
class Broker(Served):
    """With the data it had, whenever it is started again."""

    data: Path

    @property
    def bootstrap(self) -> str:
        return f"127.0.0.1:{self.port}"


def can_run_kafka() -> str | None:
    """Why not, in one line; None if it can."""
    return NO_JAVA if shutil.which("java") is None else why_there_are_none()


@contextmanager
def running_kafka(
    data: Path,
    *,
    port: int = 0,
    on_death: Callable[[], None] | None = None,
    options: Sequence[str] = (),
) -> Iterator[Broker]:
    """A broker for as long as the block lasts, with whatever was in `data` before. `options` are Java's.

    Enter from a thread that lives as long as the block: to the kernel it is the parent.
    `on_death` is called, in another thread, if the broker ends while the block goes on.
    """
    if reason := can_run_kafka():
        raise ServerUnavailable(reason)
    data = data.absolute()
    _refuse_what_is_not_kafkas(data)
    data.mkdir(parents=True, exist_ok=True)
    with _owned(data) as lock:
        if port:
            refuse_taken(port, "Kafka")
        port = port or free_port()
        _prepare_storage(data, port)
        child = Child(_broker(data, port, lock, options), on_death)
        child.start()
        try:
            yield Broker(port, child, data)
        finally:
            child.stop()


# --- Whose it is -----------------------------------------------------------------------


def _refuse_what_is_not_kafkas(data: Path) -> None:
    if data.exists() and any(data.iterdir()) and not (data / "lock").exists():
        message = f"{data} holds something, but no Kafka data: choose another directory."
        raise ServerUnavailable(message)


@contextmanager
def _owned(data: Path, *, seconds: float = 60) -> Iterator[int]:
    """The kernel drops the lock with its last holder, so no crash leaves one behind."""
    deadline = time.monotonic() + seconds
    with (data / "lock").open("a+") as lock:
        while not _is_ours(lock.fileno()):
            lock.seek(0)
            _refuse_if_alive(data, int(lock.read() or 0), late=time.monotonic() > deadline)
            time.sleep(0.02)
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield lock.fileno()


def _is_ours(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _refuse_if_alive(data: Path, owner: int, *, late: bool) -> None:
    """A dead owner's broker is shutting down, which is worth waiting for."""
    if late:
        raise ServerUnavailable(f"A broker still runs in {data}, without an owner: stop it.")
    if Path(f"/proc/{owner}").exists():
        raise ServerUnavailable(f"{data} is in use by process {owner}: stop that one first.")


# --- What lies there -------------------------------------------------------------------


def _prepare_storage(data: Path, port: int) -> None:
    """Made beside and moved, so a kill in the middle leaves nothing that looks like storage."""
    topics, unfinished = data / "topics", data / "unfinished"
    controller_port = free_port()
    if not topics.exists():
        shutil.rmtree(unfinished, ignore_errors=True)
        _format(_configure(data, unfinished, port, controller_port))
        unfinished.rename(topics)
    _configure(data, topics, port, controller_port)


def _configure(data: Path, topics: Path, port: int, controller_port: int) -> Path:
    template = Template((HERE / "server.properties").read_text(encoding="utf-8"))
    filled = template.substitute(topics=topics, port=port, controller_port=controller_port)
    (data / "server.properties").write_text(filled, encoding="utf-8")
    return data / "server.properties"


def _format(properties: Path) -> None:
    done = subprocess.run(
        [*_java(BRIEFLY), *FORMAT.split(), "-c", str(properties)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        env=bare_environment(),
    )
    if done.returncode != 0:
        raise ServerUnavailable(f"Kafka could not format its storage.\n{done.stdout[-2000:]}")


# --- Its process -----------------------------------------------------------------------


def _java(options: Sequence[str]) -> list[str]:
    java = shutil.which("java")
    assert java
    return [java, *JAVA_OPTIONS, *options, LOGGING, "-cp", f"{jars()}/*"]


def _broker(data: Path, port: int, lock: int, options: Sequence[str]) -> Program:
    return Program(
        name="Kafka",
        command=[*_java(options), "kafka.Kafka", data / "server.properties"],
        directory=data,
        answers=lambda: listens(port) and _answers(port),
        keeps=(lock,),
    )


def _answers(port: int) -> bool:
    """It listens a little before it knows that it is part of its own cluster."""
    try:
        with connected(KafkaAdminClient, bootstrap_servers=f"127.0.0.1:{port}") as admin:
            return bool(admin.describe_cluster()["brokers"])
    except KafkaError:
        return False
