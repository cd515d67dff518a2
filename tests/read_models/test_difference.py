"""What a switch would change is known before it, with the events that account for it."""

import msgspec
import pytest
from msgspec.structs import replace

from adapters.read_models.difference import Cause, Change, Kind, compare
from adapters.read_models.rebuild import Rebuilder
from adapters.read_models.switch import NothingToSwitchTo
from tests.read_models.examples import (
    ACCOUNTS,
    DOUBLED,
    GROUPS,
    TENANT,
    TENANTS,
    AccountEvent,
    AccountRow,
    Closed,
    Moved,
    Paid,
    Renamed,
    World,
    account_after,
    group_after,
)

pytestmark = pytest.mark.postgres


@pytest.fixture
def rebuilder(world: World) -> Rebuilder:
    return Rebuilder(database=world.database, reader=world.reader)


def shouting(row: AccountRow | None, event: AccountEvent) -> AccountRow | None:
    """Another fold: names in capitals, the closed stay, payments of nothing open an account."""
    match event:
        case Renamed(name=name):
            return row and replace(row, name=name.upper())
        case Closed():
            return row
        case _:
            return account_after(row, event)


SHOUTING = msgspec.structs.replace(ACCOUNTS, version=2, evolve=shouting)


def test_added_changed_and_removed_rows_are_named_with_their_events(
    world: World, rebuilder: Rebuilder
) -> None:
    quiet, loud, closed, gone = (world.account() for _ in range(4))
    named = world.record(loud, Renamed(account=loud, name="bea"))
    world.record(loud, Paid(account=loud, group="red", amount=3))
    end = world.record(closed, Closed(account=closed, group="red"))
    world.runner(ACCOUNTS).catch_up()
    world.ask("UPDATE live.accounts SET key = 'account-nobody' WHERE key = %s", gone)
    rebuilder.rebuild(SHOUTING)

    found = compare(rebuilder, SHOUTING)

    assert (found.added, found.changed, found.removed) == (2, 1, 1)
    assert found.by_field == {"name": 1}
    by_key = {each.key: each for each in found.examples}
    assert quiet not in by_key
    assert by_key[loud].kind is Kind.CHANGED
    assert by_key[loud].fields == {"name": Change("bea", "BEA")}
    assert by_key[loud].causes == [Cause(named.position, "renamed.v1", ("name",))]
    assert by_key[closed].kind is Kind.ADDED
    assert by_key[gone].causes[0].position == 4
    assert by_key["account-nobody"].kind is Kind.REMOVED
    assert end.position == found.position


def test_with_the_old_declaration_the_event_where_they_part_is_named(
    world: World, rebuilder: Rebuilder
) -> None:
    """What a fold no longer does, the fold itself cannot tell."""
    account = world.account()
    first = world.record(account, Moved(account=account, from_group="red", to_group="red"))
    world.record(account, Paid(account=account, group="red", amount=3))
    world.runner(GROUPS).catch_up()
    moves_are_free = msgspec.structs.replace(
        GROUPS,
        version=2,
        evolve=lambda row, event: row if isinstance(event, Moved) else group_after(row, event),
    )
    rebuilder.rebuild(moves_are_free)

    found = compare(rebuilder, moves_are_free, old=GROUPS)

    [difference] = found.examples
    assert difference.fields == {"total": Change(4, 3)}
    assert difference.causes == [Cause(first.position, "moved.v1", ("total",))]


def test_a_new_field_is_a_change_of_every_row(world: World, rebuilder: Rebuilder) -> None:
    account = world.account()
    paid = world.record(account, Paid(account=account, group="red", amount=3))
    world.runner(ACCOUNTS).catch_up()
    rebuilder.rebuild(DOUBLED)

    [difference] = compare(rebuilder, DOUBLED).examples

    assert difference.fields == {"doubled": Change(None, 6)}
    assert difference.causes == [Cause(paid.position, "paid.v1", ("doubled",))]


def test_both_are_compared_at_one_position(world: World, rebuilder: Rebuilder) -> None:
    """The live one lags behind, then the next one does."""
    account = world.account()
    runner = world.runner(ACCOUNTS)
    rebuilder.rebuild(ACCOUNTS)
    assert compare(rebuilder, ACCOUNTS).examples == []
    world.record(account, Paid(account=account, group="red", amount=3))
    runner.catch_up()

    found = compare(rebuilder, ACCOUNTS)

    assert (found.position, found.examples) == (2, [])
    assert world.position_of("accounts") == world.position_of("accounts@next") == 2


def test_much_is_counted_and_little_is_shown(world: World, rebuilder: Rebuilder) -> None:
    for number in range(60):
        world.account(Renamed(account="", name="bea"), tenant=TENANTS[number % 3])
    world.runner(ACCOUNTS).catch_up()
    rebuilder.rebuild(SHOUTING)

    found = compare(rebuilder, SHOUTING, most=5)

    assert (found.changed, len(found.examples)) == (60, 5)
    assert all(len(each.causes) == 1 for each in found.examples)


def test_a_switch_that_changes_nothing_is_seen_to_change_nothing(
    world: World, rebuilder: Rebuilder
) -> None:
    for group in ("red", "green"):
        world.account(Paid(account="", group=group, amount=1), group=group)
    world.runner().catch_up()
    for model in (ACCOUNTS, GROUPS):
        rebuilder.rebuild(model)

        found = compare(rebuilder, model)

        assert (found.added, found.changed, found.removed, found.examples) == (0, 0, 0, [])


def test_without_a_rebuilt_table_there_is_nothing_to_compare(
    world: World, rebuilder: Rebuilder
) -> None:
    world.consumers()

    with pytest.raises(NothingToSwitchTo):
        compare(rebuilder, ACCOUNTS)


def test_a_comparison_can_be_written_down(world: World, rebuilder: Rebuilder) -> None:
    world.account(Renamed(account="", name="bea"))
    world.runner(ACCOUNTS).catch_up()
    rebuilder.rebuild(SHOUTING)

    text = msgspec.json.encode(compare(rebuilder, SHOUTING))

    assert msgspec.json.decode(text)["examples"][0]["tenant"] == TENANT


def test_a_fold_that_fails_is_explained_up_to_there(world: World, rebuilder: Rebuilder) -> None:
    account = world.account()
    named = world.record(account, Renamed(account=account, name="bea"))
    world.record(account, Paid(account=account, group="red", amount=7))
    world.runner(ACCOUNTS).catch_up()
    failing = msgspec.structs.replace(
        ACCOUNTS,
        version=2,
        evolve=lambda row, event: 1 // 0 if isinstance(event, Paid) else shouting(row, event),
    )
    rebuilder.rebuild(failing)

    [difference] = compare(rebuilder, failing).examples

    assert set(difference.fields) == {"name", "paid", "version", "updated_at"}
    assert named.position in [cause.position for cause in difference.causes]
