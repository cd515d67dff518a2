"""Nothing that was refused happens: also when PostgreSQL goes on after the caller was told."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest

from adapters.accounts.credentials import Credentials
from adapters.clock import SettableClock
from application.ports import StoreUnavailableError
from infra.settings import Mode, Settings
from tests.acceptance.processes import Answer, Http
from tests.operations.at_work import CUT, at_work, order
from tests.operations.proxy import Proxy
from tests.running import Running
from tests.waiting import until

pytestmark = pytest.mark.postgres

AS_SET = Settings(mode=Mode.TEST)
MANY = 20


def offered(dsn: str) -> set[str]:
    """Return the names of the services that the log has."""
    with psycopg.connect(dsn) as connection:
        found = connection.execute(
            "SELECT data->'offer'->>'name' FROM log.events WHERE type LIKE 'service-created.%'"
        )
        return {name for (name,) in found.fetchall()}


def waiting_for_the_log(dsn: str) -> int:
    with psycopg.connect(dsn) as connection:
        [(waiting,)] = connection.execute(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        ).fetchall()
    return int(waiting)


def ordered(http: Http, name: str) -> Any:
    """Order that something be offered, over a connection of one's own."""
    with http.another() as line:
        return line("POST", "/v1/services", {**CUT, "name": name})


def told(answer: Answer) -> str:
    return "done" if answer.status == 201 else str(answer.body["code"])


def everybody(http: Http, many: ThreadPoolExecutor) -> dict[str, Any]:
    names = [f"Cut {n}" for n in range(MANY)]
    return {name: many.submit(ordered, http, name) for name in names}


def test_while_the_log_is_locked_what_is_refused_is_not_done_afterwards(
    dsn: str, clock: SettableClock
) -> None:
    """Whoever waits for the lock has given up when its caller is told."""
    with (
        at_work(dsn, clock, AS_SET) as (_, http),
        psycopg.connect(dsn) as held,
        ThreadPoolExecutor(MANY) as many,
    ):
        held.execute("SELECT pg_advisory_xact_lock(hashtext('frontdesk.log'))")
        answers = everybody(http, many)
        until(lambda: any(each.done() for each in answers.values()))
        held.rollback()
        told_of = {name: told(each.result()) for name, each in answers.items()}
        until(lambda: not waiting_for_the_log(dsn))

        done = {name for name, what in told_of.items() if what == "done"}
        assert set(told_of.values()) <= {"done", "unavailable"}, Counter(told_of.values())
        assert offered(dsn) == done
        assert order(http, "Wash") == 201


def test_what_cannot_be_known_is_told_as_such_and_asked_again_with_its_key(
    dsn: str, clock: SettableClock
) -> None:
    """PostgreSQL hears us, and we do not hear it."""
    key = {"Idempotency-Key": "once"}
    with Proxy.before(dsn) as line, at_work(line.dsn(dsn), clock) as (_, http):
        assert order(http) == 201

        line.lose_answers()
        answer = http("POST", "/v1/services", {**CUT, "name": "Trim"}, **key)
        line.cut()
        line.mend()

        assert (answer.status, answer.body["code"]) in (
            (503, "outcome-unknown"),
            (503, "unavailable"),
        )
        assert ("Trim" in offered(dsn)) <= (answer.body["code"] == "outcome-unknown")
        until(lambda: order(http, "Trim", **key) == 201)
        assert offered(dsn) == {"Cut", "Trim"}


def test_a_server_that_is_away_was_asked_for_nothing(dsn: str, clock: SettableClock) -> None:
    """A connection that was ended while nobody used it is known to be of no use."""
    with Proxy.before(dsn) as line, at_work(line.dsn(dsn), clock) as (_, http):
        assert order(http) == 201

        line.refuse()
        line.cut()
        answer = http("POST", "/v1/services", {**CUT, "name": "Trim"})
        line.mend()

        assert (answer.status, answer.body["code"]) == (503, "unavailable")
        assert offered(dsn) == {"Cut"}


def test_who_registers_is_not_refused_what_was_recorded(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The log has it, and then PostgreSQL is away."""

    def away(*_: object) -> None:
        raise StoreUnavailableError

    monkeypatch.setattr(Credentials, "activate", away)
    person = {"name": "Ana", "email": "ana@example.org", "password": "nine green teapots"}

    answer = running.http().post("/v1/auth/register", json={**person, "user_type": "client"})

    assert (answer.status_code, answer.json()["code"]) == (503, "outcome-unknown")
