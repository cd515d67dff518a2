"""PostgreSQL hangs, is stopped, or is locked: nobody waits for ever, and then all goes on."""

import time
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection

import psycopg
import pytest

from adapters.clock import SettableClock
from infra.settings import Mode, Settings
from tests.acceptance.processes import Http
from tests.operations.admin import Admin, stopped
from tests.operations.at_work import PROMISED, at_work, in_time, order
from tests.operations.proxy import Proxy
from tests.waiting import until

pytestmark = pytest.mark.postgres


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


def timed(http: Http, name: str = "", method: str = "POST") -> tuple[int, str | None, float]:
    """Order something over a connection of one's own; give what is answered, and how soon."""
    line = HTTPConnection("127.0.0.1", http.port, timeout=60)
    began = time.monotonic()
    headers = {"Authorization": f"Bearer {http.token}", "Content-Type": "application/json"}
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
            assert order(http, "Trim") == 201


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
