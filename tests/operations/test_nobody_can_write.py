"""PostgreSQL is there, and takes no writes: health knows it from what became of them."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from psycopg import sql

from adapters.clock import SettableClock
from infra.settings import Mode, Settings
from tests.operations.at_work import at_work, in_time, order
from tests.waiting import until

pytestmark = pytest.mark.postgres

CONNECTED = (200, {"status": "healthy", "database": "connected"})
NOT_WRITING = (503, {"status": "unhealthy", "database": "not-writing"})
AS_SET = Settings(mode=Mode.TEST)


@pytest.fixture
def admin(dsn: str) -> Iterator[psycopg.Connection]:
    """Whoever looks after the server: this database waits for a synchronous standby, and no other."""
    with psycopg.connect(dsn, autocommit=True) as admin:
        database = sql.Identifier(admin.info.dbname)
        admin.execute("SET synchronous_commit TO 'local'")
        admin.execute(sql.SQL("ALTER DATABASE {} SET synchronous_commit TO 'on'").format(database))
        admin.execute("ALTER SYSTEM SET synchronous_commit TO 'local'")
        yield admin
        admin.execute("ALTER SYSTEM RESET synchronous_commit")
        named(admin, "")


@contextmanager
def standby_gone(admin: psycopg.Connection) -> Iterator[None]:
    """Let there be a standby that never acknowledges anything."""
    named(admin, "gone")
    try:
        yield
    finally:
        named(admin, "")


def named(admin: psycopg.Connection, standby: str) -> None:
    admin.execute(f"ALTER SYSTEM SET synchronous_standby_names TO '{standby}'".encode())
    admin.execute("SELECT pg_reload_conf()")
    shown = "SELECT setting FROM pg_settings WHERE name = 'synchronous_standby_names'"
    until(lambda: admin.execute(shown).fetchone() == (standby,))


def test_while_the_synchronous_standby_is_gone_health_says_that_nobody_can_write(
    dsn: str, clock: SettableClock, admin: psycopg.Connection
) -> None:
    with at_work(dsn, clock, AS_SET) as (_, http):
        assert order(http) == 201
        assert http("GET", "/v1/health") == CONNECTED

        with standby_gone(admin):
            assert order(http, "Trim") == 503
            for _ in range(5):
                with in_time():
                    assert http("GET", "/v1/health") == NOT_WRITING
                assert http("GET", "/v1/services").status == 200

        until(lambda: http("GET", "/v1/health") == CONNECTED)
        assert order(http, "Wash") == 201


def test_once_one_can_write_again_health_says_so_though_nobody_has_written(
    dsn: str, clock: SettableClock
) -> None:
    """Whoever asks how we are sends nobody here until then."""
    with at_work(dsn, clock) as (_, http), psycopg.connect(dsn) as held:
        held.execute("SELECT pg_advisory_xact_lock(hashtext('frontdesk.log'))")
        assert order(http) == 503
        assert http("GET", "/v1/health") == NOT_WRITING

        held.rollback()

        until(lambda: http("GET", "/v1/health") == CONNECTED)
        assert order(http) == 201
