"""A release that knows no bookmarks of the log runs beside this one: what either gives out is good for both,
and `log.append` serves both.
"""

from collections.abc import Iterator
from typing import Any, Final
from uuid import uuid4

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege
from psycopg.types.json import Json

from adapters.event_store.writer import APPEND
from adapters.postgres import APP, WRITER
from api.requests.preferences import CONSISTENCY
from api.requests.signing import Signer
from infra.migrate import migrations
from infra.servers.postgres import Server
from tests.conftest import empty_database
from tests.running import Running

pytestmark = pytest.mark.postgres

TOKEN: Final = "Consistency-Token"
CUT: Final = {"name": "Cut", "duration_minutes": 45}
ADDED: Final = "0022_what_is_at_a_position"
APPEND_BEFORE: Final = """
    SELECT outcome, last_position, last_tenant_position, event_count, at_time, at_stream, at_version,
        first_fingerprint FROM log.append(%s::json, %s)
"""
OLDER: Final = """
    INSERT INTO work.processes (id, release, reads, records, master_keys, secret_keys, cannot_read)
    SELECT gen_random_uuid(), '0.0', array_remove(reads, 'bookmarked'), records, master_keys,
        secret_keys, '{}' FROM work.processes LIMIT 1
"""


# --- What comes back over HTTP --------------------------------------------------------------------


def test_beside_an_older_release_positions_are_as_it_knows_them_until_it_is_gone(
    running: Running, dsn: str
) -> None:
    older, http = Signer(running.system.settings.secret_keys), running.http()
    with psycopg.connect(dsn) as connection:
        connection.execute(OLDER)
    running.system.roll.call()

    beside = [http.post("/v1/services", json={**CUT, "name": f"Cut {n}"}) for n in range(2)][-1]
    running.settle()
    cursor = {"limit": 1, "cursor": http.get("/v1/services?limit=1").json()["next_cursor"]}
    theirs = {TOKEN: older.sign(CONSISTENCY, running.tenant, "1")}
    assert older.open(CONSISTENCY, running.tenant, beside.headers[TOKEN]) == "2"
    assert http.get("/v1/services", headers=theirs).status_code == 200
    assert http.get("/v1/services", params=cursor).status_code == 200

    with psycopg.connect(dsn) as connection:
        connection.execute("DELETE FROM work.processes WHERE release = '0.0'")
    running.system.roll.call()

    for refused in (
        http.get("/v1/services", headers={TOKEN: beside.headers[TOKEN]}),
        http.get("/v1/services", params=cursor),
    ):
        assert (refused.status_code, refused.json()["code"]) == (409, "position-unknown")
    alone = http.post("/v1/services", json=CUT).headers[TOKEN]
    assert http.get("/v1/services", headers={TOKEN: alone}).status_code == 200


def test_what_one_process_gives_out_another_takes(two_systems: tuple[Running, Running]) -> None:
    here, there = two_systems
    made = here.http().post("/v1/services", json=CUT)

    shown = there.http().get("/v1/services", headers={TOKEN: made.headers[TOKEN]})

    assert [each["name"] for each in shown.json()["data"]] == ["Cut"]


# --- What is appended -----------------------------------------------------------------------------


@pytest.fixture
def before(server: Server) -> Iterator[str]:
    """A database as the release before this one has it."""
    with empty_database(server, "template1") as dsn:
        with psycopg.connect(dsn) as connection:
            for migration in migrations():
                if migration.name < ADDED:
                    connection.execute(migration.sql.encode())
        yield dsn


def row() -> Json:
    event = {"stream": f"visit-{uuid4()}", "version": 1, "type": "came.v1", "data": {}}
    who = {"tenant": str(uuid4()), "command": str(uuid4()), "metadata": {}, "last": True}
    return Json([{**who, **event}])


def appended(connection: psycopg.Connection[Any], statement: str) -> Any:
    return connection.execute(statement.encode(), (row(), None), prepare=True).fetchone()


def test_whoever_appends_goes_on_while_the_next_release_migrates(before: str) -> None:
    with psycopg.connect(before, autocommit=True) as running:
        running.execute(f"SET ROLE {WRITER}")
        assert appended(running, APPEND_BEFORE)[:3] == ("appended", 1, 1)
        with psycopg.connect(before) as connection:
            for migration in migrations():
                if migration.name >= ADDED:
                    connection.execute(migration.sql.encode())

        assert appended(running, APPEND_BEFORE)[:3] == ("appended", 2, 1)
        assert len(appended(running, APPEND)[-1]) == 16
        running.execute(f"SET ROLE {APP}")
        with pytest.raises(InsufficientPrivilege):
            appended(running, APPEND)
