"""A worker is killed, for real, in the middle of an import: another finishes it, and nothing is there twice."""

import pytest
from fastapi.testclient import TestClient

from application.operations.long_operations import IMPORT_LEADS
from application.sales.imports import sending
from tests.long_operations.carrying import a_worker, finish, killed
from tests.running import Running
from tests.sales.imports.files import NOBODY, ZOE, ZOE_AGAIN, file_of
from tests.sales.imports.sending import leads, salon, sent

pytestmark = pytest.mark.postgres

ROWS = (ZOE, *(f"N{n};;n{n}@example.org;;;;" for n in range(8)), ZOE_AGAIN, NOBODY)


@pytest.fixture
def http(running: Running, monkeypatch: pytest.MonkeyPatch) -> TestClient:
    monkeypatch.setattr(sending, "AT_ONCE", 3)
    return salon(running)


@pytest.mark.parametrize("step", [0, 2])
def test_an_import_is_finished_by_another_process(
    running: Running, http: TestClient, step: int
) -> None:
    where = sent(http, file_of(*ROWS), tasks=True, daily_limit=4)
    survivor = a_worker(running.system)

    killed(running.system, IMPORT_LEADS.name, step)
    while not survivor.run_due():
        pass
    finish(survivor)

    operation = http.get(where).json()
    result = operation["result"]
    told = {name: result[name] for name in ("new", "attached", "already_there", "refused")}
    assert told == {"new": 9, "attached": 1, "already_there": 0, "refused": 1}
    assert (result["follow_ups"], operation["progress"]["done"]) == (9, 11)
    assert len(http.get(operation["file"]["href"]).content.splitlines()) == 2
    assert len(leads(running, http)) == 9
    due = [each["due_at"][:10] for each in http.get("/v1/tasks").json()["data"]]
    assert sorted(due) == ["2027-01-05"] * 4 + ["2027-01-06"] * 4 + ["2027-01-07"]
    assert len(http.get("/v1/outbox").json()["data"]) == 1
