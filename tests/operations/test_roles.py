"""Who a connection is to PostgreSQL: behind a pooler, with the logins that operators make."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final
from uuid import uuid4

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege
from starlette.testclient import TestClient

from adapters.clock import SettableClock
from adapters.postgres import (
    ACCOUNTS,
    APP,
    WORKER,
    WRITER,
    Database,
    DatabaseUnavailableError,
    RoleRefusedError,
)
from domain.business.users import Role
from infra.composition import System, application, running_system
from infra.migrate import MigrationForbiddenError, migrate
from infra.servers.postgres import Server
from infra.settings import Mode, Settings, SettingsError, read_settings
from tests.operations.logins import login
from tests.operations.pgbouncer import FOUND, pgbouncer
from tests.operations.pooler import Pooler
from tests.running import Running
from tests.scheduling.bookings.at_the_salon import Salon

pytestmark = pytest.mark.postgres

OTHERS = (WRITER, ACCOUNTS, WORKER)
TENANT = "0198c0de-0000-7000-8000-000000000001"
OWNER = {
    "user_type": "beauty_professional",
    "name": "Ana",
    "email": "ana@salon.example",
    "password": "nine green teapots",
}
LOGIN = {name: OWNER[name] for name in ("email", "password")}


@pytest.fixture
def superuser(server: Server) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(server.dsn("postgres"), autocommit=True) as connection:
        yield connection


def current_role(connection: psycopg.Connection[Any]) -> tuple[Any, ...] | None:
    return connection.execute(
        "SELECT current_user::text, row_security_active('log.events')"
    ).fetchone()


# --- Behind a pooler ----------------------------------------------------------------------------


STAND_BEFORE: Final[Sequence[Callable[[str], Any]]] = [Pooler, *([pgbouncer] if FOUND else [])]
BEHIND_EACH: Final = pytest.mark.parametrize("stand_before", STAND_BEFORE)
"""A pooler of ours, that does what can hurt us; and PgBouncer itself, where it is installed."""


@contextmanager
def pooled(
    stand_before: Callable[[str], Any], dsn: str, clock: SettableClock
) -> Iterator[tuple[Any, Running]]:
    with (
        stand_before(dsn) as pooler,
        running_system(Settings(mode=Mode.TEST), pooler.dsn(dsn), clock=clock) as system,
        Running.of(system, clock) as running,
    ):
        yield pooler, running


@BEHIND_EACH
def test_behind_a_pooler_in_session_mode_all_goes_on_as_without(
    dsn: str, clock: SettableClock, stand_before: Callable[[str], Any]
) -> None:
    with pooled(stand_before, dsn, clock) as (pooler, running):
        salon, http = Salon.opened(running), running.http()
        booked = salon.book(http)
        running.settle()

        assert booked.status_code == 201
        assert http.get(booked.headers["location"]).status_code == 200
        assert running.http(tenant=str(uuid4())).get(booked.headers["location"]).status_code == 404
        assert not pooler.refused


@BEHIND_EACH
def test_whoever_gets_a_connection_that_another_has_used_is_in_its_role(
    dsn: str, clock: SettableClock, stand_before: Callable[[str], Any]
) -> None:
    with pooled(stand_before, dsn, clock) as (pooler, running):
        Salon.opened(running)
        for _ in range(3):
            with Database(pooler.dsn(dsn)) as another:
                with another.as_tenant(running.tenant) as line:
                    assert current_role(line) == (APP, True)
                    assert line.execute("SELECT count(*) FROM log.events").fetchone() != (0,)
                with another.as_tenant(TENANT) as line:
                    assert line.execute("SELECT count(*) FROM log.events").fetchone() == (0,)
                with another.as_worker() as line:
                    assert current_role(line) == (WORKER, True)

        assert pooler.lent_again > 0


def test_a_connection_that_was_reset_is_nobodys_any_more(database: Database) -> None:
    """It would be the login's own, and see all tenants, or keep showing one that it was told to."""
    for lend in (database.as_worker, database.as_desk, lambda: database.as_tenant(TENANT)):
        with lend() as line:
            before = current_role(line)
            line.execute("DISCARD ALL")
        with lend() as line:
            assert current_role(line) == before
    with database.as_tenant(TENANT) as line:
        assert line.execute("SELECT log.tenant()::text").fetchone() == (TENANT,)


def test_a_connection_that_lost_its_role_shows_nobody_anything(dsn: str) -> None:
    with Database(dsn, app_connections=1) as database:
        with database.as_tenant(TENANT) as line:
            line.execute("RESET ROLE")

        with pytest.raises(DatabaseUnavailableError), database.as_tenant(str(uuid4())):
            pass

        with database.as_tenant(str(uuid4())) as line:
            assert current_role(line) == (APP, True)


# --- What is not as it has to be is refused -------------------------------------------------------


def test_a_login_without_the_roles_is_refused_at_the_start(
    dsn: str, superuser: psycopg.Connection[Any], clock: SettableClock
) -> None:
    with (
        login(superuser, dsn, APP) as address,
        pytest.raises(RoleRefusedError, match=f"GRANT {WORKER} TO login_"),
        running_system(Settings(mode=Mode.TEST), address, clock=clock),
    ):
        pass


def test_a_role_to_which_row_level_security_means_nothing_is_refused_at_the_start(
    dsn: str, superuser: psycopg.Connection[Any], clock: SettableClock
) -> None:
    """It is what somebody does to whom a pooler said that it takes no `options`."""
    superuser.execute(f"ALTER ROLE {APP} BYPASSRLS")
    try:
        with (
            pytest.raises(RoleRefusedError, match="row-level security is off"),
            running_system(Settings(mode=Mode.TEST), dsn, clock=clock),
        ):
            pass
    finally:
        superuser.execute(f"ALTER ROLE {APP} NOBYPASSRLS")


@pytest.mark.parametrize("role", OTHERS)
def test_two_logins_are_refused_of_which_the_first_could_be_the_second(
    dsn: str, superuser: psycopg.Connection[Any], role: str
) -> None:
    with (
        login(superuser, dsn, APP, role) as first,
        login(superuser, dsn, APP, *OTHERS) as second,
        Database(first, worker_dsn=second) as database,
        pytest.raises(RoleRefusedError, match=f"REVOKE {role} FROM login_"),
    ):
        database.refuse_wrong_roles()


def test_a_superuser_is_not_the_first_of_two_logins(
    dsn: str, superuser: psycopg.Connection[Any]
) -> None:
    with (
        login(superuser, dsn, APP, *OTHERS) as second,
        Database(dsn, worker_dsn=second) as database,
        pytest.raises(RoleRefusedError, match="it must be no superuser"),
    ):
        database.refuse_wrong_roles()


def test_workers_have_no_database_of_their_own() -> None:
    with pytest.raises(SettingsError, match="DATABASE_URL: set it too"):
        read_settings({"WORKER_DATABASE_URL": "postgresql://desk@127.0.0.1/desk"})


# --- With two logins -----------------------------------------------------------------------------


@pytest.fixture
def two(
    dsn: str, superuser: psycopg.Connection[Any], clock: SettableClock
) -> Iterator[tuple[System, str]]:
    """A system with two logins, neither of which owns anything; and the address of the first."""
    with login(superuser, dsn, APP) as first, login(superuser, dsn, APP, *OTHERS) as second:
        settings = Settings(mode=Mode.TEST, database_url=first, worker_database_url=second)
        assert migrate(first) == []
        with running_system(settings, first, clock=clock) as system:
            yield system, first


def test_with_two_logins_all_goes_on_as_with_one(
    two: tuple[System, str], clock: SettableClock
) -> None:
    system, _ = two
    http = TestClient(application(system), raise_server_exceptions=False)
    assert http.post("/v1/auth/register", json=OWNER).status_code == 201
    tokens = http.post("/v1/auth/login", json=LOGIN).json()
    again = http.post("/v1/auth/refresh", json={"refresh_token": tokens["refresh_token"]})
    http.headers["Authorization"] = f"Bearer {again.json()['access_token']}"

    made = http.post("/v1/services", json={"name": "Cut", "duration_minutes": 45})
    known = {"Consistency-Token": made.headers["consistency-token"], "Prefer": "wait=5"}
    seen = http.get("/v1/services", headers=known)
    system.settle()

    assert made.status_code == 201
    assert [each["name"] for each in seen.json()["data"]] == ["Cut"]
    assert http.get("/v1/history").status_code == 200
    assert http.get("/v1/health").status_code == http.get("/v1/status").status_code == 200
    with Running.of(system, clock) as running:
        assert Salon.opened(running).book(running.http(Role.OWNER)).status_code == 201


@pytest.mark.parametrize(
    "statement",
    [
        *(f"SET ROLE {role}" for role in OTHERS),
        "SET SESSION AUTHORIZATION frontdesk_worker",
        "SELECT * FROM log.append('[]'::json)",
        "SELECT * FROM accounts.credentials",
        "SELECT * FROM accounts.sessions",
        "SELECT * FROM accounts.refresh_tokens",
        "SELECT * FROM work.parked",
        "ALTER ROLE frontdesk_app BYPASSRLS",
    ],
)
def test_the_login_of_the_api_cannot_be_more_than_the_api(
    two: tuple[System, str], statement: str
) -> None:
    """Whatever is said on it, also after it has taken its role off."""
    system, _ = two
    for first in ("SELECT 1", "RESET ROLE", "DISCARD ALL"):
        with system.database.connect(APP, "test") as line:
            line.execute(first.encode())
            with pytest.raises(InsufficientPrivilege):
                line.execute(statement.encode())


def test_the_login_of_the_api_sees_no_tenant_unless_told_which(
    two: tuple[System, str], clock: SettableClock
) -> None:
    system, _ = two
    with Running.of(system, clock) as running:
        Salon.opened(running)
    for first in ("SELECT 1", "RESET ROLE", "DISCARD ALL"):
        with system.database.connect(APP, "test") as line:
            line.execute(first.encode())
            assert line.execute("SELECT count(*) FROM log.events").fetchone() == (0,)


def test_a_login_that_owns_nothing_does_not_migrate(
    server: Server, dsn: str, superuser: psycopg.Connection[Any]
) -> None:
    with psycopg.connect(dsn) as owner:
        owner.execute(
            "DELETE FROM frontdesk_migrations WHERE name LIKE '%_a_role_for_each_purpose'"
        )
    with login(superuser, dsn, APP) as address, pytest.raises(MigrationForbiddenError):
        migrate(address)


# --- What each role can ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "statement"),
    [
        (APP, "SELECT * FROM log.append('[]'::json)"),
        (WORKER, "SELECT * FROM log.append('[]'::json)"),
        (ACCOUNTS, "SELECT * FROM log.append('[]'::json)"),
        (APP, "SELECT * FROM accounts.credentials"),
        (WRITER, "SELECT * FROM accounts.credentials"),
        (WRITER, "SELECT * FROM log.events"),
        (WRITER, "SELECT * FROM work.jobs"),
        (ACCOUNTS, "SELECT * FROM log.events"),
        (ACCOUNTS, "SELECT * FROM work.jobs"),
        (ACCOUNTS, "SELECT * FROM live.bookings"),
        (APP, "SELECT sealed FROM work.receipts"),
        (APP, "SELECT sealed FROM work.operations"),
        (APP, "SELECT wrapped FROM work.operations"),
        (APP, "UPDATE work.receipts SET state = 'waiting'"),
        (WRITER, "SELECT id FROM work.receipts"),
        (ACCOUNTS, "SELECT id FROM work.receipts"),
    ],
)
def test_a_role_has_no_more_than_its_purpose(system: System, role: str, statement: str) -> None:
    with (
        system.database.connect(role, "test") as line,
        pytest.raises(InsufficientPrivilege),
    ):
        line.execute(statement.encode())
