"""When the system starts, the tables become what the code declares, once, while questions go on."""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from adapters.event_store.personal_data import MasterKeys
from adapters.event_store.reader import Reader
from adapters.read_models import renewal
from adapters.read_models.answers import Answers
from adapters.read_models.rebuild import Rebuilder
from adapters.read_models.renewal import Renewal, Standing, no_longer_declared, standing
from adapters.read_models.switch import switch, switch_back
from adapters.read_models.tables import PREVIOUS, Table
from application.ports import ProjectionBehind, Recorded
from projections.read_model import ReadModel
from tests.read_models.examples import (
    ACCOUNTS,
    DOUBLED,
    GROUPS,
    MODELS,
    TENANT,
    Paid,
    World,
)

pytestmark = pytest.mark.postgres

END_REBUILDS = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE application_name LIKE 'frontdesk rebuild%' AND datname = current_database()
"""
TIDIER = msgspec.structs.replace(ACCOUNTS, version=2, indexes=())
"""Another version that has the same columns."""


def renewal_of(world: World, *models: ReadModel) -> Renewal:
    """Start with these declarations."""
    rebuilder = Rebuilder(database=world.database, reader=world.reader)
    made = Renewal(rebuilder=rebuilder, models=models, advanced=world.advanced)
    made.enter()
    return made


def standing_of(world: World, model: ReadModel) -> Standing:
    with world.database.as_worker() as connection:
        return standing(connection, model)


def asked(world: World, model: ReadModel, **how: Any) -> Sequence[Any]:
    answers = Answers(world.database, world.reader, world.advanced)
    with answers.asking(TENANT, [model], **how) as connection:
        return connection.execute(f"SELECT key FROM live.{model.name}".encode()).fetchall()


def test_a_new_read_model_is_made_at_once_and_filled_by_the_runner(world: World) -> None:
    world.account()

    assert not renewal_of(world, *MODELS).is_due

    world.runner().catch_up()
    assert world.stored(ACCOUNTS) == world.folded(ACCOUNTS)


def test_of_a_long_log_a_new_read_model_is_rebuilt_and_refused_until_then(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(renewal, "SHORT", 0)
    account = world.account()
    due = renewal_of(world, ACCOUNTS, GROUPS)
    assert due.is_due
    answers = Answers(world.database, world.reader, world.advanced)
    with pytest.raises(ProjectionBehind):
        asked(world, ACCOUNTS)
    with pytest.raises(ProjectionBehind):
        answers.row(TENANT, GROUPS, "red")
    assert answers.row(TENANT, ACCOUNTS, account) is not None, "its stream can be folded"

    due.run(threading.Event())

    assert asked(world, ACCOUNTS) == [(account,)]
    assert world.stored(GROUPS) == world.folded(GROUPS)
    assert not due.is_due


def test_a_changed_declaration_is_rebuilt_while_the_old_table_is_asked_and_carried_on(
    world: World,
) -> None:
    first = world.account()
    world.runner(ACCOUNTS).catch_up()
    due = renewal_of(world, TIDIER)
    assert due.is_due
    second = world.account()

    world.runner(TIDIER).catch_up()
    assert sorted(asked(world, TIDIER)) == sorted([(first,), (second,)])
    due.run(threading.Event())

    assert standing_of(world, TIDIER) is Standing.CURRENT
    assert world.stored(TIDIER) == world.folded(TIDIER)
    assert world.position_of("accounts@previous") == 2


def test_where_the_old_table_lacks_a_column_questions_are_refused_until_it_is_rebuilt(
    world: World,
) -> None:
    account = world.account()
    world.runner(ACCOUNTS).catch_up()
    due = renewal_of(world, DOUBLED)
    runner = world.runner(DOUBLED)
    world.record(account, Paid(account=account, group="red", amount=3))

    runner.catch_up()
    assert world.position_of("accounts") == 1, "a fold of another shape is not written into it"
    with pytest.raises(ProjectionBehind):
        asked(world, DOUBLED)
    due.run(threading.Event())

    assert asked(world, DOUBLED) == [(account,)]
    assert world.stored(DOUBLED) == world.folded(DOUBLED)


def test_two_that_start_at_once_rebuild_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(renewal, "AGAIN", 0.01)
    for _ in range(30):
        world.account()
    world.runner(ACCOUNTS).catch_up()
    both = [renewal_of(world, TIDIER) for _ in range(2)]

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(lambda each: each.run(threading.Event()), both))

    assert not any(each.is_due for each in both)
    assert world.stored(TIDIER) == world.folded(TIDIER)
    assert world.stored(ACCOUNTS, PREVIOUS) == world.stored(TIDIER), "it was switched once"


def test_two_that_start_at_once_make_one_table(world: World) -> None:
    world.account()

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda _: renewal_of(world, *MODELS), range(4)))
    world.runner().catch_up()

    assert world.stored(ACCOUNTS) == world.folded(ACCOUNTS)


def test_what_somebody_switched_back_from_is_left_to_him(world: World) -> None:
    world.account()
    world.runner(ACCOUNTS).catch_up()
    rebuilder = Rebuilder(database=world.database, reader=world.reader)
    rebuilder.rebuild(TIDIER)
    switch(rebuilder, TIDIER)
    switch_back(rebuilder, ACCOUNTS)

    assert standing_of(world, TIDIER) is Standing.SWITCHED_BACK
    assert not renewal_of(world, TIDIER).is_due


def test_an_older_release_does_not_undo_a_newer_one(world: World) -> None:
    world.account()
    world.consumers(TIDIER)

    assert standing_of(world, ACCOUNTS) is Standing.NEWER
    assert not renewal_of(world, ACCOUNTS).is_due


def test_a_renewal_that_is_stopped_goes_on_the_next_time(world: World) -> None:
    world.account()
    world.runner(ACCOUNTS).catch_up()
    stop = threading.Event()
    stop.set()
    due = renewal_of(world, TIDIER)

    due.run(stop)
    assert due.is_due
    renewal_of(world, TIDIER).run(threading.Event())

    assert standing_of(world, TIDIER) is Standing.CURRENT


class ReaderWhoseLineBreaks(Reader):
    """Loses the connections of a rebuild, as a failover does, once it has begun to read."""

    def __init__(self, world: World) -> None:
        super().__init__(world.mapper, MasterKeys([b"a master key of 32 bytes, for us"]))
        self._database = world.database
        self.losses = 2

    def recorded(self, rows: Sequence[Any]) -> list[Recorded]:
        if self.losses:
            self.losses -= 1
            with self._database.connect(None, "a test") as connection:
                connection.execute(END_REBUILDS)
        return super().recorded(rows)


def test_a_rebuild_that_loses_its_connections_is_begun_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(renewal, "AGAIN", 0.01)
    world.account()
    world.runner(ACCOUNTS).catch_up()
    reader = ReaderWhoseLineBreaks(world)
    rebuilder = Rebuilder(database=world.database, reader=reader)
    due = Renewal(rebuilder=rebuilder, models=[TIDIER], advanced=world.advanced)
    due.enter()

    due.run(threading.Event())

    assert reader.losses == 0
    assert standing_of(world, TIDIER) is Standing.CURRENT


def test_what_is_no_longer_declared_is_left_and_said(world: World) -> None:
    world.consumers()

    with world.database.as_worker() as connection:
        assert no_longer_declared(connection, ["accounts"]) == ["groups"]
        assert no_longer_declared(connection, ["accounts", "groups"]) == []
    assert world.stored(GROUPS) == {}


def test_a_table_that_changes_under_a_question_refuses_it_in_the_right_way(world: World) -> None:
    """Another process of a newer release has switched: our columns are gone."""
    world.account()
    world.runner(ACCOUNTS).catch_up()
    answers = Answers(world.database, world.reader, world.advanced)
    with answers.asking(TENANT, [ACCOUNTS]) as connection:
        connection.execute("SELECT name FROM live.accounts")
    rebuilder = Rebuilder(database=world.database, reader=world.reader)
    rebuilder.rebuild(DOUBLED)
    switch(rebuilder, DOUBLED)

    with (
        pytest.raises(ProjectionBehind),
        answers.asking(TENANT, [ACCOUNTS]) as connection,
    ):
        connection.execute("SELECT name FROM live.accounts")


def test_a_table_is_not_gone_on_with_whose_column_is_of_another_type(world: World) -> None:
    """It would be, if it had all columns: nobody has to rebuild for one that is taken away."""
    with world.database.connect(None, "test") as connection:
        Table(ACCOUNTS).create(connection)
        assert Table(TIDIER).suffices(connection)
        column = ACCOUNTS.columns[0]
        connection.execute(
            f'ALTER TABLE live.{ACCOUNTS.name} ALTER COLUMN "{column}" TYPE bytea USING NULL'.encode()
        )

        assert not Table(TIDIER).suffices(connection)


def test_a_row_of_another_form_is_another_shape_and_words_about_it_are_none() -> None:
    called = ACCOUNTS.row.__name__
    more, other = (
        msgspec.defstruct(called, [(name, str | None, None)], bases=(ACCOUNTS.row,))
        for name in ("nickname", "description")
    )
    told = type(called, (ACCOUNTS.row,), {"__doc__": "An account."}, frozen=True, kw_only=True)
    shapes = [Table(replace(ACCOUNTS, row=row)).shape for row in (ACCOUNTS.row, told, more, other)]

    assert shapes[0] == shapes[1]
    assert len(set(shapes)) == 3
