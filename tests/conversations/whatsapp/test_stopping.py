"""STOP holds on WhatsApp as it does by SMS: there, and nowhere else."""

import pytest

from tests.conversations.whatsapp.at_the_desk import Desk
from tests.conversations.whatsapp.cloud import Cloud, Fault
from tests.running import Running

pytestmark = pytest.mark.postgres


def test_who_writes_stop_is_answered_no_more_until_they_write_start(
    desk: Desk, meta: Cloud
) -> None:
    desk.is_written_to("wamid.1", "Stop !")
    [thread] = desk.threads
    where = f"/v1/threads/{thread['id']}/messages"
    refused = desk.ana.http.post(where, json={"text": "Pourquoi ?"})
    assert (refused.status_code, refused.json()["code"]) == (409, "has-opted-out")
    assert desk.ana.says(thread, "Ne veut plus rien", kind="note")["status"] == "delivered"

    desk.is_written_to("wamid.2", "start")
    assert desk.answers("Re-bonjour")["status"] == "sent"


def test_what_waits_when_they_opt_out_is_not_sent_any_more(
    running: Running, desk: Desk, meta: Cloud
) -> None:
    desk.is_written_to("wamid.1")
    meta.faults = [Fault.LIMIT]
    said = desk.answers("À demain")
    desk.is_written_to("wamid.2", "STOP")
    running.system.jobs.retry(None, running.system.jobs.find(None, about=said["id"])[0].id)
    running.settle()

    shown = desk.message(said)
    assert (shown["status"], shown["reason"], meta.book) == ("failed", "opted-out", [])
