"""A worker that is killed, for real, with a file in its hands."""

import signal
from typing import Any

import pytest

from tests.conversations.whatsapp.at_the_desk import Desk
from tests.conversations.whatsapp.cloud import Cloud, call, sent, signed
from tests.conversations.whatsapp.test_files_out import JPEG, keeps
from tests.conversations.whatsapp.test_killed import survivor
from tests.conversations.whatsapp.test_media import files_of, messages
from tests.files.pictures import PDF
from tests.forked import ended
from tests.running import Running

pytestmark = [pytest.mark.postgres, pytest.mark.slow]


def dies(running: Running, meta: Cloud, when: str) -> None:
    """Let a worker die at that point, and another one go on."""
    dsn, files = running.system.database.dsn, str(running.system.settings.files_dir)
    doomed = "tests.conversations.whatsapp.doomed_with_files"
    assert ended(doomed, dsn, str(meta.port), files, when) == -signal.SIGKILL
    worker = survivor(running)
    while running.system.jobs.depths()["running"]:
        worker.run_due()
    running.settle()


def says(desk: Desk, *files: str) -> dict[str, Any]:
    [thread] = desk.threads
    where = f"/v1/threads/{thread['id']}/messages"
    said: dict[str, Any] = desk.ana.http.post(where, json={"files": [*files]}).json()
    return said


def test_what_was_fetched_and_not_recorded_is_fetched_again_and_is_one_file(
    running: Running, desk: Desk, meta: Cloud
) -> None:
    body = call(sent("wamid.1", "document", meta.media.sent(PDF), at=desk.now))
    assert desk.anybody.post(desk.path, content=body, headers=signed(body)).status_code == 200
    dies(running, meta, "fetched")

    [message] = messages(desk)
    assert (message["media"]["status"], len(files_of(desk, message))) == ("fetched", 1)
    assert meta.media.given == 2
    assert running.system.files.ledger.used(running.tenant) == len(PDF)


def test_what_was_put_there_and_not_recorded_is_said_once(
    running: Running, desk: Desk, meta: Cloud
) -> None:
    desk.is_written_to()
    said = says(desk, keeps(desk, JPEG), keeps(desk, PDF))
    dies(running, meta, "put")

    assert [each["type"] for each in meta.book] == ["image", "document"]
    assert desk.message(said)["status"] == "sent"


def test_of_several_that_part_alone_is_uncertain_with_which_a_worker_died(
    running: Running, desk: Desk, meta: Cloud
) -> None:
    desk.is_written_to()
    said = says(desk, keeps(desk, JPEG), keeps(desk, PDF))
    dies(running, meta, "sent")

    assert [each["type"] for each in meta.book] == ["image", "document"]
    assert desk.message(said)["status"] == "sending"
    assert [each.content for each in meta.media.uploads] == [JPEG, PDF]
