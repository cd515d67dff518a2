"""PostgreSQL hangs, is stopped, or is locked: nobody waits for ever, and then all goes on."""

import json
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection
from typing import Final
from uuid import uuid4

import psycopg
import pytest
from fastapi.testclient import TestClient

from adapters.clock import SettableClock
from infra.settings import Mode, Settings
from tests.acceptance.processes import Http
from tests.operations.admin import Admin, stopped
from tests.operations.at_work import PROMISED, at_work, in_time, order
from tests.operations.proxy import Proxy
from tests.waiting import until

pytestmark = pytest.mark.postgres

LOGIN: Final = {"email": "ada@example.org", "password": "nine green teapots"}


def test_while_a_lock_is_held_on_the_log_one_reads_and_hears_soon_that_one_cannot_write(
    dsn: str, clock: SettableClock
) -> None:
    """Five times as many want to write as there are threads, and with the bounds as they are set."""
    with (
        at_work(dsn, clock, Settings(mode=Mode.TEST)) as (_, http),
        psycopg.connect(dsn) as held,
        ThreadPoolExecutor(80) as many,
    ):
        held.execute("SELECT pg_advisory_xact_lock(hashtext('frontdesk.log'))")

        writing = [many.submit(timed, http, f"Cut {n}") for n in range(80)]
        began = time.monotonic()
        reads = 0
        while not all(each.done() for each in writing):
            asked = time.monotonic()
            assert http("GET", "/v1/services").status == 200
            assert http("GET", "/v1/health").body["database"] in ("connected", "not-writing")
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


@pytest.mark.parametrize(
    ("table", "method", "path", "body"),
    [
        ("live.services", "GET", "/v1/services", None),
        ("accounts.credentials", "POST", "/v1/auth/login", LOGIN),
        ("accounts.refresh_tokens", "POST", "/v1/auth/refresh", {"refresh_token": "of nobody"}),
    ],
)
def test_while_a_table_is_locked_whoever_needs_it_hears_so_soon_and_nobody_else_is_held_up(
    dsn: str,
    clock: SettableClock,
    table: str,
    method: str,
    path: str,
    body: dict[str, str] | None,
) -> None:
    """Many times as many want it as there are threads, and with the bounds as they are set."""
    with (
        at_work(dsn, clock, Settings(mode=Mode.TEST, limit_factor=1000)) as (running, http),
        Http(http.port, token_of(running.http(tenant=str(uuid4())))) as other,
        psycopg.connect(dsn) as held,
        ThreadPoolExecutor(60) as many,
    ):
        order(other)
        held.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")

        asking = [many.submit(asked, http, method, path, body) for _ in range(60)]
        meanwhile = 0
        while not all(each.done() for each in asking):
            with soon():
                assert other("GET", "/v1/clients").status == 200
                assert order(other, f"Cut {meanwhile}") == 201
            meanwhile += 1
        assert meanwhile > 5
        for status, retry_after, seconds in (each.result() for each in asking):
            assert (status, retry_after) == (503, "1")
            assert seconds < PROMISED
        held.rollback()


@contextmanager
def soon() -> Iterator[None]:
    """Let nobody who is done meanwhile wait for who has to."""
    began = time.monotonic()
    yield
    assert time.monotonic() - began < PROMISED / 4


def token_of(client: TestClient) -> str:
    return client.headers["authorization"].removeprefix("Bearer ")


def timed(http: Http, name: str = "", method: str = "POST") -> tuple[int, str | None, float]:
    """Order something over a connection of one's own; return what is answered, and how soon."""
    body = {"name": name, "duration_minutes": 45} if method == "POST" else None
    return asked(http, method, "/v1/services", body)


def asked(
    http: Http, method: str, path: str, body: Mapping[str, object] | None
) -> tuple[int, str | None, float]:
    """Ask over a connection of one's own; return what is answered, and how soon."""
    line = HTTPConnection("127.0.0.1", http.port, timeout=60)
    began = time.monotonic()
    headers = {"Authorization": f"Bearer {http.token}", "Content-Type": "application/json"}
    line.request(method, path, None if body is None else json.dumps(body), headers)
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
            with in_time():
                refused = order(http, "Trim")
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
                with in_time():
                    assert http("GET", path).status in (200, 503), path
            # New connections are served by new backends, and the old ones are left.
            assert http("GET", "/v1/services").status == 200
            with in_time():
                assert order(http, "Trim") in (201, 503)
            assert order(http, "Wash") == 201


def test_when_the_network_hangs_one_hears_so_and_when_it_mends_all_goes_on(
    dsn: str, clock: SettableClock
) -> None:
    with (
        Proxy.before(dsn) as line,
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
            with in_time():
                assert ask() == 503

        line.cut()
        line.mend()
        until(lambda: http("GET", "/v1/services").status == 200)
        assert order(http, "Wash") == 201
        assert http("GET", "/v1/health").status == 200


def test_however_many_ask_while_the_network_hangs_each_hears_so_in_time(
    dsn: str, clock: SettableClock
) -> None:
    """Five times as many as there are threads and connections, with the bounds as they are set."""
    with (
        Proxy.before(dsn) as line,
        at_work(line.dsn(dsn), clock, Settings(mode=Mode.TEST)) as (_, http),
        ThreadPoolExecutor(80) as many,
    ):
        assert order(http) == 201
        line.hang()

        answers = [many.submit(timed, http, method="GET") for _ in range(80)]
        for status, retry_after, seconds in (each.result() for each in answers):
            assert (status, retry_after) == (503, "1")
            assert seconds < PROMISED
        line.mend()
