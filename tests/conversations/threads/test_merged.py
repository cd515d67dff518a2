"""Two records of one person are one who writes and is written to, and two again when that is undone."""

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from domain.business.users import USER, Role
from tests.conversations.threads.conversing import Person, client, colleague, there, with_login
from tests.conversations.threads.test_hearing import heard
from tests.running import Running

pytestmark = pytest.mark.postgres


@pytest.fixture
def again(running: Running) -> Person:
    """The same client, under another record."""
    return client(running, "Zoé D.")


@pytest.fixture
def zoe(running: Running) -> Person:
    """A client who logs in."""
    return with_login(running, client(running))


def merge(ana: Person, stays: Person, goes: Person, how: str = "merge") -> None:
    answer = ana.http.post(f"/v1/clients/{stays.id}/{how}", json={"sources": [goes.id]})
    assert answer.status_code == 200, answer.text


def as_now(running: Running, person: Person) -> None:
    """Let somebody have an access token that says who they are by now."""
    user = running.app.state.backend.ask(running.tenant, lambda past: past.of(USER, person.user_id))
    token = person.http.headers["Authorization"].removeprefix("Bearer ")
    links = {"client_id": user.client_id, "earlier_clients": user.earlier_clients}
    running.principals[token] = replace(running.principals[token], **links)


def found(person: Person, path: str, **asked: Any) -> set[str]:
    answer = person.http.get(path, params=asked)
    assert answer.status_code == 200, answer.text
    return {each.get("thread_id", each["id"]) for each in answer.json()["data"]}


def test_the_conversations_of_both_are_those_of_who_stands_for_them_and_apart_again(
    running: Running, ana: Person, zoe: Person, again: Person
) -> None:
    mine = ana.opens(zoe, text="Bonjour Zoé")
    other = ana.opens(again, text="Bonjour, c'est Ana")
    both = {mine["id"], other["id"]}
    assert there(zoe.http, f"/v1/threads/{other['id']}") == 404

    merge(ana, zoe, again)
    as_now(running, zoe)
    running.settle()

    for record in (zoe, again):
        assert found(ana, "/v1/threads", client_id=record.id) == both
        told = ana.http.get(f"/v1/clients/{record.id}/timeline").json()["data"]
        assert {each["text"] for each in told} == {"Bonjour Zoé", "Bonjour, c'est Ana"}
    asked = {"include": "client"}
    shown = ana.http.get(f"/v1/threads/{other['id']}", params=asked).json()
    assert shown["included"]["client"][again.id]["id"] == zoe.id
    assert found(zoe, "/v1/inbox") == both
    assert found(zoe, "/v1/messages", q="c'est ana") == {other["id"]}
    assert [each["unread"] for each in zoe.inbox()] == [1, 1]

    said = zoe.says(other, "C'est moi")
    assert zoe.reads(other, 2)["unread"] == 0
    running.settle()
    assert (said["author"], zoe.hears(other)) == (again.id, ["Bonjour, c'est Ana", "C'est moi"])
    assert {e["thread_id"]: e["unread"] for e in zoe.inbox()} == {mine["id"]: 1, other["id"]: 0}

    merge(ana, zoe, again, how="unmerge")
    as_now(running, zoe)
    running.settle()

    assert found(ana, "/v1/threads", client_id=zoe.id) == {mine["id"]}
    assert found(ana, "/v1/threads", client_id=again.id) == {other["id"]}
    assert there(zoe.http, f"/v1/threads/{other['id']}") == 404
    assert found(zoe, "/v1/inbox") == {mine["id"]}
    assert found(zoe, "/v1/messages", q="c'est") == set()
    alone = Person(running, Role.CLIENT, again.id, client_id=again.id)
    assert alone.hears(other) == ["Bonjour, c'est Ana", "C'est moi"]
    assert [each["unread"] for each in alone.inbox()] == [0]


def test_two_who_had_a_conversation_under_another_record_have_that_one(
    running: Running, ana: Person, zoe: Person, again: Person
) -> None:
    other = ana.opens(again, text="Bonjour")
    merge(ana, zoe, again)
    as_now(running, zoe)

    for person, who in ((ana, zoe), (ana, again), (zoe, ana)):
        assert person.opens(who)["id"] == other["id"]


def test_who_is_written_to_under_both_records_is_one_who_takes_part(
    running: Running, ana: Person, zoe: Person, again: Person
) -> None:
    group = ana.opens(again, colleague(running), form="group", text="Bonjour")
    where = f"/v1/threads/{group['id']}/members"
    merge(ana, zoe, again)
    as_now(running, zoe)

    for person in (zoe, again):
        added = ana.http.post(where, json={"member_id": person.id}).json()
        assert (added["member_ids"], zoe.id in added["member_ids"]) == (group["member_ids"], False)
    said = ana.says(group, "Zoé ?", mentions=[zoe.id])
    assert said["mentions"] == [again.id]
    left = zoe.http.delete(f"{where}/{zoe.id}")
    assert left.status_code == 204
    assert there(zoe.http, f"/v1/threads/{group['id']}") == 404


def test_who_takes_part_under_both_records_reads_as_both(
    running: Running, ana: Person, zoe: Person, again: Person
) -> None:
    group = ana.opens(zoe, again, form="group", text="Bonjour")
    merge(ana, zoe, again)
    as_now(running, zoe)

    assert zoe.reads(group, 1)["unread"] == 0
    running.settle()
    assert [each["unread"] for each in zoe.inbox()] == [0, 0]


def test_who_is_there_and_writes_is_seen_under_the_record_by_which_they_take_part(
    running: Running, ana: Person, zoe: Person, again: Person
) -> None:
    other = ana.opens(again, text="Bonjour")
    merge(ana, zoe, again)
    as_now(running, zoe)
    where = f"/v1/threads/{other['id']}"

    running.app.state.backend.company.is_there(running.tenant, zoe.id)
    assert zoe.http.post(f"{where}/typing", json={}).status_code == 204
    seen = ana.http.get(f"{where}/presence").json()
    assert (seen["present"], seen["typing"]) == ([again.id], [again.id])
    running.clock.set(running.clock() + timedelta(minutes=1))
    seen = ana.http.get(f"{where}/presence").json()
    assert (seen["present"], seen["typing"]) == ([], [])


def test_a_lead_who_is_merged_goes_on_in_the_conversation_that_they_had(
    running: Running, ana: Person, zoe: Person
) -> None:
    first = heard(ana, "Bonjour", "wamid.1").json()
    stranger = Person(running, Role.CLIENT, first["author"], client_id=first["author"])
    running.settle()
    [lead] = ana.http.get("/v1/leads").json()["data"]

    merge(ana, zoe, stranger)
    second = heard(ana, "C'est encore moi", "wamid.2").json()
    running.settle()

    assert (second["thread_id"], second["sequence"]) == (first["thread_id"], 2)
    assert len(ana.http.get("/v1/leads").json()["data"]) == 1
    activities = ana.http.get(f"/v1/leads/{lead['id']}/activities").json()["data"]
    assert {first["id"], second["id"]} <= {(e["entry"] or {}).get("id") for e in activities}

    merge(ana, zoe, stranger, how="unmerge")
    third = heard(ana, "Et encore", "wamid.3").json()
    assert (third["thread_id"], third["author"], third["sequence"]) == (
        *(first["thread_id"], first["author"], 3),
    )
