"""WhatsApp: what people write is in a conversation, is answered from there, and its receipts come back."""

from datetime import timedelta
from typing import Any

import pytest

from application.operations.jobs import JobStatus
from tests.conversations.threads.conversing import Person
from tests.conversations.whatsapp.at_the_desk import VERIFY, Desk
from tests.conversations.whatsapp.cloud import Cloud, Fault, call, signed, told, wrote
from tests.running import Running

pytestmark = pytest.mark.postgres

DAY = timedelta(days=1)


def said_in(desk: Desk, thread: dict[str, Any]) -> list[str | None]:
    return desk.ana.hears(thread)


# --- What comes in ------------------------------------------------------------------------


def test_meta_is_told_that_we_are_who_it_was_told_of(desk: Desk) -> None:
    asked = {"hub.mode": "subscribe", "hub.challenge": "1158201444"}
    right = desk.anybody.get(desk.path, params={**asked, "hub.verify_token": VERIFY})
    wrong = desk.anybody.get(desk.path, params={**asked, "hub.verify_token": "another"})

    assert (right.status_code, right.text) == (200, "1158201444")
    assert wrong.status_code == 403


def test_what_somebody_writes_is_in_a_conversation_and_answered_from_there(
    running: Running, desk: Desk, meta: Cloud
) -> None:
    desk.is_written_to("wamid.in", "Une place mardi ?")
    [thread] = desk.threads
    [lead] = desk.ana.http.get("/v1/leads").json()["data"]
    assert (thread["channel"], thread["is_waiting"]) == ("whatsapp", True)
    assert (lead["client_id"], lead["source"]) == (thread["client_id"], "whatsapp")

    said = desk.answers("Oui, à 10 h")

    assert said["status"] == "sent"
    assert meta.book == [
        {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            "to": "33612345678",
            "type": "text",
            "text": {"body": "Oui, à 10 h", "preview_url": False},
            "biz_opaque_callback_data": said["id"],
        }
    ]
    name = meta.name(1)
    desk.is_called(told((name, "read"), at=desk.now + 2), told((name, "delivered"), at=desk.now))
    assert desk.message(said)["status"] == "read"
    assert said_in(desk, thread) == ["Une place mardi ?", "Oui, à 10 h"]


def test_several_entries_are_read_in_their_order_and_each_message_once(desk: Desk) -> None:
    now = desk.now
    values = [wrote((f"wamid.{n}", str(n)), (f"wamid.{n}b", f"{n}b"), at=now) for n in range(3)]
    desk.is_called(*values)
    desk.is_called(values[1], wrote(("wamid.3", "3"), at=now))

    [thread] = desk.threads
    assert said_in(desk, thread) == ["0", "0b", "1", "1b", "2", "2b", "3"]


def test_a_call_that_is_not_signed_is_not_heard(desk: Desk) -> None:
    body = call(wrote(("wamid.1", "Bonjour"), at=desk.now))
    bare = desk.anybody.post(desk.path, content=body)
    wrong = desk.anybody.post(desk.path, content=body, headers=signed(body, "another"))

    assert (bare.status_code, wrong.status_code) == (401, 403)
    assert desk.threads == []


@pytest.mark.parametrize(
    ("value", "field"),
    [
        ({"messages": [{"id": "wamid.1", "type": "unsupported", "timestamp": "1"}]}, "messages"),
        ({"messages": [{"strange": True}], "statuses": [{"strange": True}]}, "messages"),
        ({"messages": "strange"}, "messages"),
        (wrote(("wamid.1", "Bonjour"), at=0, by="336\x0012345678"), "messages"),
        (wrote(("wamid." + "x" * 200, "Bonjour"), at=0), "messages"),
        (wrote(("wamid.1", " \x00"), at=0), "messages"),
        ({"event": "APPROVED"}, "message_template_status_update"),
    ],
)
def test_what_nobody_knows_is_kept_and_answered_well(
    running: Running, desk: Desk, value: dict[str, Any], field: str
) -> None:
    desk.is_called(value, field=field)

    [receipt] = running.system.receipts.find(None)
    assert (receipt.state, desk.threads) == ("not_understood_yet", [])


def test_of_a_call_what_is_known_is_heard_beside_what_is_not(desk: Desk) -> None:
    value = wrote(("wamid.1", "Bonjour"), at=desk.now)
    value["messages"].insert(0, {"id": "wamid.0", "type": "order", "timestamp": "strange"})
    desk.is_called(value)

    [thread] = desk.threads
    assert said_in(desk, thread) == ["Bonjour"]


def test_who_writes_without_a_number_is_somebody_and_the_same_once_it_is_told(
    running: Running, desk: Desk, meta: Cloud
) -> None:
    user = "FR.13491208655302741918"
    desk.is_written_to("wamid.1", "Sans numéro", by=None, user_id=user)
    assert desk.answers()["status"] == "sent"
    assert (meta.book[0]["recipient"], "to" in meta.book[0]) == (user, False)
    desk.is_written_to("wamid.2", "Avec mon numéro", user_id=user)
    desk.is_written_to("wamid.3", "Par mon numéro")

    [thread] = desk.threads
    assert thread["last"] == 4
    assert len(desk.ana.http.get("/v1/clients").json()["data"]) == 1


@pytest.mark.parametrize(
    ("number", "id_"),
    [
        ("+33612345678", "33612345678"),
        ("+5531988888888", "553188888888"),
        ("+525512345678", "5215512345678"),
    ],
)
def test_who_is_known_by_their_number_is_that_client_in_whichever_form_it_comes(
    desk: Desk, meta: Cloud, number: str, id_: str
) -> None:
    known = {"name": "Zoé Dupont", "phone": number}
    client = desk.ana.http.post("/v1/clients", json=known).json()
    desk.is_written_to(by=id_)
    desk.answers()

    assert [each["client_id"] for each in desk.threads] == [client["id"]]
    assert [each["to"] for each in meta.book] == [id_]


def test_who_has_a_number_that_no_table_knows_is_somebody(desk: Desk, meta: Cloud) -> None:
    desk.is_written_to(by="999")
    desk.answers()
    assert [each["to"] for each in meta.book] == ["999"]


# --- What goes out ------------------------------------------------------------------------


def test_after_a_day_nothing_is_said_freely(running: Running, desk: Desk, meta: Cloud) -> None:
    desk.is_written_to(at=desk.now - DAY.total_seconds() + 60)
    assert desk.answers()["status"] == "sent"
    running.clock.set(running.clock() + timedelta(minutes=1))
    [thread] = desk.threads
    refused = desk.ana.http.post(f"/v1/threads/{thread['id']}/messages", json={"text": "Encore ?"})
    assert (refused.status_code, refused.json()["code"]) == (409, "window-closed")
    note = desk.ana.says(thread, "Ne répond plus", kind="note")
    assert note["status"] == "delivered"

    desk.is_written_to("wamid.2", "Me revoilà")
    assert desk.answers()["status"] == "sent"
    assert len(meta.book) == 2


def test_what_waits_until_the_day_is_over_is_not_sent_and_says_why(
    running: Running, desk: Desk, meta: Cloud
) -> None:
    desk.is_written_to()
    [thread] = desk.threads
    meta.faults = [Fault.LIMIT] * 20
    said = desk.ana.says(thread, "Oui")
    running.settle()
    assert desk.message(said)["status"] == "sending"

    running.clock.set(running.clock() + DAY)
    running.settle()
    shown = desk.message(said)
    assert (shown["status"], shown["reason"], meta.book) == ("failed", "window-closed", [])


def test_what_cannot_be_sent_there_is_refused_at_once(desk: Desk) -> None:
    desk.is_written_to()
    [thread] = desk.threads
    where = f"/v1/threads/{thread['id']}/messages"

    long = desk.ana.http.post(where, json={"text": "x" * 4_097})
    assert (long.status_code, long.json()["code"]) == (422, "too-long-for-channel")


def test_what_is_deleted_before_it_went_out_is_not_sent(
    running: Running, desk: Desk, meta: Cloud
) -> None:
    desk.is_written_to()
    [thread] = desk.threads
    said = desk.ana.says(thread, "Oups")
    assert desk.ana.http.delete(f"/v1/messages/{said['id']}").status_code == 204
    running.settle()
    assert meta.book == []


@pytest.mark.parametrize("fault", [Fault.LIMIT, Fault.TROUBLE, Fault.TOKEN])
def test_what_is_not_taken_is_given_again_in_order(
    running: Running, desk: Desk, meta: Cloud, fault: Fault
) -> None:
    desk.is_written_to()
    [thread] = desk.threads
    meta.faults = [fault]
    said = [desk.ana.says(thread, text) for text in ("un", "deux", "trois")]
    running.settle()
    assert meta.said == []

    running.system.walk(running.clock() + timedelta(hours=1))
    assert meta.said == ["un", "deux", "trois"]
    assert {desk.message(each)["status"] for each in said} == {"sent"}


def test_what_is_refused_for_good_has_failed_and_says_why(desk: Desk, meta: Cloud) -> None:
    desk.is_written_to()
    meta.faults = [Fault.WINDOW]
    said = desk.answers()
    assert (said["status"], said["reason"]) == ("failed", "131047")
    assert desk.answers("Autre chose")["status"] == "sent"


@pytest.mark.parametrize("fault", [Fault.HANGS_UP, Fault.HALF, Fault.UNREADABLE])
def test_what_may_have_been_taken_is_uncertain_and_not_given_again_until_a_person_says_so(
    running: Running, desk: Desk, meta: Cloud, fault: Fault
) -> None:
    desk.is_written_to()
    meta.faults = [fault]
    said = desk.answers()
    taken = len(meta.book)
    running.system.walk(running.clock() + timedelta(hours=1))
    assert (desk.message(said)["status"], len(meta.book)) == ("uncertain", taken)

    [job] = running.system.jobs.find(None, status=JobStatus.UNCERTAIN)
    running.system.jobs.retry(None, job.id)
    running.settle()
    assert (desk.message(said)["status"], len(meta.book)) == ("sent", taken + 1)


def test_what_was_uncertain_is_known_by_its_receipt(desk: Desk, meta: Cloud) -> None:
    desk.is_written_to()
    meta.faults = [Fault.HANGS_UP]
    said = desk.answers()
    report = told((meta.name(1), "delivered"), at=desk.now, biz_opaque_callback_data=said["id"])
    desk.is_called(report)

    assert desk.message(said)["status"] == "delivered"


def test_a_receipt_of_what_is_not_ours_changes_nothing(desk: Desk, meta: Cloud) -> None:
    desk.is_written_to()
    said = desk.answers()
    strange = "message-0198c0de-0000-7000-8000-000000000001"
    desk.is_called(
        told(("wamid.strange", "read"), at=desk.now),
        told(("wamid.strange", "read"), at=desk.now, biz_opaque_callback_data=strange),
        told(("wamid.strange", "read"), at=desk.now, biz_opaque_callback_data="../.."),
    )
    assert desk.message(said)["status"] == "sent"


def test_a_failure_says_its_code(desk: Desk, meta: Cloud) -> None:
    desk.is_written_to()
    said = desk.answers()
    failed = told((meta.name(1), "failed"), at=desk.now, errors=[{"code": 131_026, "title": "no"}])
    desk.is_called(failed)

    shown = desk.message(said)
    assert (shown["status"], shown["reason"]) == ("failed", "131026")


def test_what_somebody_else_carries_waits_for_them(running: Running, ana: Person) -> None:
    body = {"channel": "whatsapp", "id": "1", "sender_id": "33612345678", "text": "Bonjour"}
    heard = ana.http.post("/v1/messages/heard", json=body).json()
    said = ana.says({"id": heard["thread_id"]}, "Bonjour")
    running.settle()

    assert ana.http.get(f"/v1/messages/{said['id']}").json()["status"] == "queued"
