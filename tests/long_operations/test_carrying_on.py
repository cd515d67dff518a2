"""Operations take turns, stop when they are told to, and say why they failed."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import pairwise
from uuid import uuid4

import pytest
from starlette.datastructures import Headers
from structlog.testing import capture_logs

from adapters.jobs import Worker
from adapters.read_models.rebuild_in_steps import rebuild_in_steps
from api.requests.preferences import prefers_async
from application.dispatch import TooContended
from application.files.store import StorageIsAway
from application.operations.long_operations import MOST_OPEN, OPERATION_KINDS, OperationState
from application.permissions import GRANTED
from application.ports import NotReadableHere
from domain.business.users import Role
from domain.messages import DomainError
from domain.people.clients import ClientNotFound
from tests.long_operations.carrying import (
    WorkThatFails,
    WorkThatIsOvertaken,
    WorkThatRemembers,
    WorkThatWaits,
    a_worker,
    finish,
    progress_of,
    works,
)
from tests.long_operations.test_api import ASYNC, EXPORTS, IMPORTS, attempts, started
from tests.running import Running
from tests.scheduling.bookings.at_the_salon import Salon

pytestmark = pytest.mark.postgres


@pytest.fixture
def salon(running: Running) -> Salon:
    salon = Salon.opened(running)
    salon.book(running.http())
    running.settle()
    return salon


# --- Turns ------------------------------------------------------------------------------


def test_businesses_take_turns_step_by_step(running: Running) -> None:
    """Whoever has much to be done keeps nobody waiting."""
    other = str(uuid4())
    work = WorkThatRemembers(works(running.system)["import-bookings"])
    for _ in range(3):
        started(running.http(), IMPORTS, json=attempts(100))
    small = started(running.http(tenant=other), IMPORTS, json=attempts(60))

    finish(a_worker(running.system, {"import-bookings": work}))

    until_it_is_done = work.tenants[: 5 + work.tenants.index(other)]
    assert work.tenants.count(running.tenant) == 15
    assert until_it_is_done.count(other) == 3
    assert all(one != next_ for one, next_ in pairwise(until_it_is_done))
    assert running.http(tenant=other).get(small).json()["state"] == "done"


def test_how_far_it_is_is_told_while_it_goes_on(running: Running) -> None:
    http = running.http()
    where = started(http, IMPORTS, json=attempts(100))

    a_worker(running.system).run_due()

    told = http.get(where)
    progress = told.json()["progress"]
    assert (told.json()["state"], progress["done"], progress["total"]) == ("running", 20, 100)
    assert progress["seconds_left"] >= 1
    assert int(told.headers["retry-after"]) >= 1
    assert http.get("/v1/operations").json()["data"] == [told.json()]


def test_between_two_turns_it_waits_as_any_job_does(running: Running) -> None:
    where = started(running.http(), IMPORTS, json=attempts(100))

    a_worker(running.system).run_due()

    name = where.rpartition("/")[2]
    [job] = running.http(Role.OPERATOR).get(f"/v1/jobs?about={name}").json()["data"]
    assert (job["status"], job["attempts"], job["last_error"]) == ("todo", 0, None)


# --- Cancelled --------------------------------------------------------------------------


def test_what_runs_is_cancelled_at_its_next_step(running: Running, salon: Salon) -> None:
    http, worker = running.http(), a_worker(running.system)
    where = started(http)
    worker.run_due()

    asked = http.delete(where)
    again = http.delete(where)
    finish(worker)

    assert (asked.status_code, asked.json()["state"]) == (202, "cancelling")
    assert again.status_code == 202
    assert http.get(where).json()["state"] == "cancelled"
    assert http.get(f"{where}/file").json()["code"] == "operation-has-no-file"
    with running.system.database.as_worker() as connection:
        assert connection.execute("SELECT count(*) FROM work.operation_parts").fetchone() == (0,)


def test_what_was_booked_before_it_was_cancelled_stays(running: Running) -> None:
    http, worker = running.http(), a_worker(running.system)
    where = started(http, IMPORTS, json=attempts(60))
    worker.run_due()

    http.delete(where)
    finish(worker)

    running.settle()
    assert http.get(where).json()["progress"]["done"] == 20
    assert len(http.get("/v1/bookings?limit=200").json()["data"]) == 20


def test_an_erasure_that_has_begun_goes_on_to_its_end(running: Running, salon: Salon) -> None:
    http, worker = running.http(), a_worker(running.system)
    client = http.post("/v1/clients", json={"name": "Zoé"}).json()["id"]
    where = http.delete(f"/v1/clients/{client}/personal-data", headers=ASYNC).headers["location"]
    worker.run_due()

    refused = http.delete(where)
    finish(worker)

    assert (refused.status_code, refused.json()["code"]) == (409, "operation-goes-on")
    assert http.get(where).json()["result"]["state"] == "erased"


def test_that_somebody_cancelled_something_is_in_the_log_of_the_process(running: Running) -> None:
    """Whether it had begun or not: its row is forgotten after a month."""
    http, worker = running.http(), a_worker(running.system)
    begun, waits = (started(http, IMPORTS, json=attempts(60)) for _ in range(2))
    worker.run_due()

    with capture_logs() as logs:
        for where in (begun, waits):
            http.delete(where)
            http.delete(where)
        finish(worker)

    ended = [each for each in logs if each["event"] == "an operation has ended"]
    by = http.get(begun).json()["cancelled_by"]
    assert {f"/v1/operations/{each['id']}" for each in ended} == {begun, waits}
    assert [(each["state"], each["cancelled_by"], each["tenant"]) for each in ended] == [
        ("cancelled", by, running.tenant)
    ] * 2


# --- Overtaken --------------------------------------------------------------------------


@pytest.mark.parametrize("refusal", [None, ClientNotFound()])
@pytest.mark.parametrize("count", [15, 60])
def test_it_goes_on_though_who_was_taken_for_dead_was_quicker(
    running: Running, count: int, refusal: DomainError | None
) -> None:
    """Its only step, or one of several: nobody else has the job any more."""
    http = running.http()
    where = started(http, IMPORTS, json=attempts(count))
    work = works(running.system)["import-bookings"]
    overtaken = WorkThatIsOvertaken(work, progress_of(running.system), refusal)

    finish(a_worker(running.system, {"import-bookings": overtaken}))

    done = http.get(where).json()
    assert (done["state"], done["result"]["booked"]) == ("done", count)


def test_who_was_taken_for_dead_does_not_end_what_others_go_on_with(running: Running) -> None:
    http = running.http()
    where = started(http, IMPORTS, json=attempts(60))
    progress = progress_of(running.system)
    dead = progress.begin(where.rpartition("/")[2])
    assert dead is not None
    a_worker(running.system).run_due()

    with capture_logs() as logs:
        ended = progress.end(dead, OperationState.FAILED, "tenant-not-found")

    assert not ended
    assert http.get(where).json()["state"] == "running"
    assert logs == []


# --- Failed -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "refusal", [StorageIsAway(), TooContended(), NotReadableHere(needs="release")]
)
def test_what_only_has_to_wait_has_not_failed(running: Running, refusal: DomainError) -> None:
    http = running.http()
    where = started(http)
    work = WorkThatWaits(works(running.system)["export-history"], refusal)

    tired(running, a_worker(running.system, {"export-history": work}))

    assert http.get(where).json()["state"] == "done"


def test_a_read_model_of_another_release_is_left_to_that(running: Running) -> None:
    where = started(running.http(Role.OPERATOR), "/v1/read-models/bookings/rebuild")
    older = rebuild_in_steps(running.system.rebuilder, [])

    finish(a_worker(running.system, {"rebuild-read-model": older}))

    name = where.rpartition("/")[2]
    [job] = running.http(Role.OPERATOR).get(f"/v1/jobs?about={name}").json()["data"]
    assert job["last_error"].startswith("NotReadableHere")


def tired(running: Running, worker: Worker) -> None:
    """Try until nobody tries any more."""
    for _ in range(12):
        finish(worker)
        running.clock.set(running.clock() + timedelta(hours=2))


def test_what_fails_again_and_again_is_told_as_failed_until_an_operator_has_it_tried_again(
    running: Running, salon: Salon
) -> None:
    http, operator = running.http(), running.http(Role.OPERATOR)
    where = started(http)

    tired(running, a_worker(running.system, {"export-history": WorkThatFails()}))

    failed = http.get(where, headers={"Accept-Language": "fr"}).json()
    [job] = operator.get("/v1/jobs?status=parked").json()["data"]
    assert (failed["state"], failed["problem"]["code"]) == ("failed", "operation-failed")
    assert failed["problem"]["title"] == "Échec de l'opération"
    assert job["last_error"] == "RuntimeError: broken"
    assert http.delete(where).json()["code"] == "operation-is-over"

    operator.post(f"/v1/jobs/{job['id']}/retry")
    finish(a_worker(running.system))

    assert http.get(where).json()["state"] == "done"
    assert http.get(where).json()["problem"] is None


def test_what_failed_leaves_room_for_others(running: Running) -> None:
    http = running.http()
    for _ in range(MOST_OPEN):
        started(http)

    tired(running, a_worker(running.system, {"export-history": WorkThatFails()}))

    assert http.post(EXPORTS).status_code == 202


def test_what_is_refused_is_failed_at_once_and_leaves_nothing(
    running: Running, salon: Salon
) -> None:
    http = running.http()
    where = started(http)

    finish(a_worker(running.system, most_bytes=500))

    failed = http.get(where).json()
    assert (failed["state"], failed["file"]) == ("failed", None)
    assert failed["problem"]["code"] == "operation-result-too-large"
    assert failed["problem"]["status"] == 413
    with running.system.database.as_worker() as connection:
        assert connection.execute("SELECT count(*) FROM work.operation_parts").fetchone() == (0,)
        assert connection.execute("SELECT sealed FROM work.operations").fetchone() == (None,)
        told = connection.execute("SELECT outcome FROM work.jobs WHERE kind = 'carry-on'")
        assert told.fetchone() == ("skipped: operation-result-too-large",)


# --- Started ----------------------------------------------------------------------------


def test_however_many_start_at_once_no_more_are_open_than_may_be(running: Running) -> None:
    http = running.http()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: http.post(EXPORTS).status_code, range(MOST_OPEN + 6)))

    assert sorted(answers) == [202] * MOST_OPEN + [429] * 6


def test_every_kind_has_its_work_and_somebody_who_may_start_it(running: Running) -> None:
    assert works(running.system).keys() == OPERATION_KINDS.keys()
    for kind in OPERATION_KINDS.values():
        assert any(kind.permission in granted for granted in GRANTED.values())


@pytest.mark.parametrize(
    ("prefer", "preferred"),
    [
        ("respond-async", True),
        ("Respond-Async, wait=10", True),
        ("wait=10;x, respond-async", True),
        ("respond-asynchronously", False),
        ("wait=10", False),
    ],
)
def test_a_preference_is_understood_as_it_is_written(prefer: str, preferred: bool) -> None:
    assert prefers_async(Headers({"prefer": prefer})) is preferred
