"""A worker is killed, for real, between a step of an operation and its being saved: another goes on."""

import pytest

from adapters.event_store.bundle import verify_bundle
from application.operations.long_operations import Step
from domain.business.users import Role
from tests.long_operations.carrying import a_worker, finish, killed, progress_of
from tests.long_operations.test_api import ASYNC, EXPORTS, IMPORTS, attempts, started
from tests.running import Running
from tests.scheduling.bookings.at_the_salon import Salon

pytestmark = pytest.mark.postgres


def killed_at(running: Running, kind: str, step: int) -> None:
    """Let a worker do a step, and kill it before it can save that; then let another finish."""
    survivor = a_worker(running.system)
    killed(running.system, kind, step)
    while not survivor.run_due():
        pass
    finish(survivor)


@pytest.fixture
def salon(running: Running) -> Salon:
    salon = Salon.opened(running)
    salon.book(running.http())
    running.settle()
    return salon


@pytest.mark.parametrize("step", [0, 2])
def test_an_export_is_whole(running: Running, salon: Salon, step: int) -> None:
    http = running.http()
    where = started(http)

    killed_at(running, "export-history", step)

    done = http.get(where).json()
    file = http.get(f"{where}/file").content
    header, findings = verify_bundle(file.splitlines(keepends=True))
    assert (done["state"], len(file)) == ("done", done["file"]["bytes"])
    assert (header.events, findings) == (done["progress"]["total"], [])


def test_an_import_books_everything_once_and_counts_it_once(running: Running, salon: Salon) -> None:
    http = running.http()
    where = started(http, IMPORTS, json=attempts(50))

    killed_at(running, "import-bookings", 1)

    result = http.get(where).json()["result"]
    running.settle()
    assert (result["booked"], result["refused"], result["already_there"]) == (50, 0, 0)
    assert len(http.get("/v1/bookings?limit=200").json()["data"]) == 51


@pytest.mark.parametrize("step", [0, 1])
def test_a_person_is_erased(running: Running, salon: Salon, step: int) -> None:
    http = running.http()
    client = http.post("/v1/clients", json={"name": "Zoé", "email": "zoe@example.org"}).json()["id"]
    salon.book(http, "2027-01-06T10:00:00+01:00", client_id=client)
    running.settle()
    where = http.delete(f"/v1/clients/{client}/personal-data", headers=ASYNC).headers["location"]

    killed_at(running, "erase-client", step)

    assert http.get(where).json()["result"]["state"] == "erased"
    running.settle()
    assert "Zoé" not in http.get("/v1/clients").text
    page = running.http(Role.AUDITOR).get("/v1/history?limit=200").json()["data"]
    assert len([each for each in page if each["type"].startswith("client-erased")]) == 1


@pytest.mark.parametrize("step", [0, 1])
def test_a_read_model_is_rebuilt_and_switched_to_once(
    running: Running, salon: Salon, step: int
) -> None:
    """Also where the switch was the last that the killed one did."""
    http, operator = running.http(), running.http(Role.OPERATOR)
    with running.system.database.as_worker() as connection:
        connection.execute("DELETE FROM live.bookings")
    where = started(operator, "/v1/read-models/bookings/rebuild")

    killed_at(running, "rebuild-read-model", step)

    assert operator.get(where).json()["state"] == "done"
    assert len(http.get("/v1/bookings").json()["data"]) == 1
    with running.system.database.as_worker() as connection:
        assert connection.execute("SELECT count(*) FROM previous.bookings").fetchone() == (0,)


def test_the_file_is_made_once_though_who_was_taken_for_dead_comes_back(
    running: Running, salon: Salon
) -> None:
    http = running.http()
    name = started(http, EXPORTS).rpartition("/")[2]
    progress = progress_of(running.system)
    dead, alive = progress.begin(name), progress.begin(name)
    assert dead is not None
    assert alive is not None

    saved = progress.save(alive, Step(done=1, total=2, part=b"once\n"), 0.1)
    late = progress.save(dead, Step(done=1, total=2, part=b"once\n"), 0.1)

    assert (saved is not None, late) == (True, None)
    assert running.system.long_operations.part(running.tenant, name, 0) == b"once\n"
    assert running.system.long_operations.part(running.tenant, name, 1) is None
