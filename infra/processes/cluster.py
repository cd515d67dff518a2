"""What production looks like, on this machine: real servers, and two processes of each kind.

    PostgreSQL   Kafka   Redis
        │          │       │
    api-1  api-2   │       │       behind one port: both accept from the same socket
    relay-1  relay-2               one publishes, the other stands by
    worker-1  worker-2             each has half of the consumers

Nothing of it outlives this process.
"""

import secrets
import signal
import socket
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final

from infra.processes.health import NotHealthy, health_of
from infra.processes.supervision import Member, MemberReport, kept
from infra.servers import postgres
from infra.servers.children import Child, Program, free_port, listens
from infra.servers.kafka import running_kafka
from infra.servers.redis import running_redis

DATABASE: Final = "frontdesk"
OF_EACH: Final = (1, 2)
PATIENCE: Final = 8.0
"""Seconds from being told to stop to being stopped."""


@dataclass(frozen=True)
class Cluster:
    """Where everything is, and how."""

    data: Path
    listener: socket.socket
    environment: Mapping[str, str]
    kafka_port: int = field(default_factory=free_port)
    redis_port: int = field(default_factory=free_port)
    redis_password: str = field(default_factory=partial(secrets.token_hex, 16))
    members: list[Member] = field(default_factory=list)

    @property
    def port(self) -> int:
        return int(self.listener.getsockname()[1])

    def reports(self) -> list[MemberReport]:
        return [member.report() for member in self.members]


@contextmanager
def running_cluster(cluster: Cluster, prepare: Callable[[str], None]) -> Iterator[None]:
    """Run it all as long as the block lasts; `prepare` the database before ours use it."""
    servers = list(_servers(cluster))
    cluster.members.extend(servers)
    with kept(servers):
        dsn = _dsn(cluster)
        prepare(dsn)
        ours = list(_ours(cluster, dsn))
        cluster.members.extend(ours)
        with kept(ours):
            yield


# --- Servers ---------------------------------------------------------------------------


def _servers(cluster: Cluster) -> Iterator[Member]:
    data = cluster.data / "postgres"
    data.parent.mkdir(parents=True, exist_ok=True)

    @contextmanager
    def run_postgres(died: Callable[[], None]) -> Iterator[int]:
        with postgres.running(data, on_death=died) as server:
            yours.port = server.port
            postgres.ensure_database(server, DATABASE)
            yield _postmaster(server)

    @contextmanager
    def run_kafka(died: Callable[[], None]) -> Iterator[int]:
        kept_in = cluster.data / "kafka"
        with running_kafka(kept_in, port=cluster.kafka_port, on_death=died) as broker:
            yield broker.pid

    @contextmanager
    def run_redis(died: Callable[[], None]) -> Iterator[int]:
        port, password = cluster.redis_port, cluster.redis_password
        with running_redis(port=port, password=password, on_death=died) as server:
            yield server.pid

    yours = Member("postgres", 0, run_postgres, _is_listening)
    yield yours
    yield Member("kafka", cluster.kafka_port, run_kafka, _is_listening)
    yield Member("redis", cluster.redis_port, run_redis, _is_listening)


def _postmaster(server: postgres.Server) -> int:
    return int((server.data / "postmaster.pid").read_text().split()[0])


def _is_listening(port: int) -> str:
    if not listens(port):
        raise NotHealthy
    return "answering"


def _dsn(cluster: Cluster) -> str:
    server = postgres.attached(cluster.data / "postgres")
    assert server
    return server.dsn(DATABASE)


# --- Ours ------------------------------------------------------------------------------


def _ours(cluster: Cluster, dsn: str) -> Iterator[Member]:
    environment = {**cluster.environment, **_addresses(cluster, dsn)}
    shared = cluster.listener.fileno()
    for kind in ("relay", "worker", "api"):
        for number in OF_EACH:
            name, port = f"{kind}-{number}", free_port()
            yield _member(name, cluster.data, environment, port, shared)


def _addresses(cluster: Cluster, dsn: str) -> dict[str, str]:
    return {
        "DATABASE_URL": dsn,
        "KAFKA_BOOTSTRAP": f"127.0.0.1:{cluster.kafka_port}",
        "REDIS_URL": f"redis://:{cluster.redis_password}@127.0.0.1:{cluster.redis_port}/0",
        "HOST": "127.0.0.1",
    }


def _member(
    name: str, data: Path, environment: Mapping[str, str], port: int, shared: int
) -> Member:
    @contextmanager
    def run(died: Callable[[], None]) -> Iterator[int]:
        child = Child(program, died)
        child.start()
        try:
            yield child.process.pid
        finally:
            child.stop(patience=PATIENCE)

    member = Member(name, port, run, health_of)
    directory = data / name
    directory.mkdir(parents=True, exist_ok=True)
    program = Program(
        name=name,
        command=[sys.executable, "-m", "infra.cli", *_command(name, port, shared)],
        directory=directory,
        # Who is told to stop while it starts is not waited for.
        answers=lambda: member.is_leaving or _is_healthy(port),
        keeps=(shared,) if name.startswith("api") else (),
        environment=environment,
        # They may be killed at any moment, anyway, and so nothing is left to chance.
        dies_by=signal.SIGKILL,
    )
    return member


def _command(name: str, port: int, shared: int) -> Sequence[str]:
    if name.startswith("api"):
        return ["serve", "--port", str(port), "--inherit", str(shared)]
    return [name.partition("-")[0], "--health-port", str(port)]


def _is_healthy(port: int) -> bool:
    try:
        return bool(health_of(port))
    except NotHealthy:
        return False
