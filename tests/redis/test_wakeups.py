"""A bell that rings in one process rings in all, soon, once for many, and never in a circle, whether
PostgreSQL carries it or Redis.
"""

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

import pytest
from redis import Redis

from adapters.postgres import Database
from adapters.wakeups import between_processes as wakeups
from adapters.wakeups import redis as by_redis
from adapters.wakeups.bell import Bell
from adapters.wakeups.between_processes import Announcer, Listener, NotifyWire, Wire, WireBroken
from adapters.wakeups.redis import RedisWire
from infra.servers.redis import RedisServer
from tests.forked import talking

pytestmark = pytest.mark.postgres

LONG = 10.0


class Process:
    """What one process has: bells, and threads that connect them with the others'."""

    def __init__(self, wire: Wire) -> None:
        self.bells = {"appended": Bell(), "advanced": Bell()}
        self.lost = Bell()
        self.announcer = Announcer(wire, self.bells)
        self.listener = Listener(
            wire, self.bells, origin=self.announcer.origin, lost=self.lost.ring
        )
        self.stop = threading.Event()

    @contextmanager
    def running(self) -> Iterator["Process"]:
        runs = (self.announcer.run, self.listener.run)
        threads = [threading.Thread(target=run, args=(self.stop,)) for run in runs]
        heard = self.lost.rings
        for thread in threads:
            thread.start()
        assert self.lost.wait(heard, LONG)
        try:
            yield self
        finally:
            self.stop.set()
            for thread in threads:
                thread.join()


@pytest.fixture(params=["notify", "redis"])
def way(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def wire(way: str, request: pytest.FixtureRequest) -> Wire:
    if way == "notify":
        return NotifyWire(request.getfixturevalue("database"))
    return RedisWire(request.getfixturevalue("redis"))


@pytest.fixture
def here(wire: Wire) -> Iterator[Process]:
    with Process(wire).running() as process:
        yield process


@pytest.fixture
def there(wire: Wire) -> Iterator[Process]:
    with Process(wire).running() as process:
        yield process


@pytest.fixture
def cut(way: str, request: pytest.FixtureRequest) -> Callable[[], None]:
    """Cut all lines at once, so that they can be opened again."""
    if way == "notify":
        database = request.getfixturevalue("database")
        return lambda: end_connections(database)
    return lambda: kill_and_restart(request.getfixturevalue("redis_server"))


def end_connections(database: Database) -> None:
    with database.connect(None, "vandal") as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE application_name IN ('frontdesk listener', 'frontdesk announcer') "
            "AND datname = current_database()"
        )


def kill_and_restart(server: RedisServer) -> None:
    server.kill()
    server.restart()


def quiet(*processes: Process) -> None:
    """Wait until what rang when they began has been heard everywhere."""
    before = None
    while before != (before := [b.rings for p in processes for b in p.bells.values()]):
        time.sleep(0.1)


def test_what_rings_here_rings_there_and_does_not_come_back(here: Process, there: Process) -> None:
    quiet(here, there)
    mine, theirs, other = (
        here.bells["appended"],
        there.bells["appended"],
        there.bells["advanced"],
    )
    rings, heard, silent = mine.rings, theirs.rings, other.rings

    mine.ring()

    assert theirs.wait(heard, LONG)
    quiet(here, there)
    assert (mine.rings, theirs.rings, other.rings) == (rings + 1, heard + 1, silent)


def test_many_rings_are_told_as_few(here: Process, there: Process) -> None:
    quiet(here, there)
    heard = there.bells["advanced"].rings

    for _ in range(2_000):
        here.bells["advanced"].ring()
    assert there.bells["advanced"].wait(heard, LONG)
    quiet(here, there)

    assert there.bells["advanced"].rings - heard < 500


def test_it_is_heard_soon(here: Process, there: Process) -> None:
    quiet(here, there)
    took = []
    for _ in range(20):
        heard, began = there.bells["appended"].rings, time.perf_counter()
        here.bells["appended"].ring()
        assert there.bells["appended"].wait(heard, LONG)
        took.append(time.perf_counter() - began)
        time.sleep(0.005)

    assert sorted(took)[10] < 0.05


def test_a_lost_connection_is_sought_again_and_whoever_relied_on_it_is_told(
    here: Process, there: Process, cut: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wakeups, "AGAIN", 0.05)
    quiet(here, there)
    lost, heard = there.lost.rings, there.bells["appended"].rings
    cut()

    assert there.lost.wait(lost, LONG)
    assert there.bells["appended"].wait(heard, LONG), "it looks for itself"
    quiet(here, there)
    heard = there.bells["appended"].rings
    here.bells["appended"].ring()
    assert there.bells["appended"].wait(heard, LONG)


def test_a_redis_that_has_fallen_silent_is_found_out(
    redis: Redis, freeze: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its connection lasts, so nothing but the silence tells."""
    monkeypatch.setattr(by_redis, "SILENCE", 1)
    monkeypatch.setattr(by_redis, "DEAF", 2)
    with RedisWire(redis).hearing() as heard:
        for _ in range(10):
            assert list(heard()) == []
        freeze()
        with pytest.raises(WireBroken, match="does not answer"):
            listen(heard)


def listen(heard: Callable[[], Iterable[str]]) -> None:
    while True:
        heard()


def test_it_is_heard_from_another_process(
    here: Process, way: str, dsn: str, redis_server: RedisServer
) -> None:
    where = dsn if way == "notify" else redis_server.url
    with talking("tests.redis.ringer", way, where) as ringer:
        assert ringer.stdout.readline() == "ready\n"
        quiet(here)
        heard = here.bells["appended"].rings
        ringer.stdin.write("ring\n")
        ringer.stdin.flush()
        assert here.bells["appended"].wait(heard, LONG)
