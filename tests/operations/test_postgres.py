"""PostgreSQL as it is in production: it fails over, hangs, is stopped, is locked, and comes back."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection
from urllib.parse import urlsplit

import psycopg
import pytest
from fastapi.routing import APIRoute
from psycopg import sql

from adapters.bell import Bell
from adapters.clock import SettableClock
from adapters.postgres import LIMITS, WORKER, Bounds, Database, DatabaseUnavailableError
from adapters.wakeups import Announcer, Listener, NotifyWire
from domain.users import Role
from infra.composition import running_system
from infra.postgres import Server
from infra.serving import listen, serve_in_thread
from infra.settings import Mode, Settings
from tests.acceptance.processes import Http
from tests.bookings.at_the_salon import Salon
from tests.operations.proxy import Proxy
from tests.running import Running

pytestmark = pytest.mark.postgres

CUT = {"name": "Cut", "duration_minutes": 45}
HASTY = Settings(
    mode=Mode.TEST,
    database_wait_ms=1000,
    database_line_ms=1500,
    database_statement_ms=800,
    database_lock_ms=500,
)
ENOUGH = 30.0
PROMISED = 5.0


class Admin:
    """An operator's own connection, that sees and does everything."""

    def __init__(self, server: Server, dsn: str) -> None:
        self.name = urlsplit(dsn).path.removeprefix("/")
        self._connection = psycopg.connect(server.dsn("postgres"), autocommit=True)

    def close(self) -> None:
        self._connection.close()

    def read_only(self, *, on: bool) -> None:
        """Let all who connect from now on find a database that takes no writes, or one that does."""
        what = "SET default_transaction_read_only TO on" if on else "RESET ALL"
        self._connection.execute(
            sql.SQL("ALTER DATABASE {} " + what).format(sql.Identifier(self.name))
        )

    def backends(self, name: str = "") -> list[int]:
        """Return the processes that serve the connections of this name, or all."""
        rows = self._connection.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = %s AND application_name LIKE %s",
            (self.name, f"{name}%"),
        ).fetchall()
        return [pid for (pid,) in rows]

    def throw_out(self) -> None:
        """End all connections, as a primary does that gives up."""
        for pid in self.backends():
            self._connection.execute("SELECT pg_terminate_backend(%s)", (pid,))


@pytest.fixture
def admin(server: Server, dsn: str) -> Iterator[Admin]:
    admin = Admin(server, dsn)
    yield admin
    admin.close()


@contextmanager
def at_work(
    dsn: str, clock: SettableClock, settings: Settings = HASTY
) -> Iterator[tuple[Running, Http]]:
    """Start a system with its API on a real socket; with a client in an owner's name."""
    with ExitStack() as stack:
        system = stack.enter_context(running_system(settings, dsn, clock=clock))
        running = stack.enter_context(Running.of(system, clock))
        yield running, stack.enter_context(served(running, stack))


def served(running: Running, stack: ExitStack) -> Http:
    """Serve the API on a port."""
    listener = listen("127.0.0.1", 0)
    stack.callback(serve_in_thread(running.app, listener))
    token = running.http(Role.OWNER).headers["authorization"].removeprefix("Bearer ")
    return Http(listener.getsockname()[1], token)


@contextmanager
def stopped(pids: list[int]) -> Iterator[None]:
    """Stop processes, as a machine does that has no memory left to give."""
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


def until(true: Callable[[], bool]) -> None:
    """Wait for something that others see to."""
    never, deadline = threading.Event(), time.monotonic() + ENOUGH
    while not true():
        assert time.monotonic() < deadline, "it does not come true"
        never.wait(0.02)


def order(http: Http, name: str = "Cut") -> int:
    return http("POST", "/v1/services", {**CUT, "name": name}).status


# --- What speaks of the connection closes it --------------------------------------------------


def test_after_a_failover_one_writes_again_without_a_restart(
    dsn: str, clock: SettableClock, admin: Admin
) -> None:
    """Connections made while the old primary was read-only stay so, for as long as they last."""
    with at_work(dsn, clock) as (_, http):
        assert order(http) == 201
        admin.read_only(on=True)
        admin.throw_out()

        assert order(http) == 503
        assert http("GET", "/v1/health") == (
            503,
            {"status": "unhealthy", "database": "read-only"},
        )
        assert http("GET", "/v1/services").status == 200

        admin.read_only(on=False)
        assert order(http, "Trim") == 201
        assert http("GET", "/v1/health").status == 200


def test_every_connection_is_given_up_that_can_only_read(
    dsn: str, admin: Admin, database: Database
) -> None:
    """Pools, claims and connections of one's own, not the writer's alone."""
    admin.read_only(on=True)
    lone = database.connect(WORKER, "frontdesk relay")
    with database.as_worker() as kept:
        pass
    admin.read_only(on=False)

    with pytest.raises(psycopg.OperationalError):
        lone.execute("UPDATE work.checkpoints SET position = 0")
    with pytest.raises(DatabaseUnavailableError), database.as_worker() as line:
        line.execute("UPDATE work.jobs SET status = 'done'")

    assert lone.closed
    assert kept.closed
    with database.as_worker() as line:
        line.execute("UPDATE work.jobs SET status = 'done'")


@pytest.mark.parametrize(
    "state", ["08006", "25006", "25P03", "25P04", "26000", "57P01", "57P02", "57P03", "57P05"]
)
def test_whatever_the_server_says_of_a_connection_closes_it(database: Database, state: str) -> None:
    with database.connect(WORKER, "test") as line:
        with pytest.raises(psycopg.OperationalError):
            line.execute(f"DO $$ BEGIN RAISE 'away' USING ERRCODE = '{state}'; END $$".encode())

        assert line.closed


def test_what_it_says_of_a_statement_does_not(database: Database) -> None:
    with database.connect(WORKER, "test") as line:
        for state in ("22012", "23505", "42501", "40001", "55P03", "57014"):
            with pytest.raises(psycopg.Error):
                line.execute(f"DO $$ BEGIN RAISE 'no' USING ERRCODE = '{state}'; END $$".encode())

        assert line.execute("SELECT 1").fetchone() == (1,)


def test_who_listens_over_a_line_that_is_dead_notices_it(dsn: str) -> None:
    """Nobody says so: what is sent is lost, and the connection looks well."""
    parts = urlsplit(dsn)
    limits = LIMITS._replace(requests=Bounds(0.2, 0.2, 5))
    stop, bell = threading.Event(), Bell()
    with (
        Proxy(parts.hostname or "", parts.port or 0) as line,
        Database(line.dsn(dsn), limits=limits) as far,
        Database(dsn) as near,
        ThreadPoolExecutor(2) as threads,
    ):
        listener = Listener(NotifyWire(far, 0.1), {"bell": bell}, origin="here")
        announcer = Announcer(NotifyWire(near), {"bell": Bell()})
        threads.submit(listener.run, stop)
        try:
            until(lambda: bell.rings > 0)
            heard, there = bell.rings, line.accepted

            line.lose_answers()
            until(lambda: line.accepted > there)
            line.mend()
            until(lambda: bell.rings > heard)
            heard = bell.rings
            threads.submit(announcer.run, stop)
            until(lambda: bell.rings > heard)
        finally:
            stop.set()


# --- Nobody waits for ever ---------------------------------------------------------------------


def test_while_a_lock_is_held_on_the_log_one_reads_and_hears_soon_that_one_cannot_write(
    dsn: str, clock: SettableClock
) -> None:
    """Five times as many want to write as there are threads, and with the bounds as they are set."""
    with (
        at_work(dsn, clock, Settings(mode=Mode.TEST)) as (_, http),
        psycopg.connect(dsn) as held,
        ThreadPoolExecutor(80) as many,
    ):
        port, token = _address(http)
        held.execute("SELECT pg_advisory_xact_lock(hashtext('frontdesk.log'))")

        writing = [many.submit(timed, port, token, f"Cut {n}") for n in range(80)]
        began = time.monotonic()
        reads = 0
        while not all(each.done() for each in writing):
            asked = time.monotonic()
            assert http("GET", "/v1/services").status == 200
            assert http("GET", "/v1/health").status == 200
            assert time.monotonic() - asked < PROMISED / 2
            reads += 1
        assert reads > 5
        for each in writing:
            status, retry_after, seconds = each.result()
            assert (status, retry_after) == (503, "1")
            assert seconds < PROMISED
        assert time.monotonic() - began < PROMISED + 1
        held.rollback()

        assert order(http) == 201


def _address(http: Http) -> tuple[int, str]:
    return http._connection.port, http._headers["Authorization"]


def timed(
    port: int, token: str, name: str = "", method: str = "POST"
) -> tuple[int, str | None, float]:
    """Order something over a connection of one's own; give what is answered, and how soon."""
    line = HTTPConnection("127.0.0.1", port, timeout=60)
    began = time.monotonic()
    headers = {"Authorization": token, "Content-Type": "application/json"}
    body = f'{{"name": "{name}", "duration_minutes": 45}}'
    line.request(method, "/v1/services", body if method == "POST" else None, headers)
    answer = line.getresponse()
    answer.read()
    line.close()
    return answer.status, answer.headers["Retry-After"], time.monotonic() - began


def test_a_stopped_backend_of_the_writer_holds_nobody_up(
    dsn: str, clock: SettableClock, admin: Admin
) -> None:
    with at_work(dsn, clock) as (_, http):
        assert order(http) == 201

        with stopped(admin.backends("frontdesk writer")):
            began = time.monotonic()
            refused = order(http, "Trim")
            assert time.monotonic() - began < PROMISED
            assert http("GET", "/v1/services").status == 200
            again = order(http, "Wash")

        assert {refused, again} <= {201, 503}
        assert again == 201, "another connection takes its place"


def test_when_all_backends_are_stopped_one_hears_so_and_then_all_goes_on(
    dsn: str, clock: SettableClock, admin: Admin
) -> None:
    with at_work(dsn, clock) as (_, http):
        assert order(http) == 201

        with stopped(admin.backends("frontdesk")):
            for path in ("/v1/services", "/v1/history", "/v1/status", "/v1/health"):
                began = time.monotonic()
                assert http("GET", path).status in (200, 503), path
                assert time.monotonic() - began < PROMISED, path
            # New connections are served by new backends, and the old ones are left.
            assert http("GET", "/v1/services").status == 200
            assert order(http, "Trim") == 201


def test_when_the_network_hangs_one_hears_so_and_when_it_mends_all_goes_on(
    dsn: str, clock: SettableClock
) -> None:
    parts = urlsplit(dsn)
    with (
        Proxy(parts.hostname or "", parts.port or 0) as line,
        at_work(line.dsn(dsn), clock) as (_, http),
    ):
        assert order(http) == 201
        line.hang()

        for ask in (
            lambda: http("GET", "/v1/services").status,
            lambda: order(http, "Trim"),
            lambda: http("GET", "/v1/health").status,
            lambda: http("GET", "/v1/status").status,
        ):
            began = time.monotonic()
            assert ask() == 503
            assert time.monotonic() - began < PROMISED

        line.cut()
        line.mend()
        until(lambda: http("GET", "/v1/services").status == 200)
        assert order(http, "Wash") == 201
        assert http("GET", "/v1/health").status == 200


def test_however_many_ask_while_the_network_hangs_each_hears_so_in_time(
    dsn: str, clock: SettableClock
) -> None:
    """Five times as many as there are threads and connections, with the bounds as they are set."""
    parts = urlsplit(dsn)
    with (
        Proxy(parts.hostname or "", parts.port or 0) as line,
        at_work(line.dsn(dsn), clock, Settings(mode=Mode.TEST)) as (_, http),
        ThreadPoolExecutor(80) as many,
    ):
        assert order(http) == 201
        port, token = _address(http)
        line.hang()

        answers = [many.submit(timed, port, token, method="GET") for _ in range(80)]
        for status, retry_after, seconds in (each.result() for each in answers):
            assert (status, retry_after) == (503, "1")
            assert seconds < PROMISED


# --- Connections are apart ---------------------------------------------------------------------


def test_nobody_borrows_a_second_connection_while_holding_one(
    dsn: str, clock: SettableClock
) -> None:
    """With one of each there is no second to be had."""
    one = HASTY.model_copy(update={"database_connections": 1, "database_work_connections": 1})
    with running_system(one, dsn, clock=clock) as system, Running.of(system, clock) as running:
        salon, http = Salon.opened(running), running.http(*Role)
        booked = salon.book(http)
        running.settle()
        seen = {
            "Consistency-Token": salon.book(http, "2027-01-05T15:00:00+01:00").headers[
                "consistency-token"
            ]
        }
        for path in sorted(_questions(running)):
            for headers in ({}, seen):
                answer = http.get(path, headers=headers)
                assert answer.status_code < 500, f"{path}: {answer.text}"
        assert http.get(booked.headers["location"], headers=seen).status_code == 200
        running.settle()


def _questions(running: Running) -> set[str]:
    return {
        route.path
        for route in running.app.routes
        if isinstance(route, APIRoute) and "GET" in (route.methods or ()) and "{" not in route.path
    }


def test_however_many_ask_how_the_system_is_it_is_known_to_be_alive(
    dsn: str, clock: SettableClock
) -> None:
    stop = threading.Event()
    with at_work(dsn, clock) as (_, http), ThreadPoolExecutor(24) as many:
        port, _ = _address(http)

        def ask_on() -> set[int]:
            found: set[int] = set()
            with Http(port) as anybody:
                while not stop.is_set():
                    found |= {anybody("GET", "/v1/status").status}
            return found

        asking = [many.submit(ask_on) for _ in range(24)]
        for n in range(10):
            began = time.monotonic()
            assert http("GET", "/v1/health").status == 200
            assert order(http, f"Cut {n}") == 201
            assert time.monotonic() - began < PROMISED
        stop.set()

        assert set().union(*(each.result() for each in asking)) == {200}


def test_who_logs_in_and_who_reads_do_not_take_each_others_connections(
    dsn: str, clock: SettableClock
) -> None:
    few = HASTY.model_copy(update={"database_connections": 1, "database_work_connections": 1})
    with at_work(dsn, clock, few) as (running, http):
        database = running.system.database
        with database.as_tenant(running.tenant):
            assert http("POST", "/v1/auth/refresh", {"refresh_token": "none"}).status == 401
            assert http("GET", "/v1/health").status == 200
        with database.as_tenant(""):
            assert http("GET", "/v1/services").status == 200
        with database.as_worker():
            assert http("GET", "/v1/status").status == 200
            assert http("GET", "/v1/read-models/parked").status in (200, 403)


def test_whatever_is_asked_by_way_of_http_jobs_are_carried_out(
    dsn: str, clock: SettableClock
) -> None:
    """Who writes a mail looks into the stream of its booking, as requests do."""
    few = HASTY.model_copy(update={"database_connections": 1, "database_work_connections": 1})
    with at_work(dsn, clock, few) as (running, _):
        assert Salon.opened(running).book(running.http()).status_code == 201

        with running.system.database.as_tenant(running.tenant), ThreadPoolExecutor(1) as another:
            another.submit(running.settle).result()

        assert running.http().get("/v1/outbox").json()["data"]
