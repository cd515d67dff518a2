"""Any row can be had as it was."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings

from adapters.clock import SettableClock
from adapters.event_store.moments import last_until
from adapters.postgres import Database
from adapters.read_models.as_of import row_as_of
from tests.read_models.examples import (
    ACCOUNTS,
    MODELS,
    TENANT,
    TENANTS,
    Closed,
    Renamed,
    World,
)
from tests.read_models.histories import HISTORY, happen

pytestmark = pytest.mark.postgres

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@given(history=HISTORY)
@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_every_row_at_every_position_is_what_a_plain_fold_gave_then(
    world: World, history: list[Any]
) -> None:
    start = len(world.history())
    happen(world, history)

    with world.database.as_worker() as connection:
        for model in MODELS:
            for position in range(start, start + len(history) + 1, 7):
                then = world.folded(model, to=position)
                for tenant in TENANTS:
                    mine = {key: row for (owner, key), row in then.items() if owner == tenant}
                    for key, row in mine.items():
                        found = row_as_of(world.reader, connection, model, tenant, key, position)
                        assert found is not None
                        assert (found.version, found.json) == (
                            row.version,
                            msgspec.json.encode(row),
                        )


def test_before_it_was_and_after_it_is_gone_there_is_no_row(world: World) -> None:
    world.account()
    account = world.account()
    world.record(account, Closed(account=account, group="red"))

    with world.database.as_worker() as connection:
        found = [
            row_as_of(world.reader, connection, ACCOUNTS, TENANT, account, position)
            for position in (1, 2, 3)
        ]

    assert [each is not None for each in found] == [False, True, False]


def test_a_tenant_asks_for_his_own_past_only(world: World) -> None:
    account = world.account()
    with world.database.as_tenant(TENANTS[1]) as connection:
        assert row_as_of(world.reader, connection, ACCOUNTS, TENANT, account, 1) is None
    with world.database.as_tenant(TENANT) as connection:
        assert row_as_of(world.reader, connection, ACCOUNTS, TENANT, account, 1) is not None


def test_a_row_that_was_set_aside_is_as_it_was_shown(world: World) -> None:
    account = world.account(Renamed(account="", name="refuse"), Renamed(account="", name="Bea"))

    with world.database.as_worker() as connection:
        found = row_as_of(world.reader, connection, ACCOUNTS, TENANT, account, 3)

    assert found is not None
    assert msgspec.json.decode(found.json)["name"] is None


def test_the_position_of_a_time_is_that_of_the_last_event_until_then(database: Database) -> None:
    clock = SettableClock(NOON, stands=True)
    world = World(database, clock)
    hour = timedelta(hours=1)
    for number in range(10):
        clock.set(NOON + number // 2 * hour)
        world.account(tenant=TENANTS[number % 3])
    times = [NOON - hour, NOON, NOON + hour / 2, NOON + hour, NOON + 4 * hour, NOON + 90 * hour]

    with world.database.as_worker() as connection:
        found = [last_until(connection, TENANT, time).position for time in times]
        assert found == [0, 1, 1, 4, 10, 10]
    with world.database.as_tenant(TENANTS[1]) as connection:
        found = [last_until(connection, TENANTS[1], time).position for time in times]
        assert found == [0, 2, 2, 2, 8, 8]
    world.close()


def test_nothing_ever_happened(world: World) -> None:
    with world.database.as_worker() as connection:
        assert last_until(connection, TENANT, NOON).position == 0
