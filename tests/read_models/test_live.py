"""The runner keeps what a plain fold gives, however its batches are cut, whatever fails in them."""

import threading
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import ProgrammingError

from adapters.consumers.runner import HoleInTheLogError, Runner
from adapters.postgres import Database
from adapters.read_models.consumer import ReadModelConsumer
from projections.read_model import ReadModel
from tests.read_models.examples import (
    ACCOUNTS,
    GROUPS,
    MODELS,
    TENANT,
    Moved,
    Paid,
    Renamed,
    World,
)
from tests.read_models.histories import HISTORY, happen

pytestmark = pytest.mark.postgres


@given(history=HISTORY, cuts=st.lists(st.integers(1, 20), min_size=1))
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_what_is_kept_is_what_a_plain_fold_gives(
    world: World, history: list[Any], cuts: list[int]
) -> None:
    happen(world, history)
    runners = [world.runner(batch=cut) for cut in cuts]

    while any(runner.step() for runner in runners):
        pass

    for model in MODELS:
        assert world.stored(model) == world.folded(model)


def test_a_poisonous_event_sets_its_key_aside_and_nothing_else(world: World) -> None:
    before, poisoned, after = world.account(), world.account(), world.account()
    world.record(poisoned, Paid(account=poisoned, group="red", amount=1))
    bad = world.record(poisoned, Renamed(account=poisoned, name="refuse")).position
    world.record(poisoned, Paid(account=poisoned, group="red", amount=2))
    world.record(before, Paid(account=before, group="red", amount=3))
    world.record(after, Renamed(account=after, name="Bea"))

    world.runner().catch_up()

    rows = world.stored(ACCOUNTS)
    expected = world.folded(ACCOUNTS, to=bad - 1)
    assert rows[TENANT, poisoned] == expected[TENANT, poisoned]
    assert rows[TENANT, before].paid == 3
    assert rows[TENANT, after].name == "Bea"
    assert world.stored(GROUPS) == world.folded(GROUPS)
    assert world.ask("SELECT consumer, key, position FROM work.parked") == [
        ("accounts", poisoned, bad)
    ]


def test_what_postgresql_does_not_take_is_set_aside_alone(world: World) -> None:
    """Found by halving: a number that is too large, and a text too long for an index."""
    accounts = [world.account() for _ in range(20)]
    much = world.record(accounts[3], Paid(account=accounts[3], group="red", amount=2**63)).position
    long = "".join(chr(0x4E00 + n * 7919 % 20000) for n in range(9000))
    far = world.record(accounts[7], Moved(account=accounts[7], from_group="red", to_group=long))
    for account in accounts:
        world.record(account, Paid(account=account, group="red", amount=1))

    world.runner().catch_up()

    rows = world.stored(ACCOUNTS)
    assert {rows[TENANT, a].paid for n, a in enumerate(accounts) if n not in (3, 7)} == {1}
    assert {rows[TENANT, accounts[n]].paid for n in (3, 7)} == {0}
    assert world.ask(
        "SELECT key, position FROM work.parked WHERE consumer = 'accounts' ORDER BY position"
    ) == [(accounts[3], much), (accounts[7], far.position)]


def test_of_an_event_with_many_keys_only_those_that_fail_are_set_aside(world: World) -> None:
    account = world.account(group="red")
    world.account(group="green")
    world.record(account, Paid(account=account, group="red", amount=2**63 - 1))
    move = Moved(account=account, from_group="green", to_group="red")
    bad = world.record(account, move).position

    world.runner().catch_up()

    assert world.stored(GROUPS)[TENANT, "green"].total == 1
    assert world.stored(GROUPS)[TENANT, "red"].total == 2**63 - 1
    assert world.ask("SELECT consumer, key, position FROM work.parked") == [("groups", "red", bad)]


def test_an_event_that_cannot_be_read_sets_its_stream_aside(world: World) -> None:
    good, bad = world.account(), world.account()
    broken = world.record(bad, Paid(account=bad, group="red", amount=1)).position
    world.record(good, Paid(account=good, group="red", amount=1))
    with world.database.connect(None, "vandal") as connection:
        connection.execute(
            "UPDATE log.events SET data = '{\"account\": 7}' WHERE position = %s", (broken,)
        )

    world.runner().catch_up()

    assert world.stored(ACCOUNTS)[TENANT, good].paid == 1
    assert world.ask("SELECT consumer, key, position FROM work.parked ORDER BY consumer") == [
        ("accounts", bad, broken),
        ("groups", bad, broken),
    ]


def test_a_consumer_that_fails_altogether_holds_up_nobody(world: World) -> None:
    runner = world.runner()
    world.account()
    with world.database.as_worker() as connection:
        connection.execute("DROP TABLE live.groups")

    runner.catch_up()

    assert world.stored(ACCOUNTS) == world.folded(ACCOUNTS)
    assert world.position_of("groups") == 0
    with pytest.raises(ProgrammingError):
        world.stored(GROUPS)


def test_a_hole_in_the_log_is_refused(world: World) -> None:
    for _ in range(3):
        world.account()
    with world.database.connect(None, "vandal") as connection:
        connection.execute("DELETE FROM log.events WHERE position = 2")

    with pytest.raises(HoleInTheLogError):
        world.runner().step()

    assert world.position_of("accounts") == 0


def test_two_runners_at_once_do_nothing_twice(world: World, dsn: str) -> None:
    accounts = [world.account() for _ in range(10)]
    with Database(dsn) as another:
        zombie = World(another)
        runners = [world.runner(batch=3), zombie.runner(batch=7), zombie.runner(batch=2)]
        stop = threading.Event()
        threads = [threading.Thread(target=runner.run, args=(stop,)) for runner in runners]
        for thread in threads:
            thread.start()
        for _ in range(20):
            for account in accounts:
                world.record(account, Paid(account=account, group="red", amount=1))
        stop.set()
        world.appended.ring()
        zombie.appended.ring()
        for thread in threads:
            thread.join()
        runners[0].catch_up()

    for model in MODELS:
        assert world.stored(model) == world.folded(model)


def test_a_table_of_a_newer_release_is_left_alone(world: World) -> None:
    """Its fold is not ours: an old process that still runs must not write into it."""
    newer = msgspec.structs.replace(ACCOUNTS, version=2)
    world.consumers(newer)
    world.account()

    runner = Runner(
        world.database,
        world.reader,
        [ReadModelConsumer(ACCOUNTS)],
        appended=world.appended,
        advanced=world.advanced,
    )

    assert runner.step() == 0
    assert world.stored(newer) == {}


def test_the_version_of_an_owned_row_is_that_of_its_stream(world: World) -> None:
    account, other = world.account(), world.account()
    named_elsewhere: ReadModel = msgspec.structs.replace(
        ACCOUNTS, key=lambda event: [account] if isinstance(event, Paid) else [event.account]
    )
    world.record(account, Renamed(account=account, name="Bea"))
    world.record(other, Paid(account=other, group="red", amount=7))

    world.runner(named_elsewhere).catch_up()

    row = world.stored(named_elsewhere)[TENANT, account]
    assert (row.paid, row.version) == (7, 2)
