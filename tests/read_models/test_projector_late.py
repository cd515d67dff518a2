"""One's own writes are seen though read models lag behind."""

import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import pairwise
from typing import Any

import pytest

from adapters.consumers.runner import Runner
from adapters.postgres import Database
from adapters.read_models import freshness, tail, waiting
from adapters.read_models.answers import Answers
from adapters.read_models.known import FRESH, UNKNOWN, Known
from adapters.wakeups.bell import Bell
from adapters.wakeups.between_processes import Announcer, Listener, NotifyWire
from application.ports import PositionUnknown, ProjectionBehind
from tests.read_models.asking import LONG, group, keys, seconds
from tests.read_models.examples import (
    ACCOUNTS,
    GROUPS,
    TENANT,
    TENANTS,
    Moved,
    Paid,
    World,
)

pytestmark = pytest.mark.postgres


# --- The projector is late ------------------------------------------------------------


def test_who_waits_is_woken_by_the_projector(
    world: World, answers: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(freshness, "POLL", 60.0)
    monkeypatch.setattr(freshness, "STILL", 60.0)
    monkeypatch.setattr(tail, "MOST", 0)
    account = world.account()
    runner = world.runner()
    projector = threading.Timer(0.3, runner.catch_up)
    projector.start()

    assert 0.2 < seconds(lambda: keys(answers, ACCOUNTS, at_least=1, wait=LONG)) < 5
    assert keys(answers, ACCOUNTS, at_least=1, wait=0) == [account]
    # It goes on for a moment after it has woken who waits, and needs its database for that.
    projector.join()


def test_however_many_wait_one_looks(
    world: World, answers: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tail, "MOST", 0)
    monkeypatch.setattr(freshness, "STILL", 60.0)
    monkeypatch.setattr(waiting, "MOST", 30)
    monkeypatch.setattr(waiting, "MOST_OF_ONE", 30)
    world.account()
    runner = world.runner()
    looked = counting(world.database, monkeypatch)
    with ThreadPoolExecutor(30) as threads:
        asking = [threads.submit(keys, answers, ACCOUNTS, at_least=1, wait=LONG) for _ in range(30)]
        time.sleep(0.5)
        looked.clear()
        runner.catch_up()
        assert all(len(each.result()) == 1 for each in asking)

    assert len(looked) < 15


def counting(database: Database, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Count how often a connection of the worker is borrowed."""
    borrowed: list[int] = []
    as_desk = database.as_desk

    @contextmanager
    def counted() -> Iterator[Any]:
        borrowed.append(1)
        with as_desk() as connection:
            yield connection

    monkeypatch.setattr(database, "as_desk", counted)
    return borrowed


def test_a_token_that_is_known_to_be_seen_costs_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = Known()
    answers = Answers(world.database, world.reader, world.advanced, known)
    runner = Runner(
        world.database,
        world.reader,
        world.consumers(),
        appended=world.appended,
        advanced=world.advanced,
        moved=known.learn,
    )
    account = world.account()
    runner.catch_up()
    keys(answers, ACCOUNTS)
    borrowed = counting(world.database, monkeypatch)

    assert keys(answers, ACCOUNTS, at_least=1) == [account]
    assert answers.row(TENANT, ACCOUNTS, account, at_least=1) is not None
    assert borrowed == []


def test_what_is_known_is_believed_for_a_moment() -> None:
    now = 0.0
    known = Known(lambda: now)
    known.learn({"accounts": 7, "groups": 5})
    known.learn({"accounts": 6})

    assert known.least(["accounts"]) == 7
    assert known.least(["accounts", "groups"]) == 5
    assert known.least(["accounts", "others"]) == UNKNOWN
    now += FRESH
    assert known.least(["accounts"]) == UNKNOWN
    known.learn({"accounts": 3})
    assert known.least(["accounts"]) == 3, "it is another database now"
    known.forget()
    assert known.least(["accounts"]) == UNKNOWN


@pytest.mark.thorough
@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_thousand_times_at_load_with_a_projector_that_pauses(world: World, dsn: str) -> None:
    """Three API processes, one of them the projector's own; it pauses up to half a second."""
    chance = random.Random(20260302)
    stop = threading.Event()
    with ThreadPoolExecutor(16) as threads, Database(dsn) as second, Database(dsn) as third:
        runner = world.runner()
        apis = [answers_of(database, world, stop, threads) for database in (second, third)]
        apis.append(Answers(world.database, world.reader, world.advanced))
        announcer = Announcer(NotifyWire(world.database), {"advanced": world.advanced})
        threads.submit(announcer.run, stop)
        threads.submit(runner.run, stop)
        threads.submit(pause_now_and_then, runner, chance, stop)
        cycles = [
            threads.submit(create_and_list, world, apis[n % 3], TENANTS[n % 3], 125)
            for n in range(8)
        ]
        try:
            added = sorted(each for cycle in cycles for each in cycle.result())
        finally:
            stop.set()
            world.appended.ring()

    assert len(added) == 1_000
    assert added[950] < 0.5 + 0.2


def answers_of(
    database: Database, world: World, stop: threading.Event, threads: ThreadPoolExecutor
) -> Answers:
    """Return what another API process has."""
    advanced, known = Bell(), Known()
    listener = Listener(
        NotifyWire(database), {"advanced": advanced}, origin="other", lost=known.forget
    )
    threads.submit(listener.run, stop)
    return Answers(database, world.reader, advanced, known)


def pause_now_and_then(runner: Runner, chance: random.Random, stop: threading.Event) -> None:
    while not stop.is_set():
        runner.pause()
        stop.wait(chance.uniform(0, 0.5))
        runner.resume()
        stop.wait(chance.uniform(0, 0.1))


def create_and_list(world: World, api: Answers, tenant: str, cycles: int) -> list[float]:
    """Write, and see it in a list and in a row that many feed; return how long the list took."""
    took = []
    for _ in range(cycles):
        account = world.account(tenant=tenant)
        [position] = world.ask("SELECT position FROM log.events WHERE stream = %s", account)[0]
        began = time.perf_counter()
        with api.asking(tenant, [ACCOUNTS], at_least=position) as connection:
            found = connection.execute(
                "SELECT key FROM live.accounts WHERE tenant_id = %s AND key = %s",
                (tenant, account),
            ).fetchall()
        took.append(time.perf_counter() - began)
        assert found == [(account,)], "a missing own write"
    return took


# --- What cannot be right is refused --------------------------------------------------


def test_a_position_from_the_future_is_unknown_at_once(world: World, answers: Answers) -> None:
    world.account()
    questions: Sequence[Callable[[], Any]] = (
        lambda: keys(answers, ACCOUNTS, at_least=2, wait=LONG),
        lambda: group(answers, 2, wait=LONG),
        lambda: answers.row(TENANT, ACCOUNTS, "account-1", at_least=2, wait=LONG),
    )
    for question in questions:
        with pytest.raises(PositionUnknown):
            assert seconds(question) < 1
    world.runner().catch_up()
    with pytest.raises(PositionUnknown):
        keys(answers, ACCOUNTS, at_least=2, wait=LONG)


def test_what_is_not_registered_never_counts_as_fresh(world: World) -> None:
    """A projection that never started has seen nothing, whatever the log says."""
    world.consumers(GROUPS)
    account = world.account()
    world.runner(GROUPS).catch_up()
    answers = Answers(world.database, world.reader, world.advanced)

    with pytest.raises(ProjectionBehind):
        keys(answers, ACCOUNTS, at_least=1, wait=0)
    assert answers.row(TENANT, ACCOUNTS, account, at_least=1) is not None


def test_the_tail_of_an_event_with_several_keys(world: World, answers: Answers) -> None:
    red, green = world.account(group="red"), world.account(group="green")
    position = world.record(red, Moved(account=red, from_group="red", to_group="green")).position

    assert [group(answers, position, name)["total"] for name in ("red", "green")] == [1, 1]
    assert green in keys(answers, ACCOUNTS, at_least=position, wait=0)


def test_while_a_projector_catches_up_nothing_is_applied_twice(
    world: World, answers: Answers
) -> None:
    """The tail and the projector race for the same rows, and each reader sees a true sum."""
    account = world.account()
    stop = threading.Event()
    runner = world.runner(batch=1)
    totals: list[int] = []
    with ThreadPoolExecutor(2) as threads:
        threads.submit(runner.run, stop)
        try:
            for paid in range(1, 60):
                answer = world.record(account, Paid(account=account, group="red", amount=1))
                totals.append(group(answers, answer.position, wait=LONG)["total"])
                with answers.asking(
                    TENANT, [GROUPS], at_least=answer.position, wait=LONG
                ) as connection:
                    [(total,)] = connection.execute("SELECT total FROM live.groups").fetchall()
                assert total == totals[-1] == paid
        finally:
            stop.set()
            world.appended.ring()
    assert all(after == before + 1 for before, after in pairwise(totals))
