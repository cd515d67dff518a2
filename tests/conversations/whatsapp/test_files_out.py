"""Files that the business sends on WhatsApp: each once, in order, and as one message of ours."""

from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
from msgspec.structs import replace

from application.operations.jobs import JobStatus
from domain.conversations.channels import (
    WHATSAPP,
    Channel,
    FilesNotCarried,
    FileTooLargeForChannel,
    FileTypeNotCarried,
    goes_in_front,
    parts_as_sent,
    refuse_uncarried,
)
from domain.conversations.messages import MESSAGE, MessageStatus, ReportMessage, report
from domain.files.files import Content
from domain.files.purposes import MEGABYTE, MediaType
from domain.values import FileId
from tests.conversations.threads.conversing import Person
from tests.conversations.threads.examples import later, message_posted, now
from tests.conversations.whatsapp.at_the_desk import Desk
from tests.conversations.whatsapp.cloud import OTHER_NUMBER, Cloud, Fault, Refusal, told, wrote
from tests.conversations.whatsapp.media import MediaFault
from tests.conversations.whatsapp.test_media import MP4, OGG
from tests.files.pictures import PDF, picture
from tests.files.sending import send
from tests.running import Running

postgres = pytest.mark.postgres
JPEG = picture(80, 60)


def keeps(desk: Desk, content: bytes, **more: Any) -> str:
    """Keep a file of one's own, to be sent; return its id."""
    kept = send(desk.ana.http, desk.ana.user_id, content, **more)
    assert kept.status_code == 201, kept.text
    desk.running.settle()
    return str(kept.json()["id"])


def says(desk: Desk, *files: str, text: str | None = None) -> dict[str, Any]:
    """Answer with files in the only conversation; return the message, after it was carried or not."""
    [thread] = desk.threads
    where = f"/v1/threads/{thread['id']}/messages"
    said = desk.ana.http.post(where, json={"text": text, "files": [*files]})
    assert said.status_code == 201, said.text
    desk.running.settle()
    return desk.message(said.json())


@postgres
@pytest.mark.parametrize(
    ("content", "kind", "media_type"),
    [
        (JPEG, "image", "image/jpeg"),
        (picture(80, 60, "PNG"), "image", "image/png"),
        (MP4, "video", "video/mp4"),
        (PDF, "document", "application/pdf"),
    ],
)
def test_a_file_goes_out_with_what_is_said_of_it(
    desk: Desk, meta: Cloud, content: bytes, kind: str, media_type: str
) -> None:
    desk.is_written_to()
    said = says(desk, keeps(desk, content, name='Devis "été".pdf'), text="Voici")

    [upload] = meta.media.uploads
    assert (upload.media_type, sha256(upload.content).digest()) == (
        media_type,
        sha256(content).digest(),
    )
    named = {"filename": 'Devis "été".pdf'} if kind == "document" else {}
    assert meta.book == [
        {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            "to": "33612345678",
            "type": kind,
            kind: {"id": upload.id, "caption": "Voici", **named},
            "biz_opaque_callback_data": said["id"],
        }
    ]
    assert said["status"] == "sent"


@postgres
def test_what_is_said_of_a_recording_goes_in_front_of_it(desk: Desk, meta: Cloud) -> None:
    desk.is_written_to()
    said = says(desk, keeps(desk, OGG), text="Écoutez")

    assert [each["type"] for each in meta.book] == ["text", "audio"]
    assert [each["biz_opaque_callback_data"] for each in meta.book] == [
        f"{said['id']}/0",
        f"{said['id']}/1",
    ]
    assert said["status"] == "sent"


@postgres
def test_several_files_are_several_messages_there_in_order_and_one_of_ours(
    desk: Desk, meta: Cloud
) -> None:
    desk.is_written_to()
    said = says(desk, *(keeps(desk, each) for each in (JPEG, PDF, OGG)), text="Tout est là")
    desk.answers("Et bonne journée")

    assert [each["type"] for each in meta.book] == ["image", "document", "audio", "text"]
    assert [meta.book[0]["image"]["caption"], meta.book[1]["document"].get("caption")] == [
        "Tout est là",
        None,
    ]
    names = [meta.name(n) for n in (1, 2, 3)]
    desk.is_called(told((names[0], "read"), (names[1], "read"), at=desk.now))
    assert desk.message(said)["status"] == "sent"
    desk.is_called(told((names[2], "delivered"), at=desk.now))
    assert desk.message(said)["status"] == "delivered"
    desk.is_called(told((names[2], "read"), at=desk.now))
    assert desk.message(said)["status"] == "read"


@postgres
def test_what_was_taken_is_not_given_again(running: Running, desk: Desk, meta: Cloud) -> None:
    desk.is_written_to()
    files = [keeps(desk, each) for each in (JPEG, PDF)]
    meta.media.faults = [MediaFault.LIMIT]
    meta.faults = [Fault.LIMIT]
    said = says(desk, *files, text="Voici")
    assert (said["status"], meta.book, meta.media.uploads) == ("queued", [], [])

    running.system.walk(running.clock() + timedelta(hours=1))
    assert [each["type"] for each in meta.book] == ["image", "document"]
    assert [each.content for each in meta.media.uploads] == [JPEG, PDF]
    assert desk.message(said)["status"] == "sent"


@postgres
def test_what_may_have_been_taken_of_several_is_uncertain_and_only_that_is_given_again(
    running: Running, desk: Desk, meta: Cloud
) -> None:
    desk.is_written_to()
    files = [keeps(desk, each) for each in (JPEG, PDF)]
    meta.faults = [Fault.HANGS_UP]
    said = says(desk, *files)
    assert (said["status"], len(meta.book), len(meta.media.uploads)) == ("uncertain", 2, 2)

    [job] = running.system.jobs.find(None, status=JobStatus.UNCERTAIN)
    running.system.jobs.retry(None, job.id)
    running.settle()
    assert (desk.message(said)["status"], len(meta.media.uploads)) == ("sent", 2)
    assert [each["type"] for each in meta.book] == ["image", "document", "image"]


@postgres
def test_a_part_whose_answer_was_lost_is_known_by_its_receipt(desk: Desk, meta: Cloud) -> None:
    desk.is_written_to()
    meta.faults = [Fault.HANGS_UP]
    said = says(desk, *(keeps(desk, each) for each in (JPEG, PDF)))
    named = {"biz_opaque_callback_data": f"{said['id']}/0"}
    desk.is_called(told((meta.name(1), "delivered"), at=desk.now, **named))
    assert desk.message(said)["status"] == "sent"


@postgres
def test_once_a_part_is_refused_for_good_the_message_has_failed_and_no_more_is_sent(
    desk: Desk, meta: Cloud
) -> None:
    desk.is_written_to()
    meta.faults = [Fault.WINDOW]
    said = says(desk, *(keeps(desk, each) for each in (JPEG, PDF)))

    assert (said["status"], said["reason"], meta.book) == ("failed", "131047", [])
    assert desk.answers("Autre chose")["status"] == "sent"


@postgres
def test_a_file_that_is_still_looked_through_goes_out_afterwards_and_one_that_is_refused_never(
    running: Running, desk: Desk, meta: Cloud
) -> None:
    desk.is_written_to()
    broken = b"\xff\xd8\xff" + b"\x00" * 100
    file = send(desk.ana.http, desk.ana.user_id, broken).json()["id"]
    said = says(desk, file, text="Voici")
    running.system.walk(running.clock() + timedelta(minutes=1))

    shown = desk.message(said)
    assert (shown["status"], shown["reason"]) == ("failed", "file-is-refused")
    assert (meta.book, meta.media.uploads) == ([], [])
    file = send(desk.ana.http, desk.ana.user_id, JPEG).json()["id"]
    said = says(desk, file)
    running.system.walk(running.clock() + timedelta(minutes=1))
    assert desk.message(said)["status"] == "sent"


@postgres
def test_what_meta_would_not_take_is_refused_at_once(desk: Desk, meta: Cloud) -> None:
    desk.is_written_to()
    [thread] = desk.threads
    where = f"/v1/threads/{thread['id']}/messages"
    webp = keeps(desk, picture(80, 60, "WEBP"))
    refused = desk.ana.http.post(where, json={"files": [webp]})

    assert (refused.status_code, refused.json()["code"]) == (422, "file-type-not-carried")
    assert refused.json()["file_id"] == webp
    assert "image/jpeg" in refused.json()["taken"]
    large = keeps(desk, JPEG.ljust(5 * MEGABYTE + 1, b"\0"))
    refused = desk.ana.http.post(where, json={"files": [large]})
    assert (refused.status_code, refused.json()["code"]) == (422, "file-too-large-for-channel")
    assert refused.json()["most_bytes"] == 5 * MEGABYTE
    assert meta.media.uploads == []
    note = desk.ana.http.post(where, json={"files": [webp], "kind": "note"})
    assert note.status_code == 201


# --- By rules alone -----------------------------------------------------------------------

ONE, TWO = (FileId(f"file-0198c0de-0000-7000-8000-00000000000{n}") for n in (1, 2))


def of_type(media_type: MediaType, size: int = 1_000) -> Content:
    return Content(media_type=media_type, size=size, sha256="a1" * 32)


@pytest.mark.parametrize(
    ("media_type", "megabytes"),
    [(MediaType.JPEG, 5), (MediaType.MP4, 16), (MediaType.OGG, 16), (MediaType.PDF, 100)],
)
def test_each_kind_has_its_bound(media_type: MediaType, megabytes: int) -> None:
    most = megabytes * MEGABYTE
    refuse_uncarried(WHATSAPP, None, {ONE: of_type(media_type, most)})
    with pytest.raises(FileTooLargeForChannel) as refused:
        refuse_uncarried(WHATSAPP, None, {ONE: of_type(media_type, most + 1)})
    assert refused.value.facts == {"file_id": ONE, "most_bytes": most}


def test_where_no_files_are_carried_none_are_sent() -> None:
    with pytest.raises(FilesNotCarried):
        refuse_uncarried(Channel(name="post", longest=10), None, {ONE: of_type(MediaType.PDF)})
    with pytest.raises(FileTypeNotCarried):
        refuse_uncarried(WHATSAPP, None, {ONE: of_type(MediaType.WEBP)})


def test_words_that_are_too_long_for_a_caption_go_in_front() -> None:
    files = {ONE: of_type(MediaType.JPEG), TWO: of_type(MediaType.PDF)}
    short, long = "x" * 1_024, "x" * 1_025
    assert not goes_in_front(WHATSAPP, short, files)
    assert goes_in_front(WHATSAPP, long, files)

    assert [
        (each.file_id, bool(each.text)) for each in parts_as_sent(short, [*files], in_front=False)
    ] == [(ONE, True), (TWO, False)]
    assert [
        (each.file_id, bool(each.text)) for each in parts_as_sent(long, [*files], in_front=True)
    ] == [
        (None, True),
        (ONE, False),
        (TWO, False),
    ]


def test_a_message_is_as_far_as_the_part_that_is_least_far() -> None:
    posted = replace(message_posted, status=MessageStatus.QUEUED, parts=2)
    history: list[Any] = [posted]
    seen = []
    for part, status, at in (
        (0, MessageStatus.SENT, now),
        (1, MessageStatus.SENT, now),
        (0, MessageStatus.READ, now),
        (1, MessageStatus.FAILED, later),
        (0, MessageStatus.PLAYED, later),
        (1, MessageStatus.DELIVERED, later),
        (7, MessageStatus.READ, later),
    ):
        order = ReportMessage(message_id=posted.message_id, status=status, at=at, part=part)
        message = MESSAGE.fold(history)
        told = report(order, message)
        assert report(order, MESSAGE.fold([*history, *told])) == []
        history += told
        seen.append(MESSAGE.fold(history).status)
    assert [each.value for each in seen] == [
        "queued",
        "sent",
        "sent",
        "failed",
        "failed",
        "delivered",
        "delivered",
    ]


@postgres
def test_of_several_that_is_sent_again_which_was_not_taken(desk: Desk, meta: Cloud) -> None:
    desk.is_written_to()
    files = [keeps(desk, each) for each in (JPEG, PDF, OGG)]
    meta.faults = [None, Refusal(131_009)]
    said = says(desk, *files)
    assert (said["status"], [each["type"] for each in meta.book]) == ("failed", ["image"])

    again = desk.ana.http.post(f"/v1/messages/{said['id']}/send-again")
    desk.running.settle()

    assert again.status_code == 200, again.text
    assert [each["type"] for each in meta.book] == ["image", "document", "audio"]
    assert (desk.message(said)["status"], len(meta.media.uploads)) == ("sent", 3)


@postgres
def test_a_reply_with_files_replies_by_the_first(desk: Desk, meta: Cloud) -> None:
    desk.is_written_to()
    [thread] = desk.threads
    where = f"/v1/threads/{thread['id']}/messages"
    [theirs] = desk.ana.http.get(where).json()["data"]
    files = [keeps(desk, each) for each in (JPEG, PDF)]
    desk.ana.http.post(where, json={"text": "Voici", "files": files, "reply_to": theirs["id"]})
    desk.running.settle()

    assert [each.get("context") for each in meta.book] == [{"message_id": "wamid.1"}, None]


@postgres
def test_what_can_be_chosen_stands_in_front_of_files(desk: Desk, meta: Cloud) -> None:
    desk.is_written_to()
    [thread] = desk.threads
    choices = {"buttons": [{"id": "yes", "title": "Oui"}, {"id": "no", "title": "Non"}]}
    body = {"text": "D'accord ?", "choices": choices, "files": [keeps(desk, PDF)]}
    where = f"/v1/threads/{thread['id']}/messages"
    posted = desk.ana.http.post(where, json=body)
    others = {**body, "text": None, "files": [keeps(desk, JPEG)]}
    without = desk.ana.http.post(where, json=others)
    desk.running.settle()

    assert posted.status_code == 201, posted.text
    assert (without.status_code, without.json()["code"]) == (422, "says-nothing")
    assert [each["type"] for each in meta.book] == ["interactive", "document"]
    assert desk.message(posted.json())["status"] == "sent"


@postgres
def test_a_file_goes_by_the_number_by_which_they_wrote(
    running: Running, ana: Person, meta: Cloud
) -> None:
    desk = Desk(running, ana, meta, more=OTHER_NUMBER)
    desk.is_called(wrote(("wamid.1", "Bonjour"), at=desk.now), number=OTHER_NUMBER)
    said = says(desk, keeps(desk, PDF))

    assert (said["status"], meta.by) == ("sent", [OTHER_NUMBER])
    assert [each.number for each in meta.media.uploads] == [OTHER_NUMBER]
