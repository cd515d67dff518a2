"""A dump restored into another cluster is the same log: it is followed, verified and appended to."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from adapters.event_store.verify import verify
from infra.migrate import migrate
from infra.servers.postgres import Server, binaries, create_database, running_throwaway
from tests.event_store.examples import ANOTHER_TENANT, Come, Describe, Forget, Log, opened

pytestmark = [pytest.mark.postgres, pytest.mark.slow, pytest.mark.timeout(120)]


@pytest.fixture
def elsewhere() -> Iterator[Server]:
    """A cluster that has never heard of us."""
    with running_throwaway() as server:
        yield server


def run(tool: str, *arguments: str) -> None:
    done = subprocess.run(
        [binaries() / tool, *arguments], env=os.environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def copy(dsn: str, server: Server, folder: Path) -> str:
    """Carry a database over as the operators' handbook says: the roles first, then the dump."""
    roles, dump = folder / "roles.sql", folder / "log.dump"
    run(
        "pg_dumpall", "--globals-only", "--no-role-passwords", "--dbname", dsn, "--file", str(roles)
    )
    run("pg_dump", "--format=custom", "--dbname", dsn, "--file", str(dump))
    name = f"copy_{uuid4().hex}"
    create_database(server, name)
    with psycopg.connect(server.dsn(name), autocommit=True) as connection:
        for statement in roles.read_text().splitlines():
            if statement.startswith("CREATE ROLE frontdesk_"):
                connection.execute(statement.encode())
    run("pg_restore", "--exit-on-error", "--dbname", server.dsn(name), str(dump))
    return server.dsn(name)


@pytest.fixture
def full(log: Log) -> Log:
    """A log in which there is everything: two tenants, people described, one of them forgotten."""
    for guest in ("guest-ann", "guest-bob"):
        log.order(Come(streams=(guest, "table-one")))
        log.order(Describe(stream=guest, looks=f"{guest} wears a hat"))
    log.order(Come(streams=("guest-ann",)), tenant=ANOTHER_TENANT)
    log.order(Forget(streams=("guest-bob",)))
    return log


def test_a_restored_log_is_the_same_log(full: Log, elsewhere: Server, tmp_path: Path) -> None:
    dsn = copy(full.database.dsn, elsewhere, tmp_path)

    with opened(dsn) as restored:
        assert restored.all() == full.all()
        assert restored.state("guest-ann") == ("1", "guest-ann wears a hat")
        assert restored.state("guest-bob") == full.state("guest-bob")


def test_a_restored_log_goes_on_where_it_stopped(
    full: Log, elsewhere: Server, tmp_path: Path
) -> None:
    known = uuid4()
    answered = full.order(Come(streams=("guest-eve",)), id_=known)
    dsn = copy(full.database.dsn, elsewhere, tmp_path)
    head = full.all()[-1].position

    with opened(dsn) as restored:
        again = restored.order(Come(streams=("guest-eve",)), id_=known)
        assert again.position == answered.position, "known commands are still known"
        added = restored.order(Describe(stream="guest-ann", looks="an umbrella"))
        assert [past.position for past in restored.all(head)] == [head + 1] == [added.position]
        with psycopg.connect(dsn) as connection:
            assert verify(connection).findings == []
    assert migrate(dsn) == [], "a restored database is up to date"
