"""STOP holds on WhatsApp as it does by SMS: there, and nowhere else."""

from itertools import permutations

import pytest

from domain.people.clients import RegisterClient
from domain.values import ClientId, Contact
from tests.conversations.whatsapp.appointments import Appointments
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


def test_who_shares_the_number_is_not_written_to_either(
    running: Running, desk: Desk, meta: Cloud
) -> None:
    zoes = Appointments(desk)
    desk.is_written_to("wamid.1", "STOP")
    lea = ClientId("client-0198c0de-0000-7000-8000-00000000000a")
    contact = Contact("Léa Martin", email="lea@example.org", phone="+33612345678", language="fr")
    running.order(RegisterClient(client_id=lea, contact=contact))
    running.settle()
    where = f"/v1/clients/{lea}/told-by"
    assert zoes.http.put(where, json={"channels": ["whatsapp"]}).status_code == 200

    zoes.salon.book(zoes.http, "2027-01-05T10:00:00+01:00", client_id=lea)
    running.settle()

    [told] = [each for each in zoes.messages() if each["kind"] == "system"]
    assert (told["status"], told["reason"], meta.book) == ("failed", "opted-out", [])


@pytest.mark.parametrize("order", [*permutations(("STOP", "START", "STOP again"))])
def test_a_start_that_is_older_than_a_stop_takes_nothing_back(
    desk: Desk, order: tuple[str, ...]
) -> None:
    said = {"STOP": desk.now - 180, "START": desk.now - 120, "STOP again": desk.now - 60}
    for word in order:
        desk.is_written_to(f"wamid.{word}", word.removesuffix(" again"), at=said[word])

    [thread] = desk.threads
    where = f"/v1/threads/{thread['id']}/messages"
    assert desk.ana.http.post(where, json={"text": "Pourquoi ?"}).status_code == 409


def test_a_start_that_is_newer_than_a_stop_counts_though_the_stop_was_heard_late(
    desk: Desk,
) -> None:
    desk.is_written_to("wamid.1", "STOP", at=desk.now - 120)
    desk.is_written_to("wamid.2", "START", at=desk.now - 60)

    assert desk.answers("Re-bonjour")["status"] == "sent"
