"""A rebuilt table takes the place of the live one, and gives it back, while questions are asked."""

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import cycle

import pytest

from adapters.read_models.rebuild import Rebuilder, RebuildUnderWay
from adapters.read_models.switch import (
    KeysSetAside,
    NothingToSwitchTo,
    SwitchBlocked,
    switch,
    switch_back,
)
from adapters.read_models.tables import PREVIOUS
from tests.read_models.examples import ACCOUNTS, DOUBLED, TENANT, Paid, Renamed, World

pytestmark = [pytest.mark.postgres, pytest.mark.slow]


@pytest.fixture
def rebuilder(world: World) -> Rebuilder:
    return Rebuilder(database=world.database, reader=world.reader)


def shape_of(world: World, consumer: str) -> str:
    [[shape]] = world.ask("SELECT shape FROM work.checkpoints WHERE consumer = %s", consumer)
    return str(shape)


def test_the_rebuilt_table_is_the_live_one_and_the_live_one_the_previous(
    world: World, rebuilder: Rebuilder
) -> None:
    account = world.account()
    world.runner(ACCOUNTS).catch_up()
    before, old_shape = world.stored(ACCOUNTS), shape_of(world, "accounts")
    rebuilder.rebuild(DOUBLED)
    world.record(account, Paid(account=account, group="red", amount=4))

    switched = switch(rebuilder, DOUBLED)

    assert world.stored(DOUBLED)[TENANT, account].doubled == 8
    assert world.stored(ACCOUNTS, PREVIOUS) == before
    assert switched.position == world.position_of("accounts") == 2
    assert world.position_of("accounts@previous") == 1
    assert shape_of(world, "accounts@previous") == old_shape
    assert world.ask("SELECT to_regclass('next.accounts')") == [(None,)]


def test_the_runner_goes_on_with_the_new_table(world: World, rebuilder: Rebuilder) -> None:
    account = world.account()
    world.runner(ACCOUNTS).catch_up()
    runner = world.runner(DOUBLED)
    rebuilder.rebuild(DOUBLED)
    switch(rebuilder, DOUBLED)
    world.record(account, Paid(account=account, group="red", amount=4))

    runner.catch_up()

    assert world.stored(DOUBLED) == world.folded(DOUBLED)


def test_back_is_the_same_in_reverse_and_misses_nothing(world: World, rebuilder: Rebuilder) -> None:
    """The previous table catches up from where it was left."""
    account = world.account()
    runner = world.runner(ACCOUNTS)
    runner.catch_up()
    for _ in range(2):
        rebuilder.rebuild(ACCOUNTS, anew=True)
        switch(rebuilder, ACCOUNTS)
        world.record(account, Paid(account=account, group="red", amount=1))
        runner.catch_up()

    back = switch_back(rebuilder, ACCOUNTS)
    forth = switch_back(rebuilder, ACCOUNTS)

    assert back.position == forth.position == 3
    assert world.stored(ACCOUNTS) == world.stored(ACCOUNTS, PREVIOUS) == world.folded(ACCOUNTS)


def test_back_to_an_older_declaration_needs_its_columns(world: World, rebuilder: Rebuilder) -> None:
    world.account()
    world.runner(ACCOUNTS).catch_up()
    rebuilder.rebuild(DOUBLED)
    switch(rebuilder, DOUBLED)

    with pytest.raises(NothingToSwitchTo):
        switch_back(rebuilder, DOUBLED)
    switch_back(rebuilder, ACCOUNTS)

    assert world.stored(ACCOUNTS) == world.folded(ACCOUNTS)


def test_what_was_not_rebuilt_is_not_switched_to(world: World, rebuilder: Rebuilder) -> None:
    world.account()
    world.runner(ACCOUNTS).catch_up()
    rebuilder.rebuild(ACCOUNTS)

    with pytest.raises(NothingToSwitchTo):
        switch(rebuilder, DOUBLED)
    with pytest.raises(NothingToSwitchTo):
        switch_back(rebuilder, ACCOUNTS)


def test_what_is_set_aside_goes_with_its_table(world: World, rebuilder: Rebuilder) -> None:
    account = world.account()
    world.runner(ACCOUNTS).catch_up()
    world.record(account, Renamed(account=account, name="refuse"))
    rebuilder.rebuild(ACCOUNTS)

    with pytest.raises(KeysSetAside):
        switch(rebuilder, ACCOUNTS, whatever_is_parked=False)
    switch(rebuilder, ACCOUNTS)

    assert world.ask("SELECT consumer, key FROM work.parked") == [("accounts", account)]


def test_only_one_switches_at_a_time(world: World, rebuilder: Rebuilder) -> None:
    with rebuilder.alone(ACCOUNTS), pytest.raises(RebuildUnderWay):
        switch(rebuilder, ACCOUNTS)


def test_a_long_query_is_not_waited_for_in_front_of_everybody(
    world: World, rebuilder: Rebuilder
) -> None:
    account = world.account()
    world.runner(ACCOUNTS).catch_up()
    rebuilder.rebuild(ACCOUNTS)
    with asking_for_long(world):
        with pytest.raises(SwitchBlocked):
            switch(rebuilder, ACCOUNTS, patience=0.5)
        assert world.stored(ACCOUNTS)[TENANT, account].id == account

    assert switch(rebuilder, ACCOUNTS).tries == 1


@contextmanager
def asking_for_long(world: World) -> Iterator[None]:
    with world.database.connect(None, "slow") as connection, connection.transaction():
        connection.execute("SELECT * FROM live.accounts")
        yield


def test_questions_are_answered_all_the_while(world: World, rebuilder: Rebuilder) -> None:
    """Four threads ask, one writes, one projects, while tables change places again and again."""
    accounts = [world.account() for _ in range(20)]
    runner = world.runner(ACCOUNTS)
    runner.catch_up()
    stop = threading.Event()

    with ThreadPoolExecutor(6) as threads:
        questions = [threads.submit(asked, world, len(accounts), stop) for _ in range(4)]
        threads.submit(write, world, accounts, stop)
        threads.submit(runner.run, stop)
        try:
            for _ in range(4):
                rebuilder.rebuild(ACCOUNTS, anew=True)
                switch(rebuilder, ACCOUNTS)
                switch_back(rebuilder, ACCOUNTS)
        finally:
            stop.set()
            world.appended.ring()

    assert all(question.result() > 10 for question in questions)
    runner.catch_up()
    assert world.stored(ACCOUNTS) == world.folded(ACCOUNTS)


def asked(world: World, accounts: int, stop: threading.Event) -> int:
    """Ask until it stops; return how often there was an answer."""
    most = answers = 0
    while not stop.is_set():
        with world.database.as_tenant(TENANT) as connection:
            found = connection.execute(
                "SELECT count(*), sum(paid) FROM live.accounts WHERE tenant_id = %s",
                (TENANT,),
                prepare=True,
            ).fetchall()
        [(count, paid)] = found
        assert count == accounts
        assert paid >= most, "a switch took away what had been seen"
        most, answers = paid, answers + 1
    return answers


def write(world: World, accounts: Sequence[str], stop: threading.Event) -> None:
    for account in cycle(accounts):
        if stop.wait(0.005):
            return
        world.record(account, Paid(account=account, group="red", amount=1))


def test_a_read_model_that_was_never_live_becomes_it(world: World, rebuilder: Rebuilder) -> None:
    world.account()
    rebuilder.rebuild(DOUBLED)

    switch(rebuilder, DOUBLED)

    assert world.stored(DOUBLED) == world.folded(DOUBLED)


def test_the_live_table_lags_behind_the_next(world: World, rebuilder: Rebuilder) -> None:
    """Its projector is dead: whoever switches does not bring it to life."""
    world.runner(ACCOUNTS).catch_up()
    world.account()
    rebuilder.rebuild(ACCOUNTS)

    assert switch(rebuilder, ACCOUNTS).position == 1
    assert world.position_of("accounts@previous") == 0
