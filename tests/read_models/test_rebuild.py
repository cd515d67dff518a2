"""A rebuilt table is the live one again, whatever happened, and however often it was interrupted."""

import time
from contextlib import suppress
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.consumers import checkpoints
from adapters.read_models.bulk import Limits
from adapters.read_models.rebuild import Progress, Rebuilder, RebuildStopped, RebuildUnderWay
from adapters.read_models.tables import NEXT
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

SMALL = Limits(page=7, ahead=2, rows=3, positions=20)


def rebuilder(world: World, limits: Limits = SMALL) -> Rebuilder:
    return Rebuilder(database=world.database, reader=world.reader, limits=limits)


@given(
    history=HISTORY,
    limits=st.builds(
        Limits,
        page=st.integers(1, 30),
        ahead=st.integers(0, 3),
        rows=st.integers(1, 10),
        positions=st.integers(1, 50),
        bytes=st.integers(1, 5_000),
    ),
    stops=st.lists(st.integers(0, 4), max_size=3),
)
@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_rebuilt_is_live_is_a_plain_fold(
    world: World, history: list[Any], limits: Limits, stops: list[int]
) -> None:
    happen(world, history)
    world.runner(batch=11).catch_up()

    for model in MODELS:
        for pages in stops:
            asked = iter(range(10**6))
            with suppress(RebuildStopped):
                rebuilder(world, limits).rebuild(
                    model,
                    anew=pages == 0,
                    stopped=lambda: next(asked) >= pages,  # noqa: B023
                )
        rebuilt = rebuilder(world, limits).rebuild(model)
        rows = world.stored(model, NEXT)
        assert rows == world.stored(model) == world.folded(model)
        assert rebuilt.position == world.position_of(model.name)
        rebuilder(world).discard(model)


def test_how_long_it_took_is_told(world: World) -> None:
    world.account()

    began = time.monotonic()
    rebuilt = rebuilder(world).rebuild(ACCOUNTS)

    assert 0 < rebuilt.seconds <= time.monotonic() - began


def test_what_is_poisonous_live_is_poisonous_when_rebuilt(world: World) -> None:
    accounts = [world.account() for _ in range(12)]
    for account in accounts:
        world.record(account, Paid(account=account, group="red", amount=1))
    world.record(accounts[2], Renamed(account=accounts[2], name="refuse"))
    world.record(accounts[4], Paid(account=accounts[4], group="red", amount=2**63))
    broken = world.record(accounts[6], Paid(account=accounts[6], group="red", amount=1)).position
    for account in accounts:
        world.record(account, Paid(account=account, group="red", amount=1))
    with world.database.connect(None, "vandal") as connection:
        connection.execute("UPDATE log.events SET data = '[]' WHERE position = %s", (broken,))
    world.runner(batch=5).catch_up()

    for model in MODELS:
        rebuilt = rebuilder(world).rebuild(model)

        assert world.stored(model, NEXT) == world.stored(model)
        live, next_ = model.name, f"{model.name}@next"
        parked = "SELECT key, position FROM work.parked WHERE consumer = %s ORDER BY key"
        assert world.ask(parked, next_) == world.ask(parked, live)
        assert rebuilt.parked == len(world.ask(parked, live)) > 0


def test_it_tells_how_far_it_is(world: World) -> None:
    for _ in range(40):
        world.account()
    told: list[Progress] = []

    rebuilder(world).rebuild(ACCOUNTS, tell=told.append)

    assert [each.done for each in told] == [*range(7, 40, 7), 40]
    assert {each.total for each in told} == {40}
    assert told[0].remaining > 0 == told[-1].remaining
    assert told[-1].per_second > 0


def test_it_ends_though_somebody_appends_all_the_while(world: World) -> None:
    account, told = world.account(), list[Progress]()

    def meanwhile(progress: Progress) -> None:
        told.append(progress)
        if len(told) < 20:
            world.record(account, Paid(account=account, group="red", amount=1))

    rebuilder(world).rebuild(ACCOUNTS, tell=meanwhile)

    assert len(told) < 5


def test_it_goes_on_from_what_was_written(world: World) -> None:
    for _ in range(40):
        world.account()
    asked = iter(range(100))
    with pytest.raises(RebuildStopped):
        rebuilder(world).rebuild(ACCOUNTS, stopped=lambda: next(asked) >= 2)
    begun = world.position_of("accounts@next")

    rebuilt = rebuilder(world).rebuild(ACCOUNTS)

    assert 0 < begun < 40
    assert (rebuilt.position, rebuilt.events) == (40, 40 - begun)
    assert world.stored(ACCOUNTS, NEXT) == world.folded(ACCOUNTS)


def test_what_was_begun_for_another_declaration_is_made_anew(world: World) -> None:
    world.account()
    rebuilder(world).rebuild(ACCOUNTS)
    newer = msgspec.structs.replace(ACCOUNTS, version=2, columns=("holder",), indexes=())

    rebuilt = rebuilder(world).rebuild(newer)

    assert rebuilt.events == 1
    assert world.stored(newer, NEXT) == world.folded(newer)


def test_only_one_rebuilds_a_read_model_at_a_time(world: World) -> None:
    world.account()
    with rebuilder(world).alone(ACCOUNTS):
        with pytest.raises(RebuildUnderWay):
            rebuilder(world).rebuild(ACCOUNTS)
        rebuilder(world).rebuild(GROUPS)


def test_somebody_who_was_thought_dead_writes_nothing(world: World) -> None:
    """Their lock is gone with their connection, but their lot is still under way."""
    for _ in range(20):
        world.account()

    def another(progress: Progress) -> None:
        if progress.done == 7:
            with world.database.as_worker() as connection:
                checkpoints.advance(connection, ["accounts@next"], 3)

    with pytest.raises(RebuildUnderWay):
        rebuilder(world).rebuild(ACCOUNTS, tell=another)

    assert world.stored(ACCOUNTS, NEXT) == {}


def test_it_has_its_indexes_in_the_end(world: World) -> None:
    world.account()
    world.runner().catch_up()
    rebuilder(world).rebuild(ACCOUNTS)
    columns = """
        SELECT array_agg(pg_get_indexdef(indexrelid, n, true) ORDER BY n)
        FROM pg_index, generate_series(1, indnatts) AS n
        WHERE indrelid = %s::regclass GROUP BY indexrelid ORDER BY 1
    """

    made, live = (world.ask(columns, f"{schema}.accounts") for schema in ("next", "live"))

    assert made == live
    assert len(made) == 1 + len(ACCOUNTS.indexes)


def test_events_that_many_accounts_feed_come_out_in_order(world: World) -> None:
    accounts = [world.account(group=group) for group in ("red", "green") * 10]
    for account in accounts:
        world.record(account, Moved(account=account, from_group="red", to_group="green"))

    rebuilder(world).rebuild(GROUPS)

    assert world.stored(GROUPS, NEXT) == world.folded(GROUPS)
    assert world.stored(GROUPS, NEXT)[TENANT, "red"].total == 20
