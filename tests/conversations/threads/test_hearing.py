"""People write on other channels: who was never known is a lead by it, and nobody is two."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from domain.business.users import Role
from tests.conversations.threads.conversing import Person
from tests.running import Running

pytestmark = pytest.mark.postgres


def heard(ana: Person, text: str, id_: str, by: str = "33612345678", **more: Any) -> Any:
    body = {"channel": "whatsapp", "id": id_, "sender_id": by, "text": text, **more}
    answer = ana.http.post("/v1/messages/heard", json=body)
    assert answer.status_code in (200, 201), answer.text
    return answer


def test_a_strangers_first_message_is_in_a_conversation_and_opens_a_lead(
    running: Running, ana: Person
) -> None:
    said = heard(ana, "Bonjour, une place mardi ?", "wamid.1").json()
    running.settle()

    [lead] = ana.http.get("/v1/leads").json()["data"]
    [thread] = ana.http.get("/v1/threads").json()["data"]
    assert (lead["client_id"], lead["source"]) == (said["author"], "whatsapp")
    assert (thread["channel"], thread["client_id"]) == ("whatsapp", said["author"])
    assert (thread["is_waiting"], thread["member_ids"]) == (True, [said["author"]])
    assert ana.says(thread, "Oui, à 10 h")["sequence"] == 2
    running.settle()
    assert ana.http.get(f"/v1/threads/{thread['id']}").json()["member_ids"][1:] == [ana.id]


def test_what_is_answered_on_another_channel_waits_until_it_was_carried_there(
    running: Running, ana: Person
) -> None:
    said = heard(ana, "Bonjour", "wamid.1").json()
    answer = ana.says({"id": said["thread_id"]}, "Oui, à 10 h")
    assert (said["status"], answer["status"]) == ("delivered", "queued")

    def told(status: str, minute: int) -> str:
        at = f"2027-01-04T08:{minute:02}:00Z"
        body = {"status": status, "at": at, "reason": "131026" if status == "failed" else None}
        shown = ana.http.post(f"/v1/messages/{answer['id']}/report", json=body).json()
        return str(shown["status"])

    assert [told("sent", 1), told("failed", 3), told("sent", 4), told("delivered", 2)] == [
        *("sent", "failed", "failed", "failed")
    ]
    assert [told("read", 5), told("failed", 6), told("delivered", 7)] == ["read", "read", "read"]
    stranger = Person(running, Role.CLIENT, said["author"], client_id=said["author"])
    body = {"status": "read", "at": "2027-01-04T09:00:00Z"}
    assert stranger.http.post(f"/v1/messages/{answer['id']}/report", json=body).status_code == 403


def test_a_message_is_heard_once_however_often_it_comes(running: Running, ana: Person) -> None:
    first = heard(ana, "Bonjour", "wamid.1")
    again = heard(ana, "Bonjour", "wamid.1")
    other = heard(ana, "Encore moi", "wamid.2")

    assert [each.status_code for each in (first, again, other)] == [201, 200, 201]
    assert (again.json()["id"], other.json()["sequence"]) == (first.json()["id"], 2)


def test_a_number_that_comes_later_leads_to_the_same_person(running: Running, ana: Person) -> None:
    person = {"name": "Zoé Dupont", "phone": "+33612345678"}
    first = heard(ana, "Bonjour", "wamid.1", by="user-7").json()
    later = heard(ana, "Mon numéro", "wamid.2", by="user-7", sender=person).json()
    assert later["author"] == first["author"]


def test_who_is_a_client_already_stays_that_client(running: Running, ana: Person) -> None:
    person = {"name": "Zoé Dupont", "phone": "+33612345678"}
    known = ana.http.post("/v1/clients", json=person).json()
    said = heard(ana, "Bonjour", "wamid.1", sender=person).json()
    running.settle()

    assert said["author"] == known["id"]
    assert ana.http.get("/v1/leads").json()["data"] == []


def test_many_messages_of_a_stranger_at_once_are_of_one_person_in_one_conversation(
    two_systems: tuple[Running, Running],
) -> None:
    desks = [Person(each, Role.OWNER, "") for each in two_systems]
    with ThreadPoolExecutor(4) as pool:
        said = list(pool.map(lambda n: heard(desks[n % 2], str(n), f"wamid.{n % 6}"), range(12)))

    assert len({each.json()["author"] for each in said}) == 1
    assert sorted({each.json()["sequence"] for each in said}) == [*range(1, 7)]
    assert sorted(each.status_code for each in said) == [200] * 6 + [201] * 6


def test_what_comes_from_outside_is_for_who_has_leave_for_all(running: Running) -> None:
    body = {"channel": "whatsapp", "id": "1", "sender_id": "33612345678", "text": "Bonjour"}
    for role in (Role.AUDITOR, Role.CLIENT):
        person = Person(running, role, "")
        assert person.http.post("/v1/messages/heard", json=body).status_code == 403
