"""Whatever `frontdesk` starts is on the roll for as long as it lasts, and one of many if it lasts: nobody
takes a key away from it, and whom others send away does not come in.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO, Any, Final

import psycopg
import pytest
from typer.main import get_command

from infra.cli import app
from infra.cli.system import composed
from infra.servers.children import free_port
from infra.settings import Mode, Settings
from tests.acceptance.processes import Http, owner
from tests.forked import talking
from tests.http.sockets import Line, request
from tests.operations.proxy import Proxy
from tests.operations.test_keys import NEW, NEW_NAME, OLD, command, encoded
from tests.streams.programs import company
from tests.waiting import until

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(180)]

LASTING: Final = {"up", "serve", "work", "relay", "worker"}
"""What runs until it is told to stop."""

AWAY: Final = "PostgreSQL cannot be reached"

APART: Final = {"cluster", "schemas asyncapi", "schemas told"}
"""What composes nothing: the processes of a cluster are some of those above."""

ENDING: Final = {
    "announce",
    "replay",
    "check-release",
    "claim-identities",
    "export-history",
    "import bookings",
    "import leads",
    "import file-addresses",
    "jobs discard",
    "jobs edit",
    "jobs list",
    "jobs retry",
    "jobs show",
    "keys",
    "migrate",
    "operations cancel",
    "operations follow",
    "operations list",
    "operations show",
    "operators add",
    "operators list",
    "operators remove",
    "parked list",
    "parked retry",
    "passed-over",
    "purge",
    "read-models",
    "rebuild",
    "receipts discard",
    "receipts list",
    "receipts replay",
    "receipts show",
    "rotate-keys",
    "shifted-bookings",
    "verify",
    "withdraw",
}
"""What ends by itself, be it after an hour."""


def commands(of: Any, *name: str) -> Iterator[str]:
    for each, found in getattr(of, "commands", {}).items():
        yield from commands(found, *name, each)
    if not hasattr(of, "commands"):
        yield " ".join(name)


def test_of_every_command_it_is_known_whether_it_lasts() -> None:
    """One that lasts goes through `infra.cli.system.joined`, which the tests below see."""
    assert set(commands(get_command(app))) == LASTING | ENDING | APART


@contextmanager
def started(dsn: str, command: str, **settings: str) -> Iterator[IO[str]]:
    """Start a process; return what it says; its broker, if it needs one, is not there yet."""
    environment = {
        **os.environ,
        "DATABASE_URL": dsn,
        "FRONTDESK_MODE": "test",
        "KAFKA_BOOTSTRAP": "127.0.0.1:1",
        "LIMIT_FACTOR": "10000",
        "PORT": "0",
        **settings,
    }
    with talking("infra.cli", command, environment=environment) as talk:
        yield talk.stdout


def port_of(said: IO[str]) -> int:
    """Wait until it says where it listens."""
    found = (line for line in said if "API" in line or "listening on" in line)
    return int(next(found).removesuffix("/v1\n").replace(":", " ").split()[-1])


def on_the_roll(dsn: str) -> set[str]:
    with psycopg.connect(dsn) as connection:
        rows = connection.execute("SELECT id::text FROM work.processes").fetchall()
    return {each for (each,) in rows}


def strike_all_off(dsn: str) -> None:
    """As others do with whom they have not heard of for half a minute."""
    with psycopg.connect(dsn) as connection:
        connection.execute("DELETE FROM work.processes")


def test_whatever_is_composed_stays_on_the_roll_for_as_long_as_it_lasts(dsn: str) -> None:
    with ExitStack() as stack:
        for each in LASTING:
            stack.enter_context(started(dsn, each))
        stack.enter_context(composed(Settings(mode=Mode.TEST, database_url=dsn)))
        all_of_them = until(lambda: len(found := on_the_roll(dsn)) == len(LASTING) + 1 and found)
        strike_all_off(dsn)

        until(lambda: on_the_roll(dsn) == all_of_them, why=lambda: on_the_roll(dsn))


def test_whatever_lasts_waits_until_postgresql_is_there(dsn: str, tmp_path: Path) -> None:
    with Proxy.before(dsn) as line, company(line.dsn(dsn), "127.0.0.1:1", tmp_path) as staff:
        line.refuse()
        waiting = [staff.begin(each, FRONTDESK_MODE="test", PORT="0") for each in LASTING]
        until(lambda: all(AWAY in each.said for each in waiting))

        line.mend()

        until(lambda: len(on_the_roll(dsn)) == len(LASTING), why=lambda: staff.ended)
        assert [each.said.count(AWAY) for each in waiting] == [1] * len(LASTING)


def test_who_asks_meanwhile_is_told_to_come_again(dsn: str, tmp_path: Path) -> None:
    with Proxy.before(dsn) as line, company(line.dsn(dsn), "127.0.0.1:1", tmp_path) as staff:
        line.refuse()
        port = free_port()
        waiting = staff.begin("serve", FRONTDESK_MODE="test", PORT=str(port))
        until(lambda: AWAY in waiting.said)
        with until(lambda: answering(port)) as told:
            told.say(request("GET", "/v1/health"))
            answer = told.answer()
            assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
            assert answer.headers["retry-after"]

        line.mend()

        until(lambda: f"listening on {port}" in waiting.said)
        with Line(port) as told:
            told.say(request("GET", "/v1/health"))
            assert told.answer().status_code == 200


def answering(port: int) -> Line | None:
    with suppress(ConnectionRefusedError):
        return Line(port)
    return None


def test_whatever_waits_for_postgresql_stops_when_told_to(dsn: str, tmp_path: Path) -> None:
    """By a handler of its own: the first process of a container has no other."""
    with Proxy.before(dsn) as line, company(line.dsn(dsn), "127.0.0.1:1", tmp_path) as staff:
        line.refuse()
        waiting = [staff.begin(each, FRONTDESK_MODE="test", PORT="0") for each in LASTING]
        until(lambda: all(AWAY in each.said for each in waiting))

        for each in waiting:
            each.process.terminate()

        assert [each.process.wait(15) for each in waiting] == [0] * len(LASTING)


def test_a_command_that_ends_says_at_once_why_it_cannot_reach_postgresql(
    dsn: str, tmp_path: Path
) -> None:
    with Proxy.before(dsn) as line, company(line.dsn(dsn), "127.0.0.1:1", tmp_path) as staff:
        line.refuse()
        asked = staff.begin("keys")

        assert asked.process.wait(30) == 1
        assert "Connection refused" in asked.said
        assert AWAY in asked.said


def test_a_command_that_has_ended_is_not_on_the_roll_any_more(dsn: str) -> None:
    with composed(Settings(mode=Mode.TEST, database_url=dsn)) as system:
        pass
    system.roll.call()

    assert on_the_roll(dsn) == set()


def test_no_key_is_taken_away_from_what_runs_everything(dsn: str) -> None:
    with started(dsn, "up", MASTER_KEYS=encoded(OLD)) as up:
        port_of(up)
        strike_all_off(dsn)
        until(lambda: on_the_roll(dsn))

        refused = command(dsn, "rotate-keys", ring=(NEW, OLD))

        assert (refused.exit_code, NEW_NAME in refused.output) == (3, True)


@pytest.mark.parametrize("how", ["up", "serve"])
def test_who_is_dismissed_by_a_command_is_shut_out_of_what_runs(
    dsn: str, how: str, operators: Callable[..., Any]
) -> None:
    with started(dsn, how) as said:
        port = port_of(said)
        owner(port)
        operators("add")
        with Http(port, log_in(port)) as robin:
            assert robin("GET", "/v1/jobs").status == 200
            operators("remove")

            until(lambda: robin("GET", "/v1/jobs").status == 401)


@pytest.fixture
def operators(dsn: str) -> Callable[[str], None]:
    def do(what: str) -> None:
        done = command(dsn, "operators", what, "robin@agency.example", ring=())
        assert done.exit_code == 0, done.output

    return do


def log_in(port: int) -> str:
    words = {"email": "robin@agency.example", "password": "a long enough pass-phrase"}
    with Http(port) as http:
        return str(http("POST", "/v1/auth/login", words).body["access_token"])
