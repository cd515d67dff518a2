"""What was set aside is seen, tried again on command, and how every consumer is doing is known."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from structlog.testing import capture_logs

from adapters.clock import SettableClock
from adapters.consumers import processes
from adapters.consumers.delivery import Consumer
from adapters.consumers.processes import ProcessConsumer
from adapters.consumers.runner import Runner
from adapters.postgres import Database
from adapters.read_models.consumer import ReadModelConsumer
from adapters.read_models.fold import Failure
from adapters.read_models.parked import ConsumerStatus, parked, retry, status
from application.operations.parked import NotParked
from application.ports import Recorded
from application.processes.process import Do, Effect, Process
from projections.read_model import ReadModel
from tests.read_models.examples import (
    ACCOUNTS,
    GROUPS,
    TENANT,
    TENANTS,
    Paid,
    Renamed,
    World,
    account_after,
)

pytestmark = pytest.mark.postgres

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)

MENDED: ReadModel = msgspec.structs.replace(
    ACCOUNTS,
    evolve=lambda row, event: (
        row and msgspec.structs.replace(row, name=event.name)
        if isinstance(event, Renamed)
        else account_after(row, event)
    ),
)


class Thank(Effect, frozen=True, kw_only=True):
    amount: int


def thanks(past: Recorded) -> Sequence[Do]:
    assert isinstance(past.event, Paid)
    if past.event.amount == 13:
        raise ZeroDivisionError
    return [Do(Thank(amount=past.event.amount), about=past.stream)]


THANK = Process(name="thank-on-payment", when=(Paid,), then=thanks)


def again(world: World, consumer: Consumer, key: str, tenant: str = TENANT) -> Failure | None:
    with world.database.as_worker() as connection:
        return retry(connection, world.reader, consumer, tenant, key)


def set_aside(world: World, **which: Any) -> list[tuple[str, str, int]]:
    with world.database.as_worker() as connection:
        found = parked(connection, **which)
    return [(each.consumer, each.key, each.position) for each in found]


def test_a_row_is_folded_from_its_whole_history_once_its_fold_is_mended(world: World) -> None:
    account, other = world.account(), world.account()
    bad = world.record(account, Renamed(account=account, name="refuse")).position
    world.record(account, Paid(account=account, group="red", amount=2))
    runner = world.runner(ACCOUNTS)
    runner.catch_up()
    assert set_aside(world) == [("accounts", account, bad)]

    assert again(world, ReadModelConsumer(MENDED), account) is None

    world.record(account, Paid(account=account, group="red", amount=3))
    runner.catch_up()
    assert set_aside(world) == []
    assert world.stored(MENDED) == world.folded(MENDED)
    assert world.stored(MENDED)[TENANT, account].paid == 5
    assert world.stored(MENDED)[TENANT, other].paid == 0


def test_that_something_was_set_aside_is_logged_once(world: World) -> None:
    account = world.account()
    bad = world.record(account, Renamed(account=account, name="refuse")).position
    world.record(account, Renamed(account=account, name="refuse"))

    with capture_logs() as logs:
        world.runner(ACCOUNTS).catch_up()

    [said] = [each for each in logs if each["event"] == "a key was set aside"]
    assert (said["log_level"], said["consumer"]) == ("error", "accounts")
    assert (said["tenant"], said["key"], said["position"]) == (TENANT, account, bad)


def test_what_fails_again_stays_set_aside_where_it_fails_now(world: World) -> None:
    account = world.account(Renamed(account="", name="refuse"))
    world.runner(ACCOUNTS).catch_up()
    worse = msgspec.structs.replace(ACCOUNTS, evolve=lambda _row, _event: 1 // 0)

    failure = again(world, ReadModelConsumer(worse), account)

    assert failure is not None
    assert failure.position == 1
    assert set_aside(world) == [("accounts", account, 1)]
    assert world.ask("SELECT error FROM work.parked")[0][0].startswith("ZeroDivisionError")


def test_a_key_that_many_accounts_feed_is_folded_from_all_of_them(world: World) -> None:
    for amount in (1, 2, 3):
        world.account(Paid(account="", group="red", amount=amount))
    world.runner(msgspec.structs.replace(GROUPS, evolve=lambda _r, _e: 1 // 0)).catch_up()
    assert set_aside(world) == [("groups", "red", 1)]

    assert again(world, ReadModelConsumer(GROUPS), "red") is None

    assert world.stored(GROUPS) == world.folded(GROUPS)


def test_a_stream_of_which_an_event_could_not_be_read(world: World) -> None:
    """Once it can be read, every row that it touches is folded anew."""
    account, other = world.account(), world.account()
    broken = world.record(account, Paid(account=account, group="red", amount=1)).position
    unread = world.record(other, Paid(account=other, group="red", amount=7)).position
    with world.database.connect(None, "vandal") as connection:
        spoil = "UPDATE log.events SET data = %s WHERE position = %s RETURNING data::text"
        [text] = connection.execute(
            "SELECT data::text FROM log.events WHERE position = %s", (broken,)
        ).fetchone() or [""]
        connection.execute(spoil, ("[]", broken))
        connection.execute(spoil, ("[]", unread))
    world.runner(GROUPS).catch_up()
    groups = ReadModelConsumer(GROUPS)

    assert again(world, groups, account) is not None
    with world.database.connect(None, "restorer") as connection:
        connection.execute(spoil, (text, broken))
    assert again(world, groups, account) is None

    assert world.stored(GROUPS)[TENANT, "red"].total == 1
    assert set_aside(world) == [("groups", other, unread)]


def test_a_key_that_is_not_set_aside_cannot_be_tried_again(world: World) -> None:
    account = world.account()
    world.runner(ACCOUNTS).catch_up()

    with pytest.raises(NotParked):
        again(world, ReadModelConsumer(ACCOUNTS), account)


def runner_of(world: World, process: Process) -> Runner:
    consumer = ProcessConsumer(process, world.clock)
    with world.database.as_worker() as connection:
        processes.enter(connection, [consumer])
    return Runner(
        world.database,
        world.reader,
        [consumer],
        appended=world.appended,
        advanced=world.advanced,
    )


def thanked(world: World) -> list[tuple[int, int]]:
    """What was ordered: caused by which event, for how much."""
    return world.ask(
        "SELECT caused_by, (payload ->> 'amount')::integer FROM work.jobs ORDER BY caused_by"
    )


def test_a_process_goes_on_in_a_stream_from_the_event_that_failed(world: World) -> None:
    world.account()
    runner = runner_of(world, THANK)
    account, other = world.account(), world.account()
    for amount in (1, 13, 2, 3):
        world.record(account, Paid(account=account, group="red", amount=amount))
    world.record(other, Paid(account=other, group="red", amount=4))
    runner.catch_up()
    assert thanked(world) == [(4, 1), (8, 4)]
    assert set_aside(world) == [("thank-on-payment", account, 5)]

    assert again(world, ProcessConsumer(THANK, world.clock), account) is not None
    assert thanked(world) == [(4, 1), (8, 4)]
    kinder = msgspec.structs.replace(
        THANK, then=lambda past: [Do(Thank(amount=past.event.amount), about=past.stream)]
    )
    assert again(world, ProcessConsumer(kinder, world.clock), account) is None

    assert thanked(world) == [(4, 1), (5, 13), (6, 2), (7, 3), (8, 4)]
    assert set_aside(world) == []
    world.record(account, Paid(account=account, group="red", amount=5))
    runner.catch_up()
    assert thanked(world)[-1] == (9, 5)


def test_what_is_set_aside_is_listed_in_pages_and_by_tenant(world: World) -> None:
    for tenant in TENANTS:
        for _ in range(2):
            world.account(Renamed(account="", name="refuse"), tenant=tenant)
    world.runner().catch_up()
    with world.database.as_worker() as connection:
        first = parked(connection, most=4)
        last = first[-1]
        rest = parked(connection, after=(last.consumer, last.tenant, last.key))
        mine = parked(connection, consumer="accounts", tenant=TENANT)

    assert [each.tenant for each in (*first, *rest)] == sorted(TENANTS * 2)
    assert len({each.key for each in (*first, *rest)}) == 6
    assert {each.tenant for each in mine} == {TENANT}
    assert {each.type for each in first} == {"renamed.v1"}
    assert all(each.error.startswith("ValueError in account_after") for each in first)


def test_it_is_known_how_every_consumer_is_doing(database: Database) -> None:
    clock = SettableClock(NOON, stands=True)
    world = World(database, clock)
    world.account(Renamed(account="", name="refuse"))
    world.runner(ACCOUNTS).catch_up()
    world.consumers(GROUPS)
    clock.set(NOON + timedelta(minutes=1))
    world.account()

    with database.as_worker() as connection:
        found = status(connection, now=NOON + timedelta(minutes=2))

    def known(each: ConsumerStatus) -> tuple[Any, ...]:
        return each.consumer, each.version, each.position, each.lag_events, each.lag_seconds

    assert [known(each) for each in found] == [
        ("accounts", 1, 2, 1, 60.0),
        ("groups", 1, 0, 3, 120.0),
    ]
    assert [each.parked for each in found] == [1, 0]
    world.close()


def test_who_has_handled_everything_lags_behind_nothing(world: World) -> None:
    world.account()
    world.runner().catch_up()

    with world.database.as_worker() as connection:
        assert {(each.lag_events, each.lag_seconds) for each in status(connection)} == {(0, 0.0)}
