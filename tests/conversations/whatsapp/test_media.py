"""What people send on WhatsApp: it is in the conversation at once, and had there by who sees it."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import pytest

from adapters.clock import SettableClock
from application.operations.jobs import JobStatus
from domain.business.users import Role
from infra.composition import running_system
from infra.settings import Settings
from tests.conversations.threads.conversing import Person, client, colleague
from tests.conversations.whatsapp.at_the_desk import Desk
from tests.conversations.whatsapp.cloud import Cloud, sent
from tests.conversations.whatsapp.media import MediaFault
from tests.files.pictures import DRAWING, PDF, PROGRAM, picture
from tests.files.scanner import eicar, scanner
from tests.files.sending import given
from tests.running import Running

pytestmark = pytest.mark.postgres

OGG = b"OggS\x00\x02" + b"\x00" * 20 + b"OpusHead"
MP4 = b"\x00\x00\x00\x18ftypmp42" + b"\x00" * 12
THREE_GP = b"\x00\x00\x00\x18ftyp3gp4" + b"\x00" * 12


def received(desk: Desk, kind: str, file: dict[str, Any], id_: str = "wamid.1") -> dict[str, Any]:
    """Let somebody send a file; return the message."""
    desk.is_called(sent(id_, kind, file, at=desk.now))
    return messages(desk)[-1]


def messages(desk: Desk) -> list[dict[str, Any]]:
    [thread] = desk.threads
    where = f"/v1/threads/{thread['id']}/messages"
    found: list[dict[str, Any]] = desk.ana.http.get(where).json()["data"]
    return found


def files_of(desk: Desk, message: dict[str, Any]) -> list[dict[str, Any]]:
    asked = {"owner_id": message["id"]}
    found: list[dict[str, Any]] = desk.ana.http.get("/v1/files", params=asked).json()["data"]
    return found


@pytest.mark.parametrize(
    ("kind", "content", "media_type", "more"),
    [
        ("image", picture(), "image/jpeg", {}),
        ("document", PDF, "application/pdf", {"filename": "../Ordonnance.pdf"}),
        ("audio", OGG, "audio/ogg; codecs=opus", {"voice": True}),
        ("audio", OGG, "audio/ogg; codecs=opus", {"voice": False}),
        ("video", MP4, "video/mp4", {}),
        ("video", THREE_GP, "video/3gpp", {}),
        ("sticker", picture(512, 512, "WEBP"), "image/webp", {"animated": False}),
    ],
)
def test_what_somebody_sends_is_a_file_of_the_message(
    desk: Desk, meta: Cloud, kind: str, content: bytes, media_type: str, more: dict[str, Any]
) -> None:
    message = received(desk, kind, meta.media.sent(content, media_type, **more))

    [file] = files_of(desk, message)
    status = {"kind": "voice" if more.get("voice") else kind, "status": "fetched", "reason": None}
    assert (message["media"], message["files"]) == (status, [file["id"]])
    assert (file["status"], file["media_type"]) == ("ready", media_type.partition(";")[0])
    assert file["name"] == ("Ordonnance.pdf" if kind == "document" else None)
    had = given(desk.ana.http, f"/v1/files/{file['id']}/content?size=original")
    assert (had.content, had.headers["content-type"]) == (content, file["media_type"])


def test_what_is_said_of_a_file_are_the_words_of_the_message(desk: Desk, meta: Cloud) -> None:
    file = meta.media.sent(picture(), "image/jpeg", caption="Comme sur cette photo ?")
    message = received(desk, "image", file)
    [lead] = desk.ana.http.get("/v1/leads").json()["data"]

    assert (message["text"], len(message["files"])) == ("Comme sur cette photo ?", 1)
    assert desk.threads[0]["client_id"] == lead["client_id"]


def test_who_begins_with_a_file_is_a_lead_and_answered(desk: Desk, meta: Cloud) -> None:
    received(desk, "audio", meta.media.sent(OGG, "audio/ogg", voice=True))

    assert len(desk.ana.http.get("/v1/leads").json()["data"]) == 1
    assert desk.answers("Bien reçu")["status"] == "sent"


def test_the_message_is_there_while_its_file_is_on_the_way(
    running: Running, desk: Desk, meta: Cloud
) -> None:
    meta.media.faults = [MediaFault.LIMIT]
    message = received(desk, "image", meta.media.sent(picture(), "image/jpeg", caption="Voilà"))
    assert (message["text"], message["files"]) == ("Voilà", [])
    assert message["media"] == {"kind": "image", "status": "awaited", "reason": None}

    running.system.walk(running.clock() + timedelta(minutes=1))
    [message] = messages(desk)
    assert (message["media"]["status"], len(message["files"])) == ("fetched", 1)


@pytest.mark.parametrize(
    "fault",
    [
        MediaFault.EXPIRED,
        MediaFault.LEADS_AWAY,
        MediaFault.NAMES_OTHERS,
        MediaFault.ANOTHER,
        MediaFault.HALF,
    ],
)
def test_what_is_not_had_at_an_address_is_had_at_another(
    running: Running, desk: Desk, meta: Cloud, fault: MediaFault
) -> None:
    meta.media.faults = [fault]
    message = received(desk, "document", meta.media.sent(PDF))
    assert (message["media"]["status"], message["files"]) == ("awaited", [])

    running.system.walk(running.clock() + timedelta(minutes=1))
    [message] = messages(desk)
    assert (len(message["files"]), meta.media.asked) == (1, 2)


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (MediaFault.GONE, "gone"),
        (MediaFault.MISSING, "gone"),
        (MediaFault.TOO_LARGE, "file-too-large"),
        (MediaFault.GROWS, "file-too-large"),
    ],
)
def test_what_cannot_be_had_says_why(
    running: Running, desk: Desk, meta: Cloud, fault: MediaFault, reason: str
) -> None:
    meta.media.faults = [fault]
    message = received(desk, "document", meta.media.sent(PDF, caption="Voici"))
    running.system.walk(running.clock() + timedelta(hours=1))

    assert message["media"] == {"kind": "document", "status": "failed", "reason": reason}
    assert (message["text"], message["files"], meta.media.asked) == ("Voici", [], 1)
    assert running.system.files.ledger.used(running.tenant) == 0


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (PROGRAM, "file-type-not-taken"),
        (DRAWING, "drawing-not-taken"),
        (b"", "file-is-empty"),
    ],
)
def test_what_is_not_taken_as_a_file_is_not_taken_from_there_either(
    desk: Desk, meta: Cloud, content: bytes, reason: str
) -> None:
    message = received(desk, "document", meta.media.sent(content))

    assert (message["media"]["status"], message["media"]["reason"]) == ("failed", reason)
    assert files_of(desk, message) == []


def test_what_never_can_be_had_has_failed_in_the_end_and_is_had_if_an_operator_asks_once_more(
    running: Running, desk: Desk, meta: Cloud
) -> None:
    meta.media.faults = [MediaFault.ANOTHER] * 20
    received(desk, "document", meta.media.sent(PDF))
    running.system.walk(running.clock() + timedelta(days=2))
    [message] = messages(desk)
    assert (message["media"]["status"], message["media"]["reason"]) == ("failed", "differs")

    [job] = running.system.jobs.find(None, status=JobStatus.PARKED)
    running.system.jobs.retry(None, job.id)
    running.settle()
    [message] = messages(desk)
    assert (message["media"], len(message["files"])) == (
        {"kind": "document", "status": "fetched", "reason": None},
        1,
    )


def test_where_a_file_lies_at_meta_is_told_to_nobody(
    running: Running, desk: Desk, meta: Cloud
) -> None:
    url = "https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1&hash=abc"
    file = meta.media.sent(picture(), "image/jpeg", url=url)
    message = received(desk, "image", file)
    history = desk.ana.http.get(f"/v1/messages/{message['id']}").text
    listed = desk.ana.http.get("/v1/files", params={"owner_id": message["id"]}).text

    assert len(message["files"]) == 1
    for told in (history, listed):
        assert "fbsbx" not in told
        assert file["id"] not in told


def test_a_name_that_would_lead_elsewhere_is_not_understood(
    running: Running, desk: Desk, meta: Cloud
) -> None:
    desk.is_called(sent("wamid.1", "image", {"id": "../me/accounts?x="}, at=desk.now))

    [receipt] = running.system.receipts.find(None)
    assert (receipt.state, desk.threads, meta.media.asked) == ("not_understood_yet", [], 0)


def test_only_who_sees_the_message_has_its_file(running: Running, desk: Desk, meta: Cloud) -> None:
    [file] = received(desk, "document", meta.media.sent(PDF))["files"]

    stranger = client(running, "Tom")
    for path in (f"/v1/files/{file}", f"/v1/files/{file}/content"):
        assert stranger.http.get(path, follow_redirects=False).status_code == 404
        assert desk.anybody.get(path, follow_redirects=False).status_code == 401


def test_the_same_call_twice_is_one_message_with_one_file(desk: Desk, meta: Cloud) -> None:
    file = meta.media.sent(PDF)
    received(desk, "document", file)
    received(desk, "document", file)

    [message] = messages(desk)
    assert (len(files_of(desk, message)), meta.media.given) == (1, 1)


def test_who_is_erased_takes_what_they_sent_and_nothing_of_it_is_fetched_any_more(
    running: Running, desk: Desk, meta: Cloud
) -> None:
    message = received(desk, "document", meta.media.sent(PDF))
    meta.media.faults = [MediaFault.LIMIT]
    received(desk, "image", meta.media.sent(picture(), "image/jpeg"), "wamid.2")
    erased = running.http(Role.OWNER).delete(
        f"/v1/clients/{desk.threads[0]['client_id']}/personal-data"
    )
    assert erased.status_code in (202, 204), erased.text
    running.system.walk(running.clock() + timedelta(hours=1))

    assert running.system.files.ledger.used(running.tenant) == 0
    assert desk.ana.http.get(f"/v1/files/{message['files'][0]}").status_code == 404
    assert meta.media.asked == 2
    assert [(each["media"], each["files"]) for each in messages(desk)] == [(None, [])] * 2


@pytest.fixture
def guarded(meta: Cloud, dsn: str, clock: SettableClock, settings: Settings) -> Iterator[Running]:
    """A system whose files a scanner looks through."""
    with ExitStack() as stack:
        guard = stack.enter_context(scanner())
        scanned = meta.settings(settings).model_copy(update={"files_scanner": guard.url})
        system = stack.enter_context(running_system(scanned, dsn, clock=clock))
        yield stack.enter_context(Running.of(system, clock))


def test_a_file_with_a_virus_is_given_to_nobody(guarded: Running, meta: Cloud) -> None:
    desk = Desk(guarded, colleague(guarded), meta)
    infected = PDF + eicar()
    [file] = received(desk, "document", meta.media.sent(infected))["files"]

    shown = desk.ana.http.get(f"/v1/files/{file}").json()
    assert (shown["status"], shown["why"]) == ("refused", "infected")
    answer = desk.ana.http.get(f"/v1/files/{file}/content", follow_redirects=False)
    assert answer.status_code != 302


def test_what_somebody_takes_back_before_it_was_fetched_is_not_fetched(
    running: Running, desk: Desk, meta: Cloud, ana: Person
) -> None:
    meta.media.faults = [MediaFault.LIMIT]
    message = received(desk, "document", meta.media.sent(PDF))
    assert ana.http.delete(f"/v1/messages/{message['id']}").status_code == 204
    running.system.walk(running.clock() + timedelta(hours=1))

    assert (meta.media.given, messages(desk)[0]["files"]) == (0, [])
