"""One's own writes are seen though nobody keeps read models."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import msgspec
import pytest

from adapters.consumers import checkpoints
from adapters.read_models import freshness, tail
from adapters.read_models.answers import Answers
from adapters.read_models.consumer import ReadModelConsumer
from adapters.read_models.freshness import Freshness
from adapters.read_models.known import Known
from adapters.read_models.waiting import MOST, MOST_OF_ONE, WaitingRoom
from application.ports import ProjectionBehind
from tests.read_models.asking import LONG, group, keys, seconds
from tests.read_models.examples import (
    ACCOUNTS,
    GROUPS,
    TENANT,
    TENANTS,
    Closed,
    Paid,
    World,
)

pytestmark = pytest.mark.postgres


def test_lists_and_rows_show_what_was_never_projected(world: World, answers: Answers) -> None:
    account = world.account(Paid(account="", group="red", amount=3))
    closed = world.account()
    world.account(tenant=TENANTS[1])
    position = world.record(closed, Closed(account=closed, group="red")).position

    assert keys(answers, ACCOUNTS) == []
    assert keys(answers, ACCOUNTS, at_least=position, wait=0) == [account]
    assert keys(answers, GROUPS, at_least=position, wait=0) == ["red"]
    assert (group(answers, position)["total"], group(answers, position)["accounts"]) == (3, 1)
    row = answers.row(TENANT, ACCOUNTS, account, at_least=position)
    assert row is not None
    assert row.from_log
    assert answers.row(TENANT, ACCOUNTS, closed, at_least=position) is None
    assert world.ask("SELECT count(*) FROM live.accounts") == [(0,)], "nothing of it stays"


def test_the_tail_goes_on_from_what_was_projected(world: World, answers: Answers) -> None:
    account = world.account(Paid(account="", group="red", amount=3))
    world.runner().catch_up()
    position = world.record(account, Paid(account=account, group="red", amount=4)).position

    assert group(answers, position)["total"] == 7
    assert group(answers, 1)["total"] == 3, "what was seen is not folded twice"
    with answers.asking(TENANT, [ACCOUNTS, GROUPS], at_least=position, wait=0) as connection:
        [(paid, total)] = connection.execute(
            "SELECT paid, total FROM live.accounts, live.groups"
        ).fetchall()
    assert (paid, total) == (7, 7)


def test_of_two_that_stand_apart_each_goes_on_from_where_it_stands(
    world: World, answers: Answers
) -> None:
    account = world.account(Paid(account="", group="red", amount=3))
    world.runner(ACCOUNTS, GROUPS).catch_up()
    world.record(account, Paid(account=account, group="red", amount=4))
    world.runner(ACCOUNTS).catch_up()
    position = world.record(account, Paid(account=account, group="red", amount=5)).position

    with answers.asking(TENANT, [ACCOUNTS, GROUPS], at_least=position, wait=0) as connection:
        [(paid, total)] = connection.execute(
            "SELECT paid, total FROM live.accounts, live.groups"
        ).fetchall()

    assert (paid, total) == (12, 12)


def test_a_question_on_the_tail_is_asked_in_the_tenants_name(
    world: World, answers: Answers
) -> None:
    world.account(tenant=TENANTS[1])
    world.runner().catch_up()
    for _ in range(2):
        world.account()
    position = len(world.history())

    with answers.asking(TENANT, [ACCOUNTS], at_least=position, wait=0) as connection:
        assert len(connection.execute("SELECT FROM live.accounts").fetchall()) == 2
        with pytest.raises(Exception, match="permission denied"):
            connection.execute("DELETE FROM live.accounts")


def test_many_ask_for_the_same_tail_at_once(world: World, answers: Answers) -> None:
    for _ in range(50):
        last = world.account(Paid(account="", group="red", amount=1))
    position = len(world.history())

    with ThreadPoolExecutor(8) as threads:
        found = list(
            threads.map(lambda _: keys(answers, ACCOUNTS, at_least=position, wait=LONG), range(40))
        )

    assert {len(each) for each in found} == {50}
    assert all(last in each for each in found)


def test_too_long_a_tail_is_refused_in_time(
    world: World, answers: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tail, "MOST", 10)
    for _ in range(11):
        account = world.account()
    for wait in (0.0, 0.3):

        def refused(wait: float = wait) -> None:
            with pytest.raises(ProjectionBehind) as behind:
                keys(answers, ACCOUNTS, at_least=11, wait=wait)
            assert behind.value.facts["checkpoint"] == 0
            assert behind.value.facts["lag_events"] == 11

        assert wait <= seconds(refused) < wait + 0.25
    with pytest.raises(ProjectionBehind):
        group(answers, 11)
    assert answers.row(TENANT, ACCOUNTS, account, at_least=11) is not None, "one stream is short"


def test_who_waits_for_a_projector_that_stands_still_is_told_so_and_so_is_who_comes_then(
    world: World, answers: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tail, "MOST", 0)
    monkeypatch.setattr(freshness, "STILL", 0.2)
    world.account()

    def refused() -> None:
        with pytest.raises(ProjectionBehind):
            keys(answers, ACCOUNTS, at_least=1, wait=LONG)

    assert seconds(refused) < LONG / 2
    monkeypatch.setattr(freshness, "POLL", 60.0)
    assert seconds(refused) < LONG / 2


def test_who_waits_for_a_projector_that_moves_goes_on_waiting(
    world: World, answers: Answers
) -> None:
    seen = Freshness(world.database, world.advanced, Known())
    for _ in range(2):
        world.account()
    runner = world.runner(batch=1)
    names = ["accounts"]

    assert not seen.have_seen(names, 2, 0)
    first, again = seen.still_from(names), seen.still_from(names)
    runner.step()
    assert not seen.have_seen(names, 2, 0)

    assert first == again < seen.still_from(names)


def test_a_few_of_a_business_wait_for_the_projector_and_the_others_are_told_so(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tail, "MOST", 0)
    monkeypatch.setattr(freshness, "STILL", 60.0)
    room = WaitingRoom()
    world.consumers()
    answers = Answers(world.database, world.reader, world.advanced, waiting=room)
    world.account()

    def refused() -> None:
        with pytest.raises(ProjectionBehind):
            keys(answers, ACCOUNTS, at_least=1, wait=LONG)

    with ExitStack() as stack:
        places = [stack.enter_context(room.a_place(TENANT)) for _ in range(MOST_OF_ONE + 1)]
        assert places == [True] * MOST_OF_ONE + [False]
        assert seconds(refused) < LONG / 2
        others = [stack.enter_context(room.a_place(f"other {n}")) for n in range(MOST)]
        assert sum(others) == MOST - MOST_OF_ONE
    with room.a_place(TENANT) as placed:
        assert placed


def test_a_long_log_of_others_is_not_looked_through(
    world: World, answers: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tail, "LONGEST", 5)
    for _ in range(6):
        world.account(tenant=TENANTS[1])

    with pytest.raises(ProjectionBehind):
        keys(answers, ACCOUNTS, at_least=6, wait=0)


def test_a_projector_that_hangs_with_its_locks_held_is_not_waited_for(
    world: World, answers: Answers
) -> None:
    """It was stopped in the middle of its transaction, and may never come back."""
    account = world.account()
    world.runner().catch_up()
    position = world.record(account, Paid(account=account, group="red", amount=1)).position
    consumer = ReadModelConsumer(ACCOUNTS)

    with world.database.connect(None, "hangs") as connection, connection.transaction():
        checkpoints.lock(connection, ["accounts"])
        consumer.handle(connection, world.history(), frozenset())

        def refused() -> None:
            with pytest.raises(ProjectionBehind):
                keys(answers, ACCOUNTS, at_least=position, wait=0.2)

        assert seconds(refused) < 0.2 + 0.25
        row = answers.row(TENANT, ACCOUNTS, account, at_least=position)
        assert row is not None
        assert msgspec.json.decode(row.json)["paid"] == 1
