"""Providers call as they like: ten thousand at once, the same again, and while everything else waits."""

import random
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

import pytest

from infra.composition import running_system
from infra.settings import Mode, Settings
from tests.acceptance.processes import servers
from tests.conftest import empty_database
from tests.http.sockets import Line, request, served
from tests.inbound.callers import SECRET, address, said, stripe
from tests.inbound.inbox import Inbox
from tests.inbound.understood import TENANT
from tests.waiting import until

pytestmark = pytest.mark.postgres

CALLS = 10_000
AGAIN = 3_000
AT_ONCE = 16
SEED = 20270104


def a_call(number: int) -> bytes:
    body = said("stripe", number)
    signed = stripe(body, int(time.time()), "")
    headers = [(name.lower().encode(), value.encode()) for name, value in signed.items()]
    return request("POST", address("stripe", body, TENANT), body, headers)


@contextmanager
def lines(port: int, count: int) -> Iterator[list[Line]]:
    with ExitStack() as stack:
        yield [stack.enter_context(Line(port)) for _ in range(count)]


def send(line: Line, numbers: Sequence[int]) -> set[int]:
    """Call again and again; return which statuses there were."""
    statuses = set()
    for number in numbers:
        line.say(a_call(number))
        statuses.add(line.answer("POST").status_code)
    return statuses


@pytest.mark.large
@pytest.mark.timeout(600)
def test_ten_thousand_calls_in_a_burst_are_all_kept(
    server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of which some come twice, in no order, as after an outage of the provider; and each is looked at."""
    monkeypatch.setenv("INBOUND_SECRETS", f"{TENANT}/stripe={SECRET.decode().replace(',', '%2C')}")
    chance = random.Random(SEED)
    numbers = [*range(CALLS), *chance.sample(range(CALLS), AGAIN)]
    chance.shuffle(numbers)
    with (
        empty_database(server) as dsn,
        servers(dsn, 1) as (port,),
        lines(port, AT_ONCE) as all_lines,
        ThreadPoolExecutor(AT_ONCE) as threads,
    ):
        parts = [numbers[at::AT_ONCE] for at in range(AT_ONCE)]
        statuses = set().union(*threads.map(send, all_lines, parts))
        with running_system(Settings(mode=Mode.TEST), dsn) as system:
            kept = system.database
            with kept.as_worker() as connection:
                [[count]] = connection.execute("SELECT count(*) FROM work.receipts").fetchall()
            system.work()
            until(lambda: system.receipts.depths()["waiting"] == 0, seconds=300)
            with kept.as_worker() as connection:
                states = connection.execute(
                    "SELECT state, count(*) FROM work.receipts GROUP BY state"
                ).fetchall()

    assert statuses == {200}
    assert count == CALLS
    assert states == [("not_understood_yet", CALLS)]


def test_the_same_call_many_times_at_once_is_kept_once(inbox: Inbox) -> None:
    body = said("stripe")
    signed = [(b"stripe-signature", stripe(body, inbox.now, "")["Stripe-Signature"].encode())]
    call = request("POST", address("stripe", body, TENANT), body, signed)
    with served(inbox.running.app) as port, lines(port, AT_ONCE) as all_lines:
        for line in all_lines:
            line.say(call)
        statuses = [line.answer("POST").status_code for line in all_lines]

    assert statuses == [200] * AT_ONCE
    assert inbox.states() == ["waiting"]
    assert inbox.running.system.jobs.depths()["due"] == 1


def test_a_call_is_taken_while_everybody_waits_for_the_log(inbox: Inbox) -> None:
    system = inbox.running.system
    cut = b'{"name":"Cut","duration_minutes":45}'
    token = inbox.running.http().headers["authorization"].encode()
    order = request("POST", "/v1/services", cut, [(b"authorization", token)])
    body = said("stripe")
    signed = [(b"stripe-signature", stripe(body, inbox.now, "")["Stripe-Signature"].encode())]
    call = request("POST", address("stripe", body, TENANT), body, signed)
    with (
        served(inbox.running.app) as port,
        lines(port, 20) as waiting,
        Line(port) as provider,
    ):
        with system.database.connect(None, "in the way") as held, held.transaction():
            held.execute("SELECT pg_advisory_xact_lock(hashtext('frontdesk.log'))")
            for line in waiting:
                line.say(order)
            provider.say(call)
            taken = provider.answer("POST").status_code
            kept = inbox.states()
        for line in waiting:
            line.wait()

    assert (taken, kept) == (200, ["waiting"])
