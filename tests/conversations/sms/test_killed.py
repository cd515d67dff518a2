"""A worker that is killed, for real, after LabsMobile took an SMS and before that is recorded."""

import signal

import pytest

from application.operations.jobs import JobStatus
from tests.conversations.sms.at_the_desk import Desk
from tests.conversations.sms.labsmobile import LabsMobile
from tests.conversations.whatsapp.test_killed import survivor
from tests.forked import ended
from tests.running import Running

pytestmark = [pytest.mark.postgres, pytest.mark.slow]


def test_what_was_taken_is_given_once_though_the_worker_dies_and_its_callback_shows_it(
    running: Running, desk: Desk, there: LabsMobile
) -> None:
    desk.is_written_to()
    [thread] = desk.threads
    said = desk.ana.says(thread, "Oui, à 10 h")
    desk.ana.says(thread, "Ou à 11 h")
    dsn, port = running.system.database.dsn, str(there.port)
    assert ended("tests.conversations.sms.doomed", dsn, port) == -signal.SIGKILL

    worker = survivor(running)
    while running.system.jobs.depths()["running"]:
        worker.run_due()
    running.settle()

    [job] = running.system.jobs.find(None, status=JobStatus.UNCERTAIN)
    assert (job.about, desk.message(said)["status"]) == (said["id"], "sending")
    desk.is_told(there.book[0]["subid"], "handset")
    assert desk.message(said)["status"] == "delivered"
    assert there.said == ["Oui, à 10 h", "Ou à 11 h"]
