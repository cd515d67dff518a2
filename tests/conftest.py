"""The real system on an empty PostgreSQL database, made in a few milliseconds from a template."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import hypothesis
import psycopg
import pytest
from argon2 import PasswordHasher
from psycopg import Connection, sql
from redis import Redis
from xdist.scheduler import LoadScopeScheduling

from adapters.accounts import passwords
from adapters.clock import SettableClock
from adapters.postgres import LIMITS, Bounds, Database
from adapters.redis import connect
from infra.composition import System, running_system
from infra.migrate import migrate
from infra.servers.postgres import Server, create_database, running_throwaway
from infra.servers.redis import RedisServer, running_redis
from infra.settings import Mode, Settings
from tests.operations.releases import newer_release
from tests.running import Running

# No example fails for being slow on a busy machine, and all machines are shown the same examples.
hypothesis.settings.register_profile(
    "frontdesk",
    deadline=None,
    derandomize=True,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("frontdesk")

SCHEMA = "template_schema"
"""A database in which nothing has run yet."""

TEMPLATE = "template_frontdesk"
"""A database in which the system has been started once: its read models have their tables."""

ADMINISTRATORS: Final[dict[Server, Connection]] = {}
"""Who makes databases, of the servers of this process."""

LEFT: Final[set[str]] = set()
"""Databases that nobody needs any more."""

OWN: Final = {"dsn", "system", "clock", "settings"}
"""Who asks for one of these has a system of their own."""

AT_SIZE: Final = "tests/at_size/"
ON_KAFKA: Final = "tests/streams/on_kafka/"

MONDAY = datetime(2027, 1, 4, 8, 0, tzinfo=UTC)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Whatever is collected stays: nobody looks for garbage among it meanwhile."""
    gc.disable()
    yield
    gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes long, so that in the end nobody waits for it."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: (not item.nodeid.startswith(ON_KAFKA), item.path not in slow))


class Scheduling(LoadScopeScheduling):  # type: ignore[misc] # it says nothing about its types
    """One module after the other, but those together that ask one large log, or one broker: to grow it,
    or to start it, takes long.
    """

    def _split_scope(self, nodeid: str) -> str:
        found = (folder for folder in (AT_SIZE, ON_KAFKA) if nodeid.startswith(folder))
        return next(found, str(super()._split_scope(nodeid)))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Scheduling | None:
    return Scheduling(config, log) if config.getvalue("dist") == "loadscope" else None


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """One PostgreSQL per test process, with the templates."""
    with running_throwaway() as server, administered(server):
        create_database(server, SCHEMA)
        migrate(server.dsn(SCHEMA))
        create_database(server, TEMPLATE, SCHEMA)
        with running_system(Settings(mode=Mode.TEST), server.dsn(TEMPLATE)):
            pass
        yield server


@contextmanager
def administered(server: Server) -> Iterator[None]:
    """Let databases be made there over one connection for all, and connect at little cost: to prove
    that one knows the password takes longer than all else, unless it is stored so.
    """
    with psycopg.connect(server.dsn("postgres"), autocommit=True) as connection:
        connection.execute("SET scram_iterations TO 1")
        password = sql.SQL("ALTER ROLE CURRENT_USER PASSWORD {}")
        connection.execute(password.format(sql.Literal(server.password)))
        ADMINISTRATORS[server] = connection
        yield
        del ADMINISTRATORS[server]


@contextmanager
def empty_database(server: Server, template: str = TEMPLATE) -> Iterator[str]:
    """Return one that nobody else has. Files are copied, which takes half as long as to write down
    what is in them. What others left is dropped then: of connections that were closed just before
    PostgreSQL would wait for a tenth of a second.
    """
    name = f"test_{uuid4().hex}"
    administer = ADMINISTRATORS[server].execute
    made, copied = sql.Identifier(name), sql.Identifier(template)
    administer(sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(made, copied))
    yield server.dsn(name)
    while LEFT:
        left = sql.Identifier(LEFT.pop())
        administer(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(left))
    LEFT.add(name)


@pytest.fixture
def dsn(server: Server) -> Iterator[str]:
    """An empty database of this test's own."""
    with empty_database(server) as dsn:
        yield dsn


@pytest.fixture
def database(dsn: str) -> Iterator[Database]:
    """Connections to it."""
    limits = LIMITS._replace(wait=5.0, requests=Bounds(statement=30.0, lock=15.0, idle=30.0))
    with Database(dsn, app_connections=8, worker_connections=4, limits=limits) as database:
        yield database


DEAR: Final = passwords.HASHER
"""What hashes passwords elsewhere: each takes a core for some 20 ms."""


@pytest.fixture(scope="session", autouse=True)
def _passwords_cost_little() -> Iterator[None]:
    """Let passwords be hashed in the same way at the least cost there is."""
    with pytest.MonkeyPatch.context() as patch:
        least = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        patch.setattr(passwords, "HASHER", least)
        patch.setattr(passwords, "NOBODY", passwords._hash_of_nothing())
        yield


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RedisServer]:
    """A real server that speaks Redis, one per test process. Whoever kills it restarts it."""
    with running_redis() as server:
        yield server


@pytest.fixture
def redis(redis_server: RedisServer) -> Iterator[Redis]:
    """An empty one, and more patience than the system has: machines that run tests are busy."""
    with connect(redis_server.url, patience=30.0) as redis:
        redis.flushall()
        yield redis


@pytest.fixture(scope="module")
def beginning() -> datetime:
    """When tests begin."""
    return MONDAY


@pytest.fixture
def clock(beginning: datetime) -> SettableClock:
    """A clock that stands still on a Monday morning until a test moves it."""
    return SettableClock(beginning, stands=True)


class CommonClock(SettableClock):
    """One that several tests look at."""

    def __init__(self, beginning: datetime) -> None:
        self._beginning = beginning
        super().__init__(beginning, stands=True)

    def set(self, now: datetime) -> None:
        """Refuse to move. Raises AssertionError."""
        assert now == self._beginning, "others look at this clock: mark the test as apart"
        super().set(now)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """What the system is configured with."""
    return settings_with(tmp_path)


def settings_with(folder: Path) -> Settings:
    """Return settings with more patience than others have, since machines that run tests are busy: those
    that are about patience have settings of their own.
    """
    return Settings(
        mode=Mode.TEST,
        files_dir=folder / "files",
        outgoing_ports=(1,),  # nothing goes out, nor is any name looked up
        database_wait_ms=5_000,
        database_line_ms=15_000,
        database_statement_ms=30_000,
        database_lock_ms=15_000,
    )


@pytest.fixture
def system(dsn: str, clock: SettableClock, settings: Settings) -> Iterator[System]:
    """The composed system; nothing runs by itself, `settle` carries everything on."""
    with running_system(settings, dsn, clock=clock) as system:
        yield system


@pytest.fixture(scope="module")
def common(
    server: Server, beginning: datetime, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Running]:
    """A system with its HTTP API that the tests of a module share."""
    clock = CommonClock(beginning)
    settings = settings_with(tmp_path_factory.mktemp("common"))
    with (
        empty_database(server) as dsn,
        running_system(settings, dsn, clock=clock) as system,
        Running.of(system, clock) as running,
    ):
        yield running


def is_shared(request: pytest.FixtureRequest) -> bool:
    """Whether a test looks on at a system at which others do."""
    marks = {mark.name for mark in request.node.iter_markers()}
    return "together" in marks and "apart" not in marks and not OWN & {*request.fixturenames}


@pytest.fixture
def running(request: pytest.FixtureRequest) -> Iterator[Running]:
    """The system with its HTTP API, a business and its owner."""
    if is_shared(request):
        yield replace(request.getfixturevalue("common"), tenant=str(uuid4()))
    else:
        system, clock = map(request.getfixturevalue, ("system", "clock"))
        with Running.of(system, clock) as running:
            yield running


@pytest.fixture
def newer(dsn: str, clock: SettableClock, settings: Settings, system: System) -> Iterator[System]:
    """A newer release, started after `system`, which is the older one."""
    with newer_release(settings, dsn, clock) as newer:
        yield newer


@pytest.fixture
def two_systems(
    dsn: str, clock: SettableClock, settings: Settings
) -> Iterator[tuple[Running, Running]]:
    """Two whole systems on one database, as two processes have it, for one business."""
    with (
        running_system(settings, dsn, clock=clock) as first,
        running_system(settings, dsn, clock=clock) as second,
        Running.of(first, clock) as here,
        Running.of(second, clock, here.tenant) as there,
    ):
        yield here, there
