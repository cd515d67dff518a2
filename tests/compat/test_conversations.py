"""Conversations at the paths of the products that were here before."""

import pytest

from tests.conversations.threads.conversing import Person, client, colleague
from tests.running import Running

pytestmark = pytest.mark.postgres


@pytest.fixture
def ana(running: Running) -> Person:
    """Somebody at the front desk."""
    return colleague(running)


@pytest.fixture
def zoe(running: Running) -> Person:
    """A client."""
    return client(running)


def test_the_salon_writes_to_a_client_reads_and_finds(
    running: Running, ana: Person, zoe: Person
) -> None:
    body = {"participant_ids": [zoe.id], "message": "Bonjour"}
    made = ana.http.post("/conversations", json=body)
    again = ana.http.post("/conversations", json={"participants": [zoe.id]})
    assert (made.status_code, again.status_code) == (201, 200)
    assert made.headers["deprecation"]
    where = f"/conversations/{made.json()['id']}/messages"
    said = [zoe.http.post(where, json={"content": str(n)}).json() for n in range(4)]
    running.settle()

    [entry] = ana.http.get("/conversations").json()["data"]
    assert (entry["thread_id"], entry["unread"]) == (made.json()["id"], 4)
    listed = ana.http.get(where, params={"before": 4, "sort": "-sequence", "limit": 2}).json()
    assert [each["sequence"] for each in listed["data"]] == [3, 2]
    read = ana.http.put(f"/messages/{said[2]['id']}/read").json()
    back = ana.http.put(f"/messages/{said[0]['id']}/read").json()
    assert (read["unread"], back["unread"], back["sequence"]) == (1, 1, 4)
    found = ana.http.get("/messages/search", params={"q": "BONJOUR"}).json()["data"]
    assert [each["text"] for each in found] == ["Bonjour"]


def test_the_desk_leads_a_conversation_from_its_beginning_to_its_end(
    running: Running, ana: Person, zoe: Person
) -> None:
    made = ana.http.post("/chat/threads", json={"participantIds": [zoe.id]}).json()
    where = f"/chat/threads/{made['id']}"
    said = zoe.http.post("/chat/messages", json={"threadId": made["id"], "content": "Bonjour"})
    message = f"/chat/messages/{said.json()['id']}"
    running.settle()

    assert ana.http.put(where, json={"title": "Mariage"}).json()["title"] == "Mariage"
    assigned = ana.http.post(f"{where}/assign", json={"assigneeId": ana.id}).json()
    assert assigned["assignee_id"] == ana.id
    assert ana.http.post(f"{message}/delivered").status_code == 204
    assert ana.http.post(f"{message}/read").status_code == 204
    assert zoe.http.put(message, json={"content": "Bonsoir"}).json()["text"] == "Bonsoir"
    running.settle()
    listed = ana.http.get("/chat/messages", params={"thread_id": made["id"]}).json()["data"]
    assert [each["text"] for each in listed] == ["Bonsoir"]
    assert [each["unread"] for each in ana.http.get("/chat/threads").json()["data"]] == [0]
    assert zoe.http.delete(message).status_code == 204
    assert ana.http.post(f"{where}/close").json()["status"] == "resolved"
    assert ana.http.post(f"{where}/reopen").json()["status"] == "open"
    assert ana.http.delete(where).status_code == 204


def test_the_setters_client_shows_what_was_said_with_them(
    running: Running, ana: Person, zoe: Person
) -> None:
    thread = ana.opens(zoe, text="Bonjour Zoé")
    zoe.says(thread, "Bonjour Ana")
    ana.says(thread, "Elle hésite", kind="note")
    running.settle()

    shown = ana.http.get(f"/client/{zoe.id}").json()["messageHistory"]
    assert {(each["role"], each["content"]) for each in shown} == {
        ("assistant", "Bonjour Zoé"),
        ("user", "Bonjour Ana"),
    }
    assert zoe.http.get(f"/client/{zoe.id}").json()["messageHistory"] == shown
