"""Any row, list and aggregate can be had as it was."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings

from adapters.clock import SettableClock
from adapters.event_store.moments import last_until
from adapters.postgres import Database
from adapters.read_models import as_of
from adapters.read_models.as_of import (
    Known,
    ListTooLong,
    row_as_of,
    rows_as_of,
    state_as_of,
)
from tests.read_models.examples import (
    ACCOUNTS,
    BALANCE,
    GROUPS,
    MODELS,
    TENANT,
    TENANTS,
    Closed,
    Paid,
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
                    rows = rows_as_of(world.reader, connection, model, tenant, position)
                    expected = [msgspec.json.encode(row) for _, row in sorted(mine.items())]
                    assert [row.json for row in rows] == expected
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
        assert rows_as_of(world.reader, connection, GROUPS, TENANT, 1) == []
    with world.database.as_tenant(TENANT) as connection:
        assert row_as_of(world.reader, connection, ACCOUNTS, TENANT, account, 1) is not None
        assert len(rows_as_of(world.reader, connection, GROUPS, TENANT, 1)) == 1


def test_a_row_that_was_set_aside_is_as_it_was_shown(world: World) -> None:
    account = world.account(Renamed(account="", name="refuse"), Renamed(account="", name="Bea"))

    with world.database.as_worker() as connection:
        found = row_as_of(world.reader, connection, ACCOUNTS, TENANT, account, 3)

    assert found is not None
    assert msgspec.json.decode(found.json)["name"] is None


def test_a_list_that_is_too_long_is_refused(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(as_of, "MOST_ROWS", 2)
    accounts = [world.account() for _ in range(2)]
    world.record(accounts[0], Closed(account=accounts[0], group="red"))
    world.account()
    with world.database.as_worker() as connection:
        assert len(rows_as_of(world.reader, connection, ACCOUNTS, TENANT, 4)) == 2
        world.account()

        with pytest.raises(ListTooLong):
            rows_as_of(world.reader, connection, ACCOUNTS, TENANT, 5)


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
        assert rows_as_of(world.reader, connection, ACCOUNTS, TENANT, 0) == []


def test_an_aggregate_as_of_a_version_a_position_and_a_time(database: Database) -> None:
    clock = SettableClock(NOON, stands=True)
    world = World(database, clock)
    account = world.account()
    for amount in (1, 2, 4):
        clock.set(NOON + timedelta(hours=amount))
        world.record(account, Paid(account=account, group="red", amount=amount))

    def state(**at: Any) -> Known:
        with world.database.as_tenant(TENANT) as connection:
            return state_as_of(world.reader, connection, BALANCE, TENANT, account, **at)

    assert state() == Known(7, 4)
    assert state(version=2) == Known(1, 2)
    assert state(position=3) == Known(3, 3)
    assert state(time=NOON + timedelta(hours=3)) == Known(3, 3)
    assert state(position=0) == Known(0, 0)
    world.close()
