"""Conversations over HTTP: who works here writes to a client, who answers; nobody else hears of it."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from domain.business.users import Role
from tests.conversations.threads.conversing import Person, client, colleague, there
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


def test_who_works_here_writes_to_a_client_who_reads_and_answers(
    running: Running, ana: Person, zoe: Person
) -> None:
    thread = ana.opens(zoe, text="Bonjour Zoé")
    running.settle()
    [entry] = zoe.inbox()
    assert (entry["thread_id"], entry["unread"], entry["last"]) == (thread["id"], 1, 1)

    answer = zoe.says(thread, "Bonjour Ana", local_id="device-7")
    read = zoe.reads(thread, 1)
    running.settle()

    assert (answer["sequence"], answer["author"], answer["local_id"]) == (2, zoe.id, "device-7")
    assert (read["sequence"], read["unread"]) == (1, 0)
    assert ana.hears(thread) == zoe.hears(thread) == ["Bonjour Zoé", "Bonjour Ana"]
    assert [each["unread"] for each in ana.inbox()] == [1]
    assert [each["unread"] for each in zoe.inbox()] == [0]


def test_two_have_one_conversation_whoever_begins_it_and_were_it_at_once(
    running: Running, ana: Person, zoe: Person
) -> None:
    with ThreadPoolExecutor(8) as pool:
        begin = [(ana, zoe), (zoe, ana)] * 4
        found = list(pool.map(lambda two: two[0].opens(two[1], text="Bonjour"), begin))

    assert len({each["id"] for each in found}) == 1
    running.settle()
    assert ana.hears(found[0]) == ["Bonjour"] * 8
    again = ana.http.post("/v1/threads", json={"member_ids": [zoe.id]})
    assert (again.status_code, again.json()["id"]) == (200, found[0]["id"])


def test_who_takes_no_part_and_has_no_leave_finds_no_conversation(
    running: Running, ana: Person, zoe: Person
) -> None:
    thread = ana.opens(zoe, text="Bonjour")
    message = ana.says(thread, "Il reste une place")
    running.settle()
    places = (
        f"/v1/threads/{thread['id']}",
        f"/v1/threads/{thread['id']}/messages",
        f"/v1/messages/{message['id']}",
    )
    for stranger in (client(running, "Tom"), colleague(running, Role.PROFESSIONAL)):
        assert [there(stranger.http, each) for each in places] == [404, 404, 404]
        for path, body in (
            (f"/v1/threads/{thread['id']}/messages", {"text": "Moi aussi"}),
            (f"/v1/threads/{thread['id']}/reading", {"sequence": 1}),
            (f"/v1/messages/{message['id']}/reaction", {"emoji": "👍"}),
        ):
            assert stranger.http.post(path, json=body).status_code == 404
        assert stranger.http.delete(f"/v1/messages/{message['id']}").status_code == 404
        assert stranger.inbox() == []
    for known in (zoe, ana, colleague(running)):
        assert [there(known.http, each) for each in places] == [200, 200, 200]


def test_clients_turn_to_the_business_and_to_no_other_client(
    running: Running, ana: Person, zoe: Person
) -> None:
    tom = client(running, "Tom")
    answer = zoe.http.post("/v1/threads", json={"member_ids": [tom.id]})
    assert (answer.status_code, answer.json()["code"]) == (404, "members-not-found")
    assert zoe.http.get("/v1/threads").status_code == 403
    assert zoe.opens(ana)["member_ids"] == [zoe.id, ana.id]


def test_a_note_is_among_colleagues(running: Running, ana: Person, zoe: Person) -> None:
    thread = ana.opens(zoe, text="Bonjour")
    note = ana.says(thread, "Elle paie toujours en retard", kind="note")
    running.settle()

    assert zoe.hears(thread) == ["Bonjour"]
    assert [each["unread"] for each in zoe.inbox()] == [1]
    assert there(zoe.http, f"/v1/messages/{note['id']}") == 404
    reply = {"text": "Quoi ?", "reply_to": note["id"]}
    answer = zoe.http.post(f"/v1/threads/{thread['id']}/messages", json=reply)
    assert (answer.status_code, answer.json()["code"]) == (422, "replies-elsewhere")
    note = {"text": "Moi ?", "kind": "note"}
    answer = zoe.http.post(f"/v1/threads/{thread['id']}/messages", json=note)
    assert (answer.status_code, answer.json()["code"]) == (403, "for-the-business")


def test_words_are_changed_by_who_said_them_and_history_keeps_what_was_there(
    running: Running, ana: Person, zoe: Person
) -> None:
    thread = ana.opens(zoe, text="Bonjour")
    said = zoe.says(thread, "Je viens mardi")
    where = f"/v1/messages/{said['id']}"

    assert ana.http.put(where, json={"text": "Je viens jeudi"}).json()["code"] == "not-your-message"
    assert zoe.http.put(where, json={"text": "Je viens mercredi"}).status_code == 200
    running.settle()
    assert ana.hears(thread) == ["Bonjour", "Je viens mercredi"]
    assert zoe.http.delete(where).status_code == 204
    running.settle()
    assert ana.hears(thread) == ["Bonjour", None]
    assert [each["unread"] for each in ana.inbox()] == [0]

    assert "Je viens mardi" in running.http(Role.AUDITOR).get(f"{where}/history").text
    assert (there(ana.http, f"{where}/history"), there(zoe.http, f"{where}/history")) == (403, 403)


def test_who_answers_has_a_conversation_open_again(
    running: Running, ana: Person, zoe: Person
) -> None:
    thread = ana.opens(zoe, text="Bonjour")
    where = f"/v1/threads/{thread['id']}"
    for step in ("resolution", "archival"):
        assert ana.http.post(f"{where}/{step}").status_code == 200
    refused = ana.http.post(f"{where}/messages", json={"text": "Encore"})
    assert (refused.status_code, refused.json()["code"]) == (409, "thread-is-archived")

    zoe.says(thread, "Encore une question")

    shown = ana.http.get(where).json()
    running.settle()
    shown = ana.http.get(where).json()
    assert (shown["status"], shown["archived_at"], shown["is_waiting"]) == ("open", None, True)
    assert zoe.http.post(f"{where}/resolution").status_code == 403


def test_many_who_write_at_once_have_a_place_each(
    running: Running, ana: Person, zoe: Person
) -> None:
    thread = ana.opens(zoe)
    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(lambda n: (ana, zoe)[n % 2].says(thread, str(n)), range(24)))

    assert sorted(each["sequence"] for each in said) == [*range(1, 25)]
    running.settle()
    assert [each["unread"] for each in (*ana.inbox(), *zoe.inbox())] == [12, 12]
    half = zoe.reads(thread, 10)
    mine = sum(each["author"] == zoe.id and each["sequence"] > 10 for each in said)
    assert half["unread"] == 14 - mine


def test_who_comes_later_sees_what_is_said_from_then_on_unless_they_work_here(
    running: Running, ana: Person, zoe: Person
) -> None:
    tom, ben = client(running, "Tom"), colleague(running, Role.PROFESSIONAL)
    group = ana.opens(zoe, form="group", text="Bonjour")
    for each in (tom, ben):
        path = f"/v1/threads/{group['id']}/members"
        assert ana.http.post(path, json={"member_id": each.id}).status_code == 200
    ana.says(group, "Bienvenue")
    running.settle()

    assert tom.hears(group) == ["Bienvenue"]
    assert ben.hears(group) == ["Bonjour", "Bienvenue"]
    assert [each["unread"] for each in (*tom.inbox(), *ben.inbox())] == [1, 1]
    assert tom.http.delete(f"/v1/threads/{group['id']}/members/{tom.id}").status_code == 204
    running.settle()
    assert (there(tom.http, f"/v1/threads/{group['id']}"), tom.inbox()) == (404, [])


def test_who_is_erased_takes_their_words_along_and_nobody_elses(
    running: Running, ana: Person, zoe: Person
) -> None:
    tom = client(running, "Tom")
    group = ana.opens(zoe, tom, form="group", text="Bonjour")
    zoe.says(group, "Moi, c'est Zoé")
    tom.says(group, "Et moi Tom")
    running.settle()

    erased = running.http().delete(f"/v1/clients/{zoe.id}/personal-data")
    assert erased.status_code in (200, 202, 204), erased.text
    running.settle()

    assert tom.hears(group) == ["Bonjour", None, "Et moi Tom"]
    history = running.http().get("/v1/history", params={"type": "message-posted.v1"})
    assert "Moi, c'est Zoé" not in history.text
    assert "Et moi Tom" in history.text
