"""What is set aside is never shown as if it were current: who demands it hears that an operator must act."""

from typing import Any
from uuid import uuid4

import msgspec
import pytest

from adapters.consumers import checkpoints
from adapters.read_models.answers import Answers
from adapters.read_models.consumer import ReadModelConsumer
from adapters.read_models.fold import Failure
from adapters.read_models.parked import retry
from application.ports import ProjectionBehind, ProjectionParked
from tests.read_models.asking import group, keys
from tests.read_models.examples import (
    ACCOUNTS,
    GROUPS,
    TENANT,
    TENANTS,
    Paid,
    Renamed,
    World,
)

pytestmark = pytest.mark.postgres


def test_a_row_that_is_set_aside_never_counts_as_fresh(world: World, answers: Answers) -> None:
    other, account = world.account(), world.account()
    first = len(world.history())
    world.runner(GROUPS).catch_up()
    broken = world.record(account, Renamed(account=account, name="refuse")).position
    later = world.record(other, Renamed(account=other, name="Bea")).position
    world.runner().catch_up()

    for wanted in (broken, later):
        with pytest.raises(ProjectionParked) as parked:
            keys(answers, ACCOUNTS, at_least=wanted, wait=0.2)
        assert parked.value.facts == {"position": wanted, "consumer": "accounts"}
    with pytest.raises(ProjectionParked):
        answers.row(TENANT, ACCOUNTS, account, at_least=broken)
    assert answers.row(TENANT, ACCOUNTS, account, at_least=first) is not None
    assert answers.row(TENANT, ACCOUNTS, other, at_least=later) is not None
    assert len(keys(answers, ACCOUNTS, at_least=first, wait=0.2)) == 2, "up to there all is shown"
    assert len(keys(answers, ACCOUNTS)) == 2, "who demands nothing is shown the rest"


def test_a_list_of_which_a_row_is_set_aside_is_not_fresh_for_its_business_only(
    world: World, answers: Answers
) -> None:
    account = world.account(Renamed(account="", name="refuse"))
    world.runner().catch_up()
    elsewhere = world.account(tenant=TENANTS[1])
    position = len(world.history())
    world.runner().catch_up()

    with pytest.raises(ProjectionParked):
        keys(answers, ACCOUNTS, at_least=position, wait=0)
    assert keys(answers, ACCOUNTS, at_least=1, wait=0) == [account]
    assert keys(answers, ACCOUNTS, TENANTS[1], at_least=position, wait=0) == [elsewhere]


def test_a_list_that_waits_for_a_master_key_waits_for_no_operator(
    world: World, answers: Answers
) -> None:
    """Whoever knows the key tries it again by themselves: to ask again is of use."""
    account = world.account()
    world.runner().catch_up()
    with world.database.as_worker() as connection:
        for consumer in ("accounts", "groups"):
            checkpoints.park(connection, consumer, [Failure((TENANT, account), 1, "…", "k2")])

    for question in (
        lambda: keys(answers, ACCOUNTS, at_least=1, wait=0),
        lambda: keys(answers, GROUPS, at_least=1, wait=0),
    ):
        with pytest.raises(ProjectionBehind) as behind:
            question()
        assert behind.value.facts["parked"]


def test_a_row_that_many_feed_lacks_a_stream_that_is_set_aside(
    world: World, answers: Answers
) -> None:
    """Something in it cannot be read, so nobody knows which rows it feeds."""
    world.account()
    world.runner().catch_up()
    with world.database.as_worker() as connection:
        stream = f"account-{uuid4()}"
        checkpoints.park(connection, "groups", [Failure((TENANT, stream), 1, "…")])

    with pytest.raises(ProjectionParked):
        group(answers, 1)
    assert answers.row(TENANT, GROUPS, "red") is not None


def test_a_row_that_many_feed_and_that_is_set_aside_is_refused(world: World) -> None:
    failing = msgspec.structs.replace(
        GROUPS, evolve=lambda row, event: 1 // (event.amount - 13 if _is_paid(event) else 1) and row
    )
    world.consumers(failing)
    answers = Answers(world.database, world.reader, world.advanced)
    account = world.account()
    broken = world.record(account, Paid(account=account, group="red", amount=13)).position

    for _ in range(2):
        with pytest.raises(ProjectionParked):
            answers.row(TENANT, failing, "red", at_least=broken, wait=0)
        with pytest.raises(ProjectionParked):
            keys(answers, failing, at_least=broken, wait=0)
        world.runner(failing).catch_up()


def _is_paid(event: Any) -> bool:
    return isinstance(event, Paid)


def test_once_it_takes_part_again_it_is_fresh_again(world: World, answers: Answers) -> None:
    account = world.account(Renamed(account="", name="refuse"))
    world.runner().catch_up()
    with pytest.raises(ProjectionParked):
        keys(answers, ACCOUNTS, at_least=2, wait=0)
    mended = msgspec.structs.replace(ACCOUNTS, evolve=lambda row, _: row or _blank(account))
    with world.database.as_desk() as connection:
        retry(connection, world.reader, ReadModelConsumer(mended), TENANT, account)

    assert keys(answers, ACCOUNTS, at_least=2, wait=0) == [account]


def _blank(account: str) -> Any:
    return ACCOUNTS.row(id=account, group="red", holder="Ada")  # type: ignore[call-arg]


def test_a_tail_that_poisons_the_table_is_refused(world: World, answers: Answers) -> None:
    account = world.account(Paid(account="", group="red", amount=2**63))

    with pytest.raises(ProjectionParked):
        keys(answers, ACCOUNTS, at_least=2, wait=0)
    assert answers.row(TENANT, ACCOUNTS, account, at_least=2) is not None
