"""What fails at present is seen: in the queue, in the log, in what is measured."""

from typing import Any

import pytest
from structlog.testing import capture_logs

from adapters.jobs import JobDesk
from adapters.jobs.orders import Orders
from adapters.postgres import Database
from application.operations.jobs import AwayError, JobStatus
from tests.jobs.examples import (
    HOUR,
    TENANT,
    BellThatRemembers,
    ManualClock,
    RingBell,
    a_worker,
    order,
    ring,
)
from tests.running import Running

pytestmark = pytest.mark.postgres


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def desk(database: Database, clock: ManualClock) -> JobDesk:
    return JobDesk(database, clock, Orders([RingBell]))


def said(logs: Any, *words: str) -> list[str]:
    return [each["event"] for each in logs if each["event"] in words]


def test_a_job_that_will_be_tried_again_is_failing(
    database: Database, desk: JobDesk, clock: ManualClock
) -> None:
    order(database, ring())
    [waiting] = desk.find(TENANT)
    assert waiting.status is JobStatus.TODO

    a_worker(database, clock, handle=BellThatRemembers(OSError("stuck"))).run_due()

    [failing] = desk.find(TENANT, status=JobStatus.FAILING)
    assert (failing.id, failing.last_error) == (waiting.id, "OSError: stuck")
    assert desk.get(TENANT, waiting.id).status is JobStatus.FAILING
    assert desk.find(TENANT, status=JobStatus.TODO) == []
    assert desk.depths()["failing"] == 1


def test_what_fails_is_tried_at_once_when_an_operator_says_so(
    database: Database, desk: JobDesk, clock: ManualClock
) -> None:
    order(database, ring())
    worker = a_worker(database, clock, handle=BellThatRemembers(OSError("stuck")))
    worker.run_due()
    [failing] = desk.find(TENANT)
    assert worker.run_due() == 0

    assert desk.retry(TENANT, failing.id).status is JobStatus.TODO

    assert worker.run_due() == 1
    assert desk.get(TENANT, failing.id).status is JobStatus.DONE


def test_the_first_failure_and_its_end_are_logged_once(
    database: Database, clock: ManualClock
) -> None:
    order(database, ring())
    stuck = [OSError("zoe@example.org"), OSError("zoe@example.org"), OSError("zoe@example.org")]
    worker = a_worker(database, clock, handle=BellThatRemembers(*stuck))

    with capture_logs() as logs:
        for _ in range(5):
            worker.run_due()
            clock.move(HOUR)

    words = ("a job fails, and is tried again", "a job that failed is done")
    assert said(logs, *words) == list(words)
    assert "zoe" not in str(logs)


def test_that_nobody_answers_is_logged_once_however_many_jobs_there_are(
    database: Database, clock: ManualClock
) -> None:
    for n in range(2):
        order(database, ring(about=f"bell-{n}"), position=n + 1)
    away = [AwayError("nobody there"), AwayError("nobody there")]
    worker = a_worker(database, clock, handle=BellThatRemembers(*away))

    with capture_logs() as logs:
        worker.run_due()
        clock.move(HOUR)
        worker.run_due()

    words = ("nobody answers in a lane", "a lane answers again")
    assert said(logs, *words, "a job fails, and is tried again") == list(words)


def test_operators_see_what_fails_and_how_much(running: Running, clock: Any) -> None:
    """Over HTTP and in what Prometheus scrapes, not only in the tables."""
    order(running.system.database, ring(), tenant=running.tenant)
    a_worker(running.system.database, clock, handle=BellThatRemembers(OSError("stuck"))).run_due()

    queue = running.http().get("/v1/status").json()["queue"]
    metrics = running.http().get("/metrics").text

    assert queue["failing"] == 1
    assert 'frontdesk_jobs{state="failing"} 1.0' in metrics
