"""A worker that is killed, for real, after Meta took a message and before that is recorded."""

import signal
from datetime import timedelta

import pytest

from adapters.jobs import Worker
from adapters.rate_limits.one_process import ProcessRateLimiter
from application.operations.jobs import JobStatus
from application.use_cases import USE_CASES
from infra.composition.resources import carrying_of
from tests.conversations.whatsapp.at_the_desk import Desk
from tests.conversations.whatsapp.cloud import Cloud, told
from tests.forked import ended
from tests.running import Running

pytestmark = [pytest.mark.postgres, pytest.mark.slow]


def survivor(running: Running) -> Worker:
    """Return another worker, which takes others for dead after half a second."""
    system = running.system
    handlers = carrying_of(
        system.settings,
        system.database,
        system.store,
        system.dispatch,
        system.configured,
        ProcessRateLimiter(lambda: running.clock().timestamp()),
        running.clock,
    )
    return Worker(
        system.database,
        running.clock,
        system.dispatch,
        list(USE_CASES),
        handlers,
        lease=timedelta(seconds=0.5),
    )


def test_what_was_taken_is_given_once_though_the_worker_dies_before_it_is_recorded(
    running: Running, desk: Desk, meta: Cloud
) -> None:
    desk.is_written_to()
    [thread] = desk.threads
    said = desk.ana.says(thread, "Oui, à 10 h")
    desk.ana.says(thread, "Ou à 11 h")
    dsn, port = running.system.database.dsn, str(meta.port)
    assert ended("tests.conversations.whatsapp.doomed", dsn, port) == -signal.SIGKILL

    worker = survivor(running)
    while running.system.jobs.depths()["running"]:
        worker.run_due()
    running.settle()

    [job] = running.system.jobs.find(None, status=JobStatus.UNCERTAIN)
    assert (job.about, desk.message(said)["status"]) == (said["id"], "sending")
    report = told((meta.name(1), "delivered"), at=desk.now, biz_opaque_callback_data=said["id"])
    desk.is_called(report)
    assert desk.message(said)["status"] == "delivered"
    assert meta.said == ["Oui, à 10 h", "Ou à 11 h"]
