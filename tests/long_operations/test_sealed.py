"""What long work was given may name people: nothing that waits says it in the clear, whatever becomes of it."""

from typing import Any, Final

import pytest

from adapters.clock import SettableClock
from adapters.event_store.personal_data import MasterKeys
from adapters.event_store.rotation import rotate
from application.operations.long_operations import IMPORT_BOOKINGS
from infra.cli.keys import TABLES
from infra.settings import Mode, Settings
from tests.long_operations.carrying import WorkThatFails, a_worker, finish, killed
from tests.long_operations.test_api import IMPORTS, attempts, started
from tests.long_operations.test_carrying_on import tired
from tests.operations.test_keys import process
from tests.people.clients.dump import dumped, found, holding
from tests.running import Running

pytestmark = pytest.mark.postgres

NAMES: Final = ("Zoe Vandersmissen", "zoe@planted.example", "Wants her scar covered")
HERS: Final = Settings(mode=Mode.TEST).master_keys
NEW: Final = b"the master key that is to come!!"


def naming(count: int) -> dict[str, Any]:
    """Return an import that says of people who they are, in every text that it has."""
    provider, address, kind = NAMES
    rows = attempts(count, provider=provider)["attempts"]
    return {"attempts": [{**row, "id": f"{address} {row['id']}", "kind": kind} for row in rows]}


def test_nothing_says_who_is_named_in_an_import_that_waits_or_is_parked(
    running: Running, dsn: str
) -> None:
    started(running.http(), IMPORTS, json=naming(3))

    waiting = found(dsn, NAMES)
    tired(running, a_worker(running.system, {IMPORT_BOOKINGS.name: WorkThatFails()}))

    assert (waiting, found(dsn, NAMES)) == ({}, {})


def test_nor_does_its_row_or_its_job_while_it_goes_on_or_when_it_is_over(
    running: Running, dsn: str
) -> None:
    where = started(running.http(), IMPORTS, json=naming(30))
    worker = a_worker(running.system)

    worker.run_due()
    going_on = beside_the_log(dsn)
    finish(worker)

    assert (going_on, beside_the_log(dsn)) == ({}, {})
    assert running.http().get(where).json()["result"]["booked"] == 30


def beside_the_log(dsn: str) -> dict[str, list[str]]:
    """Return in which tables of the queue and of long work anybody is named."""
    texts = {name: text for name, text in dumped(dsn).items() if name.startswith("work.")}
    assert {"work.operations", "work.jobs"} <= texts.keys()
    return holding(texts, NAMES)


def test_it_goes_on_after_a_kill_where_only_the_next_master_key_is_known(
    running: Running, dsn: str, clock: SettableClock
) -> None:
    where = started(running.http(), IMPORTS, json=naming(50))
    killed(running.system, IMPORT_BOOKINGS.name, 1)
    with running.system.database.as_worker() as line:
        rotate(line, MasterKeys([NEW, *HERS]), lambda _, __: None, tables=TABLES)

    with process(dsn, clock, NEW, tenant=running.tenant) as later:
        worker = a_worker(later.system)
        while not worker.run_due():
            pass
        finish(worker)
        done = later.http().get(where).json()

    assert (done["state"], done["result"]["booked"]) == ("done", 50)


def test_who_lacks_its_key_leaves_it_to_others_and_it_can_be_cancelled_meanwhile(
    running: Running, dsn: str, clock: SettableClock
) -> None:
    http = running.http()
    begun, waits = (started(http, IMPORTS, json=naming(30)) for _ in range(2))
    a_worker(running.system).run_due()
    with process(dsn, clock, NEW, tenant=running.tenant) as lacking:
        finish(a_worker(lacking.system))
        states = [http.get(where).json()["state"] for where in (begun, waits)]

        asked = [http.delete(where).status_code for where in (begun, waits)]
        tired(running, a_worker(lacking.system))

    assert (states, asked) == (["running", "waiting"], [202, 200])
    assert {http.get(where).json()["state"] for where in (begun, waits)} == {"cancelled"}


def test_whatever_a_master_key_has_wrapped_is_wrapped_anew(running: Running) -> None:
    with running.system.database.as_worker() as line:
        tables = line.execute(
            "SELECT n.nspname || '.' || c.relname FROM pg_attribute a"
            " JOIN pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p')"
            " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE a.attname = 'wrapped'"
        ).fetchall()

    assert len(tables) == len(TABLES)
    for (table,) in tables:
        assert any(f"UPDATE {table} " in each.wrap for each in TABLES), table
