"""Conversations over HTTP: who works here writes to a client, who answers; nobody else hears of it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from domain.business.users import Role
from tests.conversations.threads.conversing import Person, client, colleague, there
from tests.running import Running

pytestmark = pytest.mark.postgres


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


def test_two_who_begin_in_two_processes_at_once_have_one_conversation(
    two_systems: tuple[Running, Running],
) -> None:
    here, there = two_systems
    ana, zoe = colleague(here), client(here)
    zoe_there = Person(there, Role.CLIENT, zoe.id, client_id=zoe.id)
    with ThreadPoolExecutor(2) as pool:
        begin = [(ana, zoe), (zoe_there, ana)]
        first, second = pool.map(lambda two: two[0].opens(two[1], text="Bonjour"), begin)

    assert first["id"] == second["id"]
    here.settle()
    assert ana.hears(first) == ["Bonjour", "Bonjour"]


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


def test_what_the_business_thinks_of_a_client_is_among_colleagues(
    running: Running, ana: Person, zoe: Person
) -> None:
    thread = ana.opens(zoe, text="Bonjour")
    where = f"/v1/threads/{thread['id']}"
    assert ana.http.post(f"{where}/labels", json={"labels": ["paie en retard"]}).status_code == 200
    running.settle()
    listed = zoe.http.get("/v1/inbox", params={"include": "thread"})
    shown = [each.http.get(where).json()["labels"] for each in (ana, zoe)]

    assert shown == [["paie en retard"], []]
    assert "retard" not in listed.text
    assert (there(ana.http, f"{where}/history"), there(zoe.http, f"{where}/history")) == (200, 403)


def test_a_client_of_whom_there_is_no_record_yet_takes_no_part(
    running: Running, ana: Person
) -> None:
    """By their user they would be a colleague, and read what is noted about clients."""
    nobody = Person(running, Role.CLIENT, "")
    assert nobody.http.post("/v1/threads", json={"member_ids": [ana.id]}).status_code == 403
    assert nobody.inbox() == []
    group = ana.opens(colleague(running), form="group", text="Bonjour")
    body = {"member_id": nobody.id}
    refused = ana.http.post(f"/v1/threads/{group['id']}/members", json=body)
    assert (refused.status_code, refused.json()["code"]) == (404, "members-not-found")


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
    first = ana.http.get(f"/v1/threads/{group['id']}/messages").json()["data"][0]["id"]
    reply = {"text": "À propos", "reply_to": first}
    said = [e.http.post(f"/v1/threads/{group['id']}/messages", json=reply) for e in (ben, tom)]
    assert [each.status_code for each in said] == [201, 422]
    react = [
        e.http.post(f"/v1/messages/{first}/reaction", json={"emoji": "👍"}) for e in (ben, tom)
    ]
    assert [each.status_code for each in react] == [200, 404]
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


def test_words_are_found_by_who_sees_them(running: Running, ana: Person, zoe: Person) -> None:
    thread = ana.opens(zoe, text="Le rendez-vous est à midi, près de l'église")
    ana.says(thread, "Église : elle arrive toujours en retard", kind="note")
    other = ana.opens(client(running, "Tom"), text="À l'Eglise, mardi")
    running.settle()

    def found(person: Person, q: str) -> list[str]:
        answer = person.http.get("/v1/messages", params={"q": q, "include": "thread"}).json()
        assert {*answer["included"]["thread"]} == {e["thread_id"] for e in answer["data"]}
        return [each["thread_id"] for each in answer["data"]]

    assert found(zoe, "EGLISE") == [thread["id"]]
    assert sorted(found(ana, "glis")) == sorted([thread["id"], thread["id"], other["id"]])
    assert found(ana, "midi église") == [thread["id"]]
    assert found(colleague(running, Role.PROFESSIONAL), "eglise") == []


def test_what_is_said_is_on_the_timeline_of_the_client_and_counts_for_the_lead(
    running: Running, ana: Person, zoe: Person
) -> None:
    lead = ana.http.post("/v1/leads", json={"client_id": zoe.id}).json()
    thread = ana.opens(zoe, text="Bonjour Zoé")
    said = zoe.says(thread, "Bonjour Ana")
    ana.says(thread, "Elle hésite", kind="note")
    running.settle()

    entries = ana.http.get(f"/v1/clients/{zoe.id}/timeline").json()["data"]
    told = [(each["text"], each["by"]) for each in entries if each["kind"] == "message"]
    assert {text for text, _ in told} == {"Bonjour Ana", "Bonjour Zoé"}
    shown = ana.http.get(f"/v1/leads/{lead['id']}").json()
    assert (shown["answered_after"], shown["status"]) == (0, "attempting")
    assert "reply" in {each["name"] for each in shown["breakdown"]["parts"]}
    activities = ana.http.get(f"/v1/leads/{lead['id']}/activities").json()["data"]
    assert said["id"] in {(each["entry"] or {}).get("id") for each in activities}


# --- Later ----------------------------------------------------------------------------


def later(ana: Person, thread: dict[str, Any], text: str, **more: Any) -> dict[str, Any]:
    where = f"/v1/threads/{thread['id']}/scheduled-messages"
    answer = ana.http.post(where, json={"text": text, **more})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def statuses(ana: Person, thread: dict[str, Any]) -> dict[str, Any]:
    listed = ana.http.get(f"/v1/threads/{thread['id']}/scheduled-messages").json()["data"]
    return {each["text"]: each["reason"] or each["status"] for each in listed}


def test_what_is_to_be_said_later_is_said_once_by_the_readers_clock(
    running: Running, ana: Person, zoe: Person
) -> None:
    ana.http.put(f"/v1/clients/{zoe.id}", json={"name": "Zoé", "time_zone": "America/Vancouver"})
    thread = ana.opens(zoe)
    tomorrow = (running.clock() + timedelta(days=1)).date()
    made = later(ana, thread, "Bonjour", send_at=f"{tomorrow}T09:00:00")

    assert datetime.fromisoformat(made["send_at"]).hour == 16
    running.settle()
    assert zoe.hears(thread) == []
    assert there(zoe.http, f"/v1/scheduled-messages/{made['id']}") == 403

    running.clock.set(running.clock() + timedelta(days=2))
    running.settle()
    running.settle()
    assert (zoe.hears(thread), statuses(ana, thread)) == (["Bonjour"], {"Bonjour": "sent"})


def test_what_is_to_be_said_later_is_cancelled_with_a_reason(
    running: Running, ana: Person, zoe: Person
) -> None:
    thread = ana.opens(zoe)
    at = {"send_at": (running.clock() + timedelta(days=1)).isoformat()}
    later(ana, thread, "Encore là ?", unless_answered=True, **at)
    later(ana, thread, "Quoi qu'il arrive", **at)
    taken_back = later(ana, thread, "Ou pas", **at)

    assert ana.http.delete(f"/v1/scheduled-messages/{taken_back['id']}").status_code == 204
    zoe.says(thread, "Oui !")
    assert ana.http.post(f"/v1/threads/{thread['id']}/resolution").status_code == 200
    running.clock.set(running.clock() + timedelta(days=2))
    running.settle()

    assert statuses(ana, thread) == {
        "Encore là ?": "answered",
        "Quoi qu'il arrive": "resolved",
        "Ou pas": "by-person",
    }
    assert zoe.hears(thread) == ["Oui !"]


def test_what_is_put_aside_is_back_at_its_time(running: Running, ana: Person, zoe: Person) -> None:
    thread = ana.opens(zoe, text="Bonjour")
    where, until = f"/v1/threads/{thread['id']}", running.clock() + timedelta(days=1)
    asked = ana.http.post(f"{where}/snooze", json={"until": until.isoformat()})
    assert asked.json()["status"] == "snoozed"
    past = ana.http.post(f"{where}/snooze", json={"until": running.clock().isoformat()})
    assert (past.status_code, past.json()["code"]) == (422, "snoozed-into-the-past")

    running.settle()
    running.clock.set(running.clock() + timedelta(days=1))
    running.settle()
    running.settle()
    assert ana.http.get(where).json()["status"] == "open"


# --- Who is to answer -----------------------------------------------------------------


def test_a_client_turns_to_a_department_and_somebody_of_it_who_is_here_is_to_answer(
    running: Running, ana: Person, zoe: Person
) -> None:
    ben = colleague(running)
    owner = running.http()
    made = {"name": "Mariages", "user_ids": [ana.id, ben.id]}
    department = owner.post("/v1/departments", json=made).json()["id"]
    asked = {"form": "department", "department_id": department}
    opened = [zoe.opens(text=str(n), **asked) for n in range(8)]
    assert {each["assignee_id"] for each in opened} == {ana.id, ben.id}
    assert {len(each["member_ids"]) for each in opened} == {2}

    left = owner.delete(f"/v1/users/{ben.id}")
    assert left.status_code == 204, left.text
    assert {zoe.opens(**asked)["assignee_id"] for _ in range(4)} == {ana.id}


def test_who_looks_after_a_lead_is_to_answer_them_and_others_may_take_over(
    running: Running, ana: Person, zoe: Person
) -> None:
    ben = colleague(running)
    lead = {"client_id": zoe.id, "assignee_id": ben.id}
    assert ana.http.post("/v1/leads", json=lead).status_code == 201
    thread = zoe.opens(form="department", text="Bonjour")
    assert thread["assignee_id"] == ben.id

    where = f"/v1/threads/{thread['id']}/assignment"
    taken = ana.http.post(where, json={"assignee_id": ana.id}).json()
    assert (taken["assignee_id"], taken["member_ids"]) == (ana.id, [zoe.id, ben.id, ana.id])
    refused = ana.http.post(where, json={"assignee_id": f"user-{uuid4()}"})
    assert (refused.status_code, refused.json()["code"]) == (404, "assignee-not-found")
