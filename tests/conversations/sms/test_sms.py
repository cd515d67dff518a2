"""SMS: what people write is in a conversation, is answered from there, and what became of it comes back."""

from datetime import timedelta
from itertools import permutations
from typing import Any
from urllib.parse import urlsplit

import pytest

from application.inbound import PROVIDERS, Arrival
from application.inbound.stripping import stripped
from application.operations.jobs import JobStatus
from tests.conversations.sms.at_the_desk import Desk
from tests.conversations.sms.labsmobile import OURS, SECRET, Fault, LabsMobile, told, wrote
from tests.files.pictures import PDF
from tests.files.sending import send
from tests.running import Running

pytestmark = pytest.mark.postgres

HOUR = timedelta(hours=1)


# --- What comes in ------------------------------------------------------------------------


def test_what_somebody_writes_is_in_a_conversation_and_answered_from_there(
    desk: Desk, there: LabsMobile
) -> None:
    desk.is_written_to("Une place mardi ?")
    [thread] = desk.threads
    [lead] = desk.ana.http.get("/v1/leads").json()["data"]
    assert (thread["channel"], thread["is_waiting"]) == ("sms", True)
    assert (lead["client_id"], lead["source"]) == (thread["client_id"], "sms")

    said = desk.answers("Oui, à 10 h")

    assert (said["status"], said["parts"]) == ("sent", 1)
    [taken] = there.book
    where = urlsplit(taken.pop("ackurl"))
    assert (f"{where.scheme}://{where.netloc}", where.path) == (OURS, desk.path)
    assert len(taken.pop("subid")) == 20
    assert taken == {
        "message": "Oui, à 10 h",
        "tpoa": "SALON",
        "recipient": [{"msisdn": "33612345678"}],
    }
    assert desk.ana.hears(thread) == ["Une place mardi ?", "Oui, à 10 h"]


def test_who_has_the_number_is_that_client(desk: Desk, there: LabsMobile) -> None:
    zoe = desk.client(email="zoe@example.org")
    desk.is_written_to()
    desk.answers()

    assert [each["client_id"] for each in desk.threads] == [zoe]
    assert [each["recipient"] for each in there.book] == [[{"msisdn": "33612345678"}]]


def test_what_is_told_twice_is_heard_once_and_what_is_said_twice_twice(desk: Desk) -> None:
    desk.is_written_to("Bonjour")
    desk.is_written_to("Bonjour")
    desk.is_written_to("Bonjour", at="2027-01-04 07:59:30")

    [thread] = desk.threads
    assert desk.ana.hears(thread) == ["Bonjour", "Bonjour"]


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "-1"])
def test_what_is_said_to_be_of_another_age_is_of_now(desk: Desk, at: str) -> None:
    desk.is_written_to("Bonjour", at=at)

    [thread] = desk.threads
    [said] = desk.messages(thread)
    assert said["said_at"][:16] == said["posted_at"][:16]


@pytest.mark.parametrize("by", ["33699999999", "+33699999999", "INFO", "999"])
def test_whoever_writes_is_somebody(desk: Desk, by: str) -> None:
    desk.is_written_to(by=by)
    assert [each["channel"] for each in desk.threads] == ["sms"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"[]",
        b"\xff",
        b'{"msisdn": 1, "message": "Bonjour", "timestamp": "now"}',
        b'{"msisdn": "336\\u0000", "message": "Bonjour", "timestamp": "now"}',
        wrote(" \x00"),
        wrote("Bonjour", by="3" * 41),
    ],
)
def test_what_nobody_understands_is_kept_and_answered_well(
    running: Running, desk: Desk, body: bytes
) -> None:
    assert desk.anybody.post(desk.path, content=body).status_code == 200
    running.settle()

    [receipt] = running.system.receipts.find(None)
    assert (receipt.state, desk.threads) == ("not_understood_yet", [])


def test_who_does_not_know_the_address_is_told_that_there_is_nothing(
    running: Running, desk: Desk, there: LabsMobile
) -> None:
    desk.client()
    said = desk.begins(desk.client(name="Bo", phone="+33612345679"), "Bonjour").json()
    beginning = f"/v1/inbound/{running.tenant}/labsmobile"
    wrong = [beginning, f"{beginning}/", f"{beginning}/{SECRET[:-1]}x", f"{beginning}/wrong"]
    for where in [*wrong, desk.path.replace("labsmobile", "whatsapp")]:
        written = desk.anybody.post(where, content=wrote("Bonjour"))
        asked = desk.anybody.get(where, params=told(there.book[0]["subid"], "handset"))
        assert {written.status_code, asked.status_code} <= {404, 403}, where
        assert written.status_code == 404
    running.settle()

    assert running.system.receipts.find(None) == []
    assert [each["id"] for each in desk.threads] == [said["id"]]


def test_the_secret_of_the_address_is_kept_nowhere() -> None:
    url = f"{OURS}/v1/inbound/t/labsmobile/{SECRET}?acklevel=handset"
    call = Arrival(method="GET", url=url, headers=(), body=b"")
    [labsmobile] = [each for each in PROVIDERS if each.name == "labsmobile"]

    kept = stripped(call, labsmobile)

    assert kept.url == f"{OURS}/v1/inbound/t/labsmobile/-?acklevel=handset"
    assert labsmobile.known_by(kept) == labsmobile.known_by(call)


# --- What goes out ------------------------------------------------------------------------


def test_who_never_wrote_is_reached_by_their_number(desk: Desk, there: LabsMobile) -> None:
    zoe = desk.client()
    begun = desk.begins(zoe, "Votre rendez-vous est à 10 h")

    assert (begun.status_code, begun.json()["client_id"]) == (201, zoe)
    assert [each["recipient"] for each in there.book] == [[{"msisdn": "33612345678"}]]
    desk.is_written_to("Merci")
    [thread] = desk.threads
    assert desk.ana.hears(thread) == ["Votre rendez-vous est à 10 h", "Merci"]
    assert desk.begins(zoe).json()["id"] == thread["id"]


@pytest.mark.parametrize("phone", [None, "+33199001234;ext=5"])
def test_who_has_no_number_is_not_reached(desk: Desk, there: LabsMobile, phone: str | None) -> None:
    refused = desk.begins(desk.client(phone=phone), "Bonjour")

    assert (refused.status_code, refused.json()["code"]) == (409, "client-not-reachable")
    assert there.book == []


@pytest.mark.parametrize(
    ("text", "parts", "form"),
    [
        ("x" * 160, 1, {}),
        ("x" * 161, 2, {"long": 1}),
        ("À demain", 1, {"ucs2": 1}),
        ("ê" * 71, 2, {"long": 1, "ucs2": 1}),
        ("De\u0301ja\u0300 vu", 1, {}),
    ],
)
def test_a_message_says_in_how_many_sms_it_goes(
    desk: Desk, there: LabsMobile, text: str, parts: int, form: dict[str, int]
) -> None:
    desk.is_written_to()
    assert desk.answers(text)["parts"] == parts
    [taken] = there.book
    assert {name: taken[name] for name in ("long", "ucs2") if name in taken} == form


def test_what_cannot_be_sent_so_is_refused_at_once(desk: Desk, there: LabsMobile) -> None:
    desk.is_written_to()
    [thread] = desk.threads
    where = f"/v1/threads/{thread['id']}/messages"
    file = send(desk.ana.http, desk.ana.user_id, PDF).json()["id"]

    long = desk.ana.http.post(where, json={"text": "x" * 460})
    assert (long.status_code, long.json()["code"]) == (422, "too-long-for-channel")
    many = desk.ana.http.post(where, json={"text": "ê" * 202})
    assert (many.status_code, many.json()["code"]) == (422, "too-many-parts")
    with_file = desk.ana.http.post(where, json={"text": "Voici", "files": [file]})
    assert (with_file.status_code, with_file.json()["code"]) == (422, "files-not-carried")
    assert there.book == []


@pytest.mark.parametrize("fault", [Fault.LIMIT, Fault.TROUBLE, Fault.CREDIT, Fault.TOKEN])
def test_what_is_not_taken_is_given_again_in_order(
    running: Running, desk: Desk, there: LabsMobile, fault: Fault
) -> None:
    desk.is_written_to()
    [thread] = desk.threads
    there.faults = [fault]
    said = [desk.ana.says(thread, text) for text in ("un", "deux", "trois")]
    running.settle()
    assert there.said == []

    running.system.walk(running.clock() + HOUR)
    assert there.said == ["un", "deux", "trois"]
    assert {desk.message(each)["status"] for each in said} == {"sent"}


def test_what_is_refused_for_good_has_failed_and_says_why(desk: Desk, there: LabsMobile) -> None:
    desk.is_written_to()
    there.faults = [Fault.CHARACTERS]
    said = desk.answers()
    assert (said["status"], said["reason"]) == ("failed", "27")
    assert desk.answers("Autre chose")["status"] == "sent"


@pytest.mark.parametrize("fault", [Fault.HANGS_UP, Fault.HALF, Fault.SLOW, Fault.BROKEN])
def test_what_may_have_been_taken_is_uncertain_and_not_given_again_until_a_person_says_so(
    running: Running, desk: Desk, there: LabsMobile, fault: Fault
) -> None:
    desk.is_written_to()
    there.faults = [fault]
    said = desk.answers()
    taken = len(there.book)
    running.system.walk(running.clock() + HOUR)
    assert (desk.message(said)["status"], len(there.book)) == ("uncertain", taken)

    [job] = running.system.jobs.find(None, status=JobStatus.UNCERTAIN)
    running.system.jobs.retry(None, job.id)
    running.settle()
    assert (desk.message(said)["status"], len(there.book)) == ("sent", taken + 1)
    assert len({each["subid"] for each in there.book}) == 1


def test_many_wait_for_their_turn_and_none_fails(
    running: Running, desk: Desk, there: LabsMobile
) -> None:
    desk.configure(per_minute=3)
    numbers = [f"+3361234567{n}" for n in range(5)]
    for n, phone in enumerate(numbers):
        desk.begins(desk.client(name=f"Zoé {n}", phone=phone), "Bonjour")
    assert len(there.book) == 3

    running.system.walk(running.clock() + timedelta(minutes=2))

    assert len(there.book) == 5
    assert {each["status"] for t in desk.threads for each in desk.messages(t)} == {"sent"}


def test_one_number_is_sent_ten_in_a_minute(
    running: Running, desk: Desk, there: LabsMobile
) -> None:
    thread = desk.begins(desk.client()).json()
    for n in range(12):
        desk.ana.says(thread, str(n))
    running.settle()
    assert there.said == [str(n) for n in range(10)]

    running.system.walk(running.clock() + timedelta(minutes=2))

    assert there.said == [str(n) for n in range(12)]


def test_without_an_account_it_waits_for_whoever_carries_it(running: Running, ana: Any) -> None:
    body = {"channel": "sms", "id": "1", "sender_id": "33612345678", "text": "Bonjour"}
    heard = ana.http.post("/v1/messages/heard", json=body).json()
    said = ana.says({"id": heard["thread_id"]}, "Bonjour")
    running.settle()

    assert ana.http.get(f"/v1/messages/{said['id']}").json()["status"] == "queued"


# --- What became of it --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("level", "status", "shown"),
    [
        ("gateway", "ok", ("sent", None)),
        ("operator", "ok", ("sent", None)),
        ("handset", "ok", ("delivered", None)),
        ("operator", "ko", ("failed", "UNDELIV")),
        ("error", "ok", ("failed", "UNDELIV")),
        ("strange", "ok", ("sent", None)),
        ("handset", "strange", ("sent", None)),
    ],
)
def test_how_far_it_has_come_is_taken_in(
    desk: Desk, there: LabsMobile, level: str, status: str, shown: tuple[str, str | None]
) -> None:
    desk.is_written_to()
    said = desk.answers()
    desk.is_told(there.book[0]["subid"], level, status, desc="UNDELIV")

    found = desk.message(said)
    assert (found["status"], found["reason"]) == shown


@pytest.mark.parametrize("order", [*permutations(("gateway", "operator", "handset"))])
def test_in_whatever_order_and_however_often_it_is_told_it_goes_no_step_back(
    desk: Desk, there: LabsMobile, order: tuple[str, ...]
) -> None:
    desk.is_written_to()
    said = desk.answers()
    name = there.book[0]["subid"]
    for level in (*order, *order):
        desk.is_told(name, level)
    desk.is_told(name, "gateway", "ko")

    assert desk.message(said)["status"] == "delivered"


def test_what_was_uncertain_is_known_by_what_became_of_it(desk: Desk, there: LabsMobile) -> None:
    desk.is_written_to()
    there.faults = [Fault.HANGS_UP]
    said = desk.answers()
    assert said["status"] == "uncertain"
    desk.is_told(there.book[0]["subid"], "handset")

    assert desk.message(said)["status"] == "delivered"


def test_what_is_not_ours_changes_nothing(desk: Desk, there: LabsMobile) -> None:
    desk.is_written_to()
    said = desk.answers()
    desk.is_told("another", "handset")
    desk.is_told(there.book[0]["subid"], "handset", "ko", desc="33612345678 says: no\n")

    found = desk.message(said)
    assert (found["status"], found["reason"]) == ("failed", "ko")


# --- The account --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "state"),
    [
        ({}, 200),
        ({"token": {"value": "another token, 0000001"}}, 422),
        ({"callback_secret": {"value": "too-short"}}, 422),
        ({"callback_secret": {"value": "not/good/in/an/address"}}, 422),
        ({"sender": "SALON DE ZOÉ"}, 422),
        ({"sender": "TWELVELETTER"}, 422),
    ],
)
def test_an_account_is_shown_to_them_before_it_is_used(
    running: Running, there: LabsMobile, more: dict[str, Any], state: int
) -> None:
    account = {
        "user": "ana@salon.example",
        "token": {"value": "a good token, planted: 0001"},
        "sender": "33199001234",
        "callback_secret": {"value": SECRET},
    }
    answer = running.http().put("/v1/configuration/sms.labsmobile", json={**account, **more})

    assert answer.status_code == state, answer.text
