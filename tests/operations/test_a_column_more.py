"""A newer release adds a column to a table while older processes run: nobody notices."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any, Final

import psycopg
import pytest
from psycopg import sql

from adapters.postgres import WORKER, Database, Session
from adapters.postgres.session import UNNAMED
from tests.at_size.tour import questions, tour
from tests.conftest import MONDAY
from tests.running import Running

pytestmark = pytest.mark.postgres

TABLES: Final = """
    SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'r' AND n.nspname !~ '^(pg_|information_schema$)' ORDER BY 1, 2
"""
ADD: Final = "ALTER TABLE {} ADD COLUMN of_the_next_release integer"


@pytest.fixture(autouse=True)
def prepared(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every statement be prepared that is sent a second time, rather than a sixth."""
    dress = Session.dress

    def dressed(session: Session, *told: Any) -> None:
        dress(session, *told)
        session.prepare_threshold = 1

    monkeypatch.setattr(Session, "dress", dressed)


def every_table(dsn: str) -> Iterator[sql.Identifier]:
    with psycopg.connect(dsn) as connection:
        yield from (sql.Identifier(*names) for names in connection.execute(TABLES).fetchall())


def migrated(dsn: str) -> None:
    """Add a column to every table there is, as a migration would."""
    tables = list(every_table(dsn))
    with psycopg.connect(dsn) as connection:
        for table in tables:
            connection.execute(sql.SQL(ADD).format(table))
    assert len(tables) > 30


@pytest.mark.thorough
def test_a_column_that_a_newer_release_adds_to_any_table_changes_nothing_for_who_runs(
    running: Running, dsn: str
) -> None:
    """Whatever can be asked and ordered; the worker, the projector, the processes and the relay."""
    ids = tour(running)
    asked = [list(questions(running, ids, {})) for _ in range(2)]
    assert all(each.status_code < 500 for each in asked[1])

    migrated(dsn)

    for before, now in zip(asked[1], questions(running, ids, {}), strict=True):
        assert now.status_code == before.status_code, f"{now.request.url}: {now.text}"
    running.clock.set(MONDAY)
    tour(running)


@pytest.fixture
def line(database: Database) -> Iterator[Session]:
    """A connection with a table of its own."""
    with database.connect(None, UNNAMED) as line:
        line.execute("CREATE TEMPORARY TABLE things (a integer)")
        yield line


def test_a_statement_whose_columns_have_changed_is_asked_again_where_nothing_was_done(
    line: Session,
) -> None:
    line.execute("INSERT INTO things VALUES (1)")
    asked = "TABLE things"
    assert line.execute(asked, prepare=True).fetchall() == [(1,)]

    line.execute("DO $$ BEGIN ALTER TABLE things ADD COLUMN b integer; END $$")

    assert line.execute(asked, prepare=True).fetchall() == [(1, None)]


def test_within_a_transaction_that_closes_the_connection(line: Session) -> None:
    """What was done before it in the transaction is lost: another connection does it again."""
    asked = "TABLE things"
    line.execute(asked, prepare=True)
    line.execute("DO $$ BEGIN ALTER TABLE things ADD COLUMN b integer; END $$")

    with suppress(psycopg.OperationalError), line.transaction():
        line.execute("INSERT INTO things VALUES (1)")
        line.execute(asked, prepare=True)

    assert line.closed


def test_what_is_not_supported_otherwise_is_the_statements_own_fault(database: Database) -> None:
    with database.connect(WORKER, "test") as line:
        with pytest.raises(psycopg.errors.FeatureNotSupported):
            line.execute("DO $$ BEGIN RAISE 'no' USING ERRCODE = '0A000'; END $$")

        assert line.execute("SELECT 1").fetchone() == (1,)
