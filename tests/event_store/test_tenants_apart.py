"""What PostgreSQL itself refuses, should the code around it ever ask for it."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege

from adapters.postgres import APP, WORKER
from infra.composition import System
from tests.event_store.examples import ANOTHER_TENANT, TENANT, Come, Describe, Log

pytestmark = pytest.mark.postgres

LOG = ("log.events", "log.commands", "log.keys")
QUEUES = ("work.jobs", "work.outbox")

Raw = psycopg.Connection[Any]


@pytest.fixture
def full(log: Log) -> Log:
    for tenant in (TENANT, ANOTHER_TENANT):
        log.order(Come(streams=("guest-ann",)), tenant=tenant)
        log.order(Describe(stream="guest-ann", looks="a hat"), tenant=tenant)
    return log


@pytest.fixture
def app(full: Log) -> Iterator[Raw]:
    """A connection of the API's role, on which anything may be said."""
    with full.database.connect(APP, "test") as connection:
        yield connection


@pytest.fixture
def worker(full: Log) -> Iterator[Raw]:
    with full.database.connect(WORKER, "test") as connection:
        yield connection


def see(connection: Raw, tenant: str) -> None:
    connection.execute("SELECT set_config('frontdesk.tenant', %s, false)", (tenant,))


def tenants_in(connection: Raw, table: str) -> set[str]:
    return {str(row[0]) for row in connection.execute(f"SELECT tenant_id FROM {table}".encode())}


@pytest.mark.parametrize("table", LOG)
def test_a_tenant_sees_its_own_rows_only(app: Raw, table: str) -> None:
    for tenant in (TENANT, ANOTHER_TENANT):
        see(app, tenant)
        assert tenants_in(app, table) == {tenant}


@pytest.mark.parametrize("table", LOG)
def test_nobody_in_particular_sees_nothing(app: Raw, table: str) -> None:
    assert tenants_in(app, table) == set()
    see(app, "")
    assert tenants_in(app, table) == set()


@pytest.mark.parametrize("table", LOG)
def test_the_worker_sees_all_tenants(worker: Raw, table: str) -> None:
    assert tenants_in(worker, table) == {TENANT, ANOTHER_TENANT}


@pytest.mark.parametrize("role", [APP, WORKER])
@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO log.events SELECT * FROM log.events",
        "UPDATE log.events SET data = '{}'",
        "UPDATE log.events SET hash = '' WHERE position = 1",
        "DELETE FROM log.events",
        "TRUNCATE log.events",
        "DROP TABLE log.events",
        "ALTER TABLE log.events DISABLE ROW LEVEL SECURITY",
        "UPDATE log.commands SET last_position = 0",
        "INSERT INTO log.commands SELECT * FROM log.commands",
        "DELETE FROM log.keys",
        "UPDATE log.keys SET destroyed_at = NULL",
        "INSERT INTO log.keys SELECT * FROM log.keys",
        "CREATE OR REPLACE FUNCTION log.tenant() RETURNS uuid LANGUAGE sql RETURN NULL::uuid",
        "CREATE TABLE log.more (a int)",
        "CREATE TABLE public.more (a int)",
    ],
)
def test_history_is_only_ever_appended_to(full: Log, role: str, statement: str) -> None:
    with full.database.connect(role, "test") as connection:
        see(connection, TENANT)
        with pytest.raises(InsufficientPrivilege):
            connection.execute(statement.encode())


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM log.commands",
        "UPDATE log.keys SET wrapped = ''",
        "SELECT * FROM work.parked",
        "UPDATE work.checkpoints SET position = 0",
        "CREATE TABLE live.more (a int)",
        "DELETE FROM work.jobs",
        "UPDATE work.outbox SET tenant_id = tenant_id",
        "UPDATE work.live_bookings SET bookings = 0",
        "SELECT * FROM accounts.credentials",
        "SELECT * FROM log.append('[]'::json)",
    ],
)
def test_the_api_cannot_do_the_workers_work(app: Raw, statement: str) -> None:
    see(app, TENANT)
    with pytest.raises(InsufficientPrivilege):
        app.execute(statement.encode())


@pytest.mark.parametrize("role", [APP, WORKER])
def test_nobody_becomes_somebody_else_without_the_login(full: Log, role: str) -> None:
    """A role is only ever put on; what a login may put on is granted by the migrations."""
    with full.database.connect(role, "test") as connection:
        held = connection.execute(
            "SELECT rolsuper OR rolbypassrls OR rolcanlogin OR rolcreaterole FROM pg_roles"
            " WHERE rolname = current_user"
        ).fetchone()
    assert held == (False,)


def test_every_table_of_tenants_keeps_them_apart(system: System, dsn: str) -> None:
    """A table added without a policy would show everybody's rows to everybody."""
    assert system is not None, "has made its read models' tables"
    with psycopg.connect(dsn) as connection:
        open_to_all = connection.execute(
            """
            SELECT c.oid::regclass::text FROM pg_class c
                JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id'
            WHERE c.relkind IN ('r', 'p') AND NOT c.relrowsecurity
                AND has_table_privilege('frontdesk_app', c.oid, 'SELECT')
            """
        ).fetchall()
    assert open_to_all == []
