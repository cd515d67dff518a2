"""Who writes STOP is told nothing more, at once and everywhere; who writes START is again."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.people.clients import RegisterClient
from domain.people.stopping import IN_NORTH_AMERICA, START, STOP, Word, meant
from domain.values import ClientId, Contact
from tests.conversations.sms.at_the_desk import Desk
from tests.conversations.sms.labsmobile import Fault, LabsMobile
from tests.running import Running

HOUR = timedelta(hours=1)
HOW = st.sampled_from(("{}", " {} ", "{}!", "« {} »", "{}.", "'{}'", "\n{}\n", "*{}*"))


@given(st.sampled_from(sorted(STOP)), HOW, st.sampled_from((str.upper, str.title, str.lower)))
def test_the_word_alone_is_meant_however_it_is_written(word, how, case) -> None:
    assert meant(how.format(case(word))) is Word.STOP


@pytest.mark.parametrize(
    "text", ["ARRET", "Arrêt", "arre\u0302t", "STOP.", "Désabonner", "\uff33\uff34\uff2f\uff30"]
)
def test_accents_and_forms_do_not_matter(text: str) -> None:
    assert meant(text) is Word.STOP


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Stop by at ten",
        "I can't stop laughing",
        "Ne pas stop",
        "stopover",
        "1",
        "🛑",
        "x" * 100,
    ],
)
def test_a_word_among_others_is_not_meant(text: str) -> None:
    assert meant(text) is None


def test_a_word_is_of_one_meaning() -> None:
    assert not STOP & START
    assert not IN_NORTH_AMERICA & START
    assert {meant(each) for each in START} == {Word.START}


def test_cancel_is_about_a_booking_but_where_the_law_says_otherwise() -> None:
    assert meant("Cancel", "33612345678") is None
    assert meant("Cancel", "12025550123") is Word.STOP


# --- By SMS ---------------------------------------------------------------------------------------


def guest(running: Running, name: str, phone: str) -> str:
    """Return somebody of the same number, which is another's already."""
    id_ = ClientId("client-0198c0de-0000-7000-8000-00000000000a")
    running.order(RegisterClient(client_id=id_, contact=Contact(name, phone=phone)))
    running.settle()
    return id_


def consents(desk: Desk, client_id: str) -> Any:
    return desk.ana.http.get(f"/v1/clients/{client_id}/consents").json()


@pytest.mark.postgres
def test_who_writes_stop_has_opted_out_with_what_proves_it(
    running: Running, desk: Desk, there: LabsMobile
) -> None:
    zoe = desk.client()
    desk.ana.http.put(f"/v1/clients/{zoe}/told-by", json={"channels": ["sms"]})
    assert consents(desk, zoe)["notices"] == ["sms", "mail"]

    desk.is_written_to("Arrêt !")

    shown = consents(desk, zoe)
    assert shown["notices"] == ["mail"]
    assert [
        (each["purpose"], each["agreed"], each["how"], each["proof"]) for each in shown["said"]
    ] == [
        (purpose, False, "word", {"where": "33757000001", "words": "Arrêt !"})
        for purpose in ("notices", "marketing")
    ]
    [thread] = desk.threads
    where = f"/v1/threads/{thread['id']}/messages"
    refused = desk.ana.http.post(where, json={"text": "Pourquoi ?"})
    assert (refused.status_code, refused.json()["code"]) == (409, "has-opted-out")
    assert there.book == []


@pytest.mark.postgres
def test_what_waits_when_they_opt_out_is_not_sent_any_more(
    running: Running, desk: Desk, there: LabsMobile
) -> None:
    zoe = desk.client()
    there.faults = [Fault.LIMIT]
    thread = desk.begins(zoe, "À demain").json()
    [said] = desk.messages(thread)
    assert said["status"] == "sending"

    desk.is_written_to("STOP")
    running.system.walk(running.clock() + HOUR)

    shown = desk.message(said)
    assert (shown["status"], shown["reason"], there.book) == ("failed", "opted-out", [])


@pytest.mark.postgres
def test_who_shares_the_number_is_not_written_to_either(
    running: Running, desk: Desk, there: LabsMobile
) -> None:
    desk.client()
    lea = guest(running, "Léa Martin", "+33612345678")
    desk.is_written_to("STOP")

    thread = desk.begins(lea, "Bonjour Léa").json()

    [said] = desk.messages(thread)
    assert (said["status"], said["reason"], there.book) == ("failed", "opted-out", [])


@pytest.mark.postgres
def test_who_writes_start_is_written_to_again(desk: Desk, there: LabsMobile) -> None:
    desk.client()
    desk.is_written_to("STOP")
    desk.is_written_to("start", at="2027-01-04 07:59:30")

    assert desk.answers("Nous revoilà")["status"] == "sent"
    assert there.said == ["Nous revoilà"]


@pytest.mark.postgres
def test_a_stranger_who_writes_stop_is_known_for_it(desk: Desk) -> None:
    desk.is_written_to("STOP")

    [thread] = desk.threads
    assert consents(desk, thread["client_id"])["notices"] == ["mail"]
    where = f"/v1/threads/{thread['id']}/messages"
    assert desk.ana.http.post(where, json={"text": "Qui êtes-vous ?"}).status_code == 409


@pytest.mark.postgres
def test_what_was_to_be_said_later_is_called_off(running: Running, desk: Desk) -> None:
    desk.client()
    desk.is_written_to()
    [thread] = desk.threads
    later = (running.clock() + HOUR).isoformat()
    where = f"/v1/threads/{thread['id']}/scheduled-messages"
    made = desk.ana.http.post(where, json={"text": "Toujours là ?", "send_at": later})
    assert made.status_code == 201, made.text
    desk.is_written_to("STOP", at="2027-01-04 07:59:30")

    running.system.walk(running.clock() + 2 * HOUR)

    [shown] = desk.ana.http.get(where).json()["data"]
    assert (shown["status"], shown["reason"]) == ("cancelled", "opted-out")
