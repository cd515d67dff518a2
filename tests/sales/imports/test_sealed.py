"""Rows say who people are: wherever they wait they are sealed, and they do not stay."""

from datetime import timedelta
from typing import Final

import pytest
from fastapi.testclient import TestClient

from adapters.clock import SettableClock
from adapters.event_store.personal_data import MasterKeys
from adapters.event_store.rotation import rotate
from adapters.long_operations.rows import prune_rows
from application.operations.long_operations import KEEP_ROWS, MOST_KEPT
from application.sales.imports import sending
from infra.cli.keys import TABLES
from tests.long_operations.carrying import a_worker, finish, progress_of
from tests.operations.test_keys import NEW, process
from tests.people.clients.dump import found
from tests.running import Running
from tests.sales.imports.files import ZOE, file_of
from tests.sales.imports.sending import done, leads, salon, sent

pytestmark = pytest.mark.postgres

NAMES: Final = ("Vandersmissen", "zoe@planted.example", "99001234", "her scar")
TAKEN: Final = "Vandersmissen;Zoé;zoe@planted.example;01 99 00 12 34;her scar;salon;31/01/2026"
REFUSED: Final = "Vandersmissen;Zoé;zoe@planted.example, 99001234;;her scar;salon;31/01/2026"
FILE: Final = file_of(TAKEN, REFUSED)


@pytest.fixture
def http(running: Running, monkeypatch: pytest.MonkeyPatch) -> TestClient:
    monkeypatch.setattr(sending, "AT_ONCE", 1)
    return salon(running)


def rows(running: Running) -> list[tuple[str, int]]:
    """Return which sides of how many parts are kept."""
    with running.system.database.as_worker() as line:
        found = line.execute("SELECT side, count(*) FROM work.operation_rows GROUP BY 1 ORDER BY 1")
        return [(side, count) for side, count in found.fetchall()]


def test_nothing_says_who_is_in_a_file_that_waits_goes_on_or_is_done(
    running: Running, http: TestClient, dsn: str
) -> None:
    where = sent(http, FILE)
    waiting = found(dsn, NAMES)
    a_worker(running.system).run_due()
    going_on = (rows(running), found(dsn, NAMES))
    finish(a_worker(running.system))

    assert waiting == {}
    assert going_on == ([("sent", 1)], {})
    assert (rows(running), found(dsn, NAMES)) == ([("made", 1)], {})
    assert b"her scar" in http.get(f"{where}/file").content


def test_when_anybody_is_erased_the_rows_that_were_refused_go(
    running: Running, http: TestClient, dsn: str
) -> None:
    where = sent(http, FILE)
    done(running, http, where)
    [lead] = leads(running, http)
    assert {*found(dsn, NAMES)} == {"live.clients", "live.leads"}

    erased = http.delete(f"/v1/clients/{lead['client_id']}/personal-data")

    assert erased.status_code == 204
    assert (rows(running), found(dsn, NAMES)) == ([], {})
    gone = http.get(f"{where}/file")
    assert (gone.status_code, gone.json()["code"]) == (410, "operation-file-gone")


def test_who_was_erased_is_told_of_by_nothing_but_the_line(
    running: Running, http: TestClient
) -> None:
    done(running, http, sent(http, file_of(TAKEN)))
    [lead] = leads(running, http)
    http.delete(f"/v1/clients/{lead['client_id']}/personal-data")

    operation = done(running, http, sent(http, file_of(TAKEN)))

    assert operation["result"]["refusals"] == [
        {"line": 2, "code": "client-is-erased", "field": None}
    ]
    file = http.get(operation["file"]["href"]).content.decode()
    assert file.splitlines()[1].startswith("2,client-is-erased,,")
    assert not [name for name in NAMES if name in file]
    [forgotten] = http.get("/v1/leads").json()["data"]
    assert (forgotten["id"], forgotten["message"]) == (lead["id"], None)


def test_rows_are_kept_for_seven_days(running: Running, http: TestClient) -> None:
    where = sent(http, FILE)
    done(running, http, where)
    system = running.system

    running.clock.set(running.clock() + KEEP_ROWS)
    progress_of(system).prune()
    before = rows(running)
    running.clock.set(running.clock() + timedelta(seconds=1))
    progress_of(system).prune()

    assert (before, rows(running)) == ([("made", 1)], [])
    assert http.get(f"{where}/file").status_code == 410


def test_what_waited_too_long_is_told_to_be_sent_again(running: Running, http: TestClient) -> None:
    where = sent(http, FILE)
    a_worker(running.system).run_due()
    with running.system.database.as_worker() as line:
        prune_rows(line, running.clock() + KEEP_ROWS + timedelta(seconds=1))

    finish(a_worker(running.system))

    failed = http.get(where).json()
    assert (failed["state"], failed["problem"]["code"]) == ("failed", "sent-rows-gone")
    assert len(leads(running, http)) == 1


@pytest.mark.parametrize("begun", [True, False])
def test_of_an_import_that_is_cancelled_no_rows_are_left(
    running: Running, http: TestClient, *, begun: bool
) -> None:
    where = sent(http, FILE)
    if begun:
        a_worker(running.system).run_due()

    http.delete(where)
    finish(a_worker(running.system))

    assert (http.get(where).json()["state"], rows(running)) == ("cancelled", [])
    assert len(leads(running, http)) == begun


def test_the_newest_files_of_a_business_are_kept(running: Running, http: TestClient) -> None:
    made = []
    for n in range(MOST_KEPT + 1):
        made.append(sent(http, file_of(REFUSED.replace("her scar", f"her scar {n}"))))
        done(running, http, made[-1])

    statuses = [http.get(f"{where}/file").status_code for where in made]
    assert statuses == [410] + [200] * MOST_KEPT
    assert rows(running) == [("made", MOST_KEPT)]


def test_rows_are_read_where_only_the_next_master_key_is_known(
    running: Running, http: TestClient, dsn: str, clock: SettableClock
) -> None:
    where, waits = sent(http, FILE), sent(http, file_of(ZOE))
    finish(a_worker(running.system))
    again = sent(http, FILE)
    keys = MasterKeys([NEW, *running.system.settings.master_keys])
    with running.system.database.as_worker() as line:
        rotate(line, keys, lambda _, __: None, tables=TABLES)

    with process(dsn, clock, NEW, tenant=running.tenant) as later:
        finish(a_worker(later.system))
        owner = later.http()
        assert {owner.get(each).json()["state"] for each in (where, waits, again)} == {"done"}
        assert b"her scar" in owner.get(f"{where}/file").content
