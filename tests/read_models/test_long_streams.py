"""What was done to something is told without reading all that was ever done to it."""

from collections.abc import Sequence
from typing import Any

import pytest

from adapters.postgres import Database
from adapters.read_models.answers import SHORT, Answers
from application.ports import ProjectionParked
from domain.messages import StreamErased
from tests.read_models.examples import (
    ACCOUNTS,
    DOUBLED,
    STORED_AS,
    TENANT,
    AccountRow,
    Closed,
    Paid,
    Renamed,
    World,
)

pytestmark = pytest.mark.postgres

MANY = 3 * SHORT

ERASE = "UPDATE log.keys SET wrapped = NULL, destroyed_at = now() WHERE stream = %s"


class Counted:
    """The reader of a world, and how many events it has read."""

    def __init__(self, world: World) -> None:
        self.events = 0
        self._recorded = world.reader.recorded
        world.reader.recorded = self.recorded  # type: ignore[method-assign]

    def recorded(self, rows: Sequence[Any]) -> Any:
        self.events += len(rows)
        return self._recorded(rows)


@pytest.fixture
def world(database: Database) -> Any:
    world = World(database, stored_as={**STORED_AS, "stream-erased.v1": StreamErased})
    yield world
    world.close()


def paid(account: str) -> Paid:
    return Paid(account=account, group="red", amount=1)


@pytest.fixture
def account(world: World) -> str:
    """One that was paid into often, which is shown, and thrice more, which is not."""
    account = world.account(*MANY * [paid("")])
    world.runner().catch_up()
    world.record(account, *3 * [paid(account)])
    return account


def test_of_what_was_changed_often_no_more_is_read_than_is_not_shown_yet(
    world: World, answers: Answers, account: str
) -> None:
    counted = Counted(world)

    told = answers.folded(TENANT, ACCOUNTS, account, to_version=MANY + 4)
    read = counted.events
    latest = answers.folded(TENANT, ACCOUNTS, account)

    assert (told and told.version, latest) == (MANY + 4, told)
    assert told is not None
    assert told.json == answers.fold(ACCOUNTS, account, world.history()).json  # type: ignore[union-attr]
    assert read == 3


def test_how_it_was_before_what_is_shown_is_folded_from_its_beginning(
    world: World, answers: Answers, account: str
) -> None:
    told = answers.folded(TENANT, ACCOUNTS, account, to_version=MANY - 1)

    assert told is not None
    assert (told.version, b'"paid":%d' % (MANY - 2) in told.json) == (MANY - 1, True)


def test_what_is_gone_stays_so_and_what_was_never_shown_is_folded(
    world: World, answers: Answers, account: str
) -> None:
    new = world.account(*MANY * [paid("")])
    world.record(account, Closed(account=account, group="red"))

    assert answers.folded(TENANT, ACCOUNTS, account) is None
    told = answers.folded(TENANT, ACCOUNTS, new)
    assert told is not None
    assert told.version == MANY + 1


def test_whoever_was_erased_since_a_row_was_made_is_not_told_of_from_it(
    world: World, answers: Answers, account: str
) -> None:
    [before] = [row for row in world.stored(ACCOUNTS).values() if isinstance(row, AccountRow)]
    world.record(account, StreamErased(stream=account))
    with world.database.connect(None, "eraser") as connection:
        connection.execute(ERASE, (account,))

    told = answers.folded(TENANT, ACCOUNTS, account)

    assert before.holder == "Ada"
    assert told is not None
    assert b"Ada" not in told.json


def test_a_row_that_another_release_made_is_not_carried_on(
    world: World, answers: Answers, account: str
) -> None:
    told = answers.folded(TENANT, DOUBLED, account)

    assert told is not None
    assert b'"doubled":%d' % (2 * (MANY + 3)) in told.json


def test_a_row_that_was_set_aside_tells_that_it_cannot_be_shown(
    world: World, answers: Answers, account: str
) -> None:
    world.record(account, Renamed(account=account, name="refuse"))
    world.runner().catch_up()

    with pytest.raises(ProjectionParked):
        answers.folded(TENANT, ACCOUNTS, account)
