"""WhatsApp at the paths of the chat desk that was here before."""

from typing import Any

import pytest

from domain.business.users import Role
from tests.conversations.threads.conversing import client, colleague
from tests.conversations.whatsapp.at_the_desk import VERIFY, Desk
from tests.conversations.whatsapp.cloud import Cloud, signed, told, wrote
from tests.conversations.whatsapp.cloud import call as called
from tests.conversations.whatsapp.test_files_out import keeps
from tests.conversations.whatsapp.test_media import received
from tests.files.pictures import PDF
from tests.files.sending import given
from tests.running import Running

pytestmark = pytest.mark.postgres


def chat_of(desk: Desk) -> str:
    [chat] = desk.ana.http.get("/whatsapp/chats").json()["data"]
    return str(chat["id"])


def said(desk: Desk, **asked: Any) -> list[dict[str, Any]]:
    where = f"/whatsapp/chats/{chat_of(desk)}/messages"
    found: list[dict[str, Any]] = desk.ana.http.get(where, params=asked).json()["data"]
    return found


def test_what_is_said_goes_out_and_is_read_back(desk: Desk, meta: Cloud) -> None:
    desk.is_written_to("wamid.1", "Une place ?")
    body = {"chatId": chat_of(desk), "text": "Oui, à 10 h"}
    ways = [desk.ana.http.post(f"/whatsapp/{each}", json=body) for each in ("messages", "send")]
    desk.running.settle()

    assert [each.status_code for each in ways] == [202, 202]
    assert all(each.headers["deprecation"] for each in ways)
    assert meta.said == ["Oui, à 10 h"] * 2
    desk.is_called(told((meta.name(1), "read"), at=desk.now))
    assert [each["status"] for each in said(desk)[1:]] == ["read", "sent"]


def test_files_are_sent_and_had(desk: Desk, meta: Cloud) -> None:
    received(desk, "document", meta.media.sent(PDF, filename="Ordonnance.pdf"))
    media = {"chatId": chat_of(desk), "caption": "Merci", "attachmentIds": [keeps(desk, PDF)]}
    sent = desk.ana.http.post("/whatsapp/send-media", json=media)
    none = desk.ana.http.post("/whatsapp/send-media", json={**media, "attachmentIds": []})
    desk.running.settle()

    assert (sent.status_code, none.status_code) == (202, 422)
    assert [each["document"]["caption"] for each in meta.book] == ["Merci"]
    files = [file for each in said(desk) for file in each["files"]]
    had = [given(desk.ana.http, f"/whatsapp/media/{file}") for file in files]
    assert [(each.content, each.headers["content-type"]) for each in had] == [
        (PDF, "application/pdf")
    ] * 2
    stranger = client(desk.running, "Tom").http.get(f"/whatsapp/media/{files[0]}")
    assert stranger.status_code == 404


def test_messages_come_by_the_time_at_which_they_were_said_there_and_then_by_their_place(
    desk: Desk,
) -> None:
    now = desk.now
    for id_, text, at in (
        ("wamid.3", "trois", now - 10),
        ("wamid.1", "un", now - 30),
        ("wamid.4", "quatre", now - 10),
        ("wamid.2", "deux", now - 20),
        ("wamid.5", "cinq", now - 10),
    ):
        desk.is_called(wrote((id_, text), at=at))

    assert [each["text"] for each in said(desk)] == ["un", "deux", "trois", "quatre", "cinq"]
    assert [each["sequence"] for each in said(desk)] == [2, 4, 1, 3, 5]
    assert [each["text"] for each in said(desk, before=4, sort="-said_at")] == [
        "quatre",
        "trois",
        "un",
    ]
    by_place = desk.ana.hears({"id": chat_of(desk)})
    assert by_place == ["trois", "un", "quatre", "deux", "cinq"]


def test_contacts_are_who_is_known_there_and_one_is_linked_with_or_without_a_number(
    running: Running, desk: Desk
) -> None:
    known = client(running, "Zoé Dupont, fidèle")
    desk.is_written_to("wamid.1", "Sans numéro", by=None, user_id="FR.13491208655302741918")
    [contact] = desk.ana.http.get("/whatsapp/contacts").json()["data"]
    assert (contact["phone"], contact["channels"][0]["channel"]) == (None, "whatsapp")

    where = f"/whatsapp/contacts/{contact['id']}/link"
    linked = desk.ana.http.post(where, json={"clientId": known.id})
    running.settle()
    assert (linked.status_code, linked.json()["id"]) == (200, known.id)
    desk.is_written_to("wamid.2", "Encore moi", by=None, user_id="FR.13491208655302741918")
    timeline = desk.ana.http.get(f"/v1/clients/{known.id}/timeline").json()["data"]
    assert sum(each["kind"] == "message" for each in timeline) == 2


def test_how_it_does_is_told_as_today(desk: Desk) -> None:
    desk.is_written_to()
    desk.answers()

    old = desk.ana.http.get("/whatsapp/analytics")
    new = desk.ana.http.get("/v1/whatsapp/analytics")
    assert old.json() == new.json()
    assert new.json()["total"]["sent"] == 1


def test_only_who_has_leave_for_all_conversations_sees_how_it_does(
    running: Running, desk: Desk
) -> None:
    for path in ("/whatsapp/analytics", "/v1/whatsapp/analytics", "/v1/whatsapp/analytics.csv"):
        for person in (client(running), colleague(running, Role.PROFESSIONAL)):
            refused = person.http.get(path)
            assert (refused.status_code, refused.json()["code"]) == (403, "permission-missing")


def test_meta_may_call_at_the_old_address(running: Running, desk: Desk) -> None:
    path = f"/whatsapp/webhook/{running.tenant}"
    asked = {"hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": VERIFY}
    assert desk.anybody.get(path, params=asked).text == "1158201444"
    body = called(wrote(("wamid.1", "Bonjour"), at=desk.now))
    assert desk.anybody.post(path, content=body, headers=signed(body)).status_code == 200
    running.settle()

    assert [each["text"] for each in said(desk)] == ["Bonjour"]
