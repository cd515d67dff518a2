"""What a file does when it is asked, whatever happened to it before."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from domain.files import files, portraits
from domain.files.files import (
    FILE,
    File,
    FileAbandoned,
    FileDiffers,
    FileHasNotCome,
    FileIdTaken,
    FileIsGone,
    FileIsNotForThePublic,
    FileIsRefused,
    FileIsRemoved,
    FileNotFound,
    FilePurged,
    FileRefused,
    OwnerCannotHaveIt,
    Status,
    Why,
)
from domain.files.portraits import Portrait
from domain.files.purposes import RULES, FileTypeNotTaken, MediaType, Purpose, type_of
from domain.messages import DomainError
from tests.files.examples import (
    abandon_file,
    ana,
    announce_file,
    complete_upload,
    consent,
    expire_upload,
    file_abandoned,
    file_announced,
    file_id,
    file_published,
    file_purged,
    file_ready,
    file_refused,
    file_removed,
    file_restored,
    file_uploaded,
    file_withdrawn,
    haircut,
    jpeg,
    noon,
    pass_file,
    pdf,
    portrait_chosen,
    portrait_cleared,
    publish_file,
    purge_file,
    refuse_file,
    remove_file,
    restore_file,
    upload_file,
    withdraw_file,
    zoe,
)

LATE = noon + timedelta(days=31)


def after(*events: Any) -> File:
    return FILE.fold(events)


AWAITED = after(file_announced)
UPLOADED = after(file_uploaded)
READY = after(file_uploaded, file_ready)
PUBLISHED = after(file_uploaded, file_ready, file_published)
REMOVED = after(file_uploaded, file_ready, file_removed)
REFUSED = after(file_uploaded, file_refused)
PURGED = after(file_uploaded, file_ready, file_removed, file_purged)


@pytest.mark.parametrize(
    ("decided", "expected"),
    [
        (files.announce(announce_file, File()), [file_announced]),
        (files.announce(announce_file, AWAITED), []),
        (files.upload(upload_file, File()), [file_uploaded]),
        (files.upload(upload_file, READY), []),
        (files.complete(complete_upload, AWAITED), [file_uploaded]),
        (files.complete(complete_upload, READY), []),
        (
            files.expire(expire_upload, AWAITED, now=noon),
            [FileRefused(file_id=file_id, why=Why.NEVER_CAME)],
        ),
        (files.expire(expire_upload, AWAITED, now=noon - timedelta(seconds=1)), []),
        (files.expire(expire_upload, UPLOADED, now=LATE), []),
        (files.pass_(pass_file, UPLOADED), [file_ready]),
        (files.pass_(pass_file, READY), []),
        (files.pass_(pass_file, PURGED), []),
        (files.refuse(refuse_file, UPLOADED), [file_refused]),
        (files.refuse(refuse_file, READY), []),
        (files.publish(publish_file, READY), [file_published]),
        (files.publish(publish_file, PUBLISHED), []),
        (files.withdraw(withdraw_file, PUBLISHED), [file_withdrawn]),
        (files.withdraw(withdraw_file, READY), []),
        (files.remove(remove_file, READY, now=noon), [file_removed]),
        (files.remove(remove_file, REMOVED, now=noon), []),
        (
            files.remove(remove_file, AWAITED, now=noon),
            [FileRefused(file_id=file_id, why=Why.NEVER_CAME)],
        ),
        (files.remove(remove_file, REFUSED, now=noon), [file_purged]),
        (files.restore(restore_file, REMOVED, now=noon), [file_restored]),
        (files.restore(restore_file, READY, now=noon), []),
        (files.purge(purge_file, REMOVED, now=noon), []),
        (files.purge(purge_file, REMOVED, now=LATE), [file_purged]),
        (files.purge(purge_file, REFUSED, now=noon), [file_purged]),
        (files.purge(purge_file, READY, now=LATE), []),
        (files.purge(replace(purge_file, erased=True), READY, now=noon), [file_purged]),
        (files.purge(replace(purge_file, erased=True), PURGED, now=noon), []),
        (files.abandon(abandon_file, File()), [file_abandoned]),
        (files.abandon(abandon_file, UPLOADED), []),
    ],
)
def test_what_is_decided(decided: Sequence[Any], expected: Sequence[Any]) -> None:
    assert list(decided) == expected


@pytest.mark.parametrize(
    ("decide", "refusal"),
    [
        (lambda: files.upload(replace(upload_file, file=consent), UPLOADED), FileIdTaken),
        (lambda: files.announce(replace(announce_file, file=consent), AWAITED), FileIdTaken),
        (lambda: files.upload(upload_file, after(file_abandoned)), FileIdTaken),
        (lambda: files.complete(replace(complete_upload, content=pdf), AWAITED), FileDiffers),
        (lambda: files.complete(complete_upload, File()), FileNotFound),
        (lambda: files.publish(publish_file, AWAITED), FileHasNotCome),
        (lambda: files.publish(publish_file, REMOVED), FileIsRemoved),
        (lambda: files.publish(publish_file, REFUSED), FileIsRefused),
        (lambda: files.publish(publish_file, PURGED), FileIsGone),
        (lambda: files.withdraw(withdraw_file, REMOVED), FileIsRemoved),
        (lambda: files.remove(remove_file, File(), now=noon), FileNotFound),
        (lambda: files.restore(restore_file, REMOVED, now=LATE), FileIsGone),
        (lambda: files.restore(restore_file, PURGED, now=noon), FileIsGone),
        (lambda: files.upload(_of(zoe, Purpose.LOGO), File()), OwnerCannotHaveIt),
        (lambda: files.upload(_of(ana, Purpose.AVATAR, pdf), File()), FileTypeNotTaken),
        (
            lambda: files.upload(_of(zoe, Purpose.AVATAR, published=True), File()),
            FileIsNotForThePublic,
        ),
        (
            lambda: files.upload(_of(zoe, Purpose.ATTACHMENT, published=True), File()),
            FileIsNotForThePublic,
        ),
    ],
)
def test_what_is_refused(decide: Any, refusal: type[DomainError]) -> None:
    with pytest.raises(refusal):
        decide()


def _of(owner: str, purpose: Purpose, content: Any = jpeg, **more: Any) -> files.UploadFile:
    return replace(
        upload_file, file=replace(haircut, owner_id=owner, purpose=purpose, content=content, **more)
    )


def test_a_portrait_is_one_file_at_a_time() -> None:
    id_ = portrait_chosen.portrait_id
    chosen = Portrait(file_id)

    assert portraits.choose(id_, ana, file_id, Portrait()) == [portrait_chosen]
    assert portraits.choose(id_, ana, file_id, chosen) == []
    assert portraits.clear(id_, ana, file_id, chosen) == [portrait_cleared]
    assert portraits.clear(id_, ana, file_id, Portrait()) == []


# --- Whatever happened ----------------------------------------------------------------

DECISIONS = [
    lambda file: files.announce(announce_file, file),
    lambda file: files.upload(upload_file, file),
    lambda file: files.complete(complete_upload, file),
    lambda file: files.expire(expire_upload, file, now=LATE),
    lambda file: files.pass_(pass_file, file),
    lambda file: files.refuse(refuse_file, file),
    lambda file: files.publish(publish_file, file),
    lambda file: files.withdraw(withdraw_file, file),
    lambda file: files.remove(remove_file, file, now=noon),
    lambda file: files.restore(restore_file, file, now=noon),
    lambda file: files.purge(purge_file, file, now=LATE),
    lambda file: files.purge(replace(purge_file, erased=True), file, now=noon),
    lambda file: files.abandon(abandon_file, file),
]


@given(st.lists(st.sampled_from(DECISIONS), max_size=30))
def test_whatever_is_asked_in_whatever_order_nothing_unready_or_gone_is_served(
    asked: list[Any],
) -> None:
    file = File()
    came = is_over = was_looked_through = False
    for decide in asked:
        try:
            events = decide(file)
        except DomainError:
            events = []
        if events:
            file = FILE.fold(events, file)
            assert not is_over, "what is gone stays so"
        came = came or file.status is Status.UPLOADED
        was_looked_through = was_looked_through or any(event == file_ready for event in events)
        is_over = any(isinstance(event, FilePurged | FileAbandoned) for event in events)
        assert not file.is_served or (came and was_looked_through)
        assert not file.is_public or file.is_served
        assert _again(decide, file) == []


def _again(decide: Any, file: File) -> Sequence[Any]:
    """Whatever is ordered a second time changes nothing more; but for what goes on from there."""
    try:
        events = list(decide(file))
    except DomainError:
        return []
    return [event for event in events if not isinstance(event, FilePurged | FileRefused)]


@given(st.binary(max_size=40))
def test_no_bytes_are_taken_for_what_they_do_not_begin_as(content: bytes) -> None:
    begins = {
        MediaType.JPEG: b"\xff\xd8\xff",
        MediaType.PNG: b"\x89PNG\r\n\x1a\n",
        MediaType.WEBP: b"RIFF",
        MediaType.PDF: b"%PDF-",
        MediaType.OGG: b"OggS\0",
        MediaType.MP3: b"ID3",
        MediaType.AAC: b"\xff\xf1",
        MediaType.AMR: b"#!AMR",
        MediaType.M4A: b"\0\0\0\x20ftypM4A ",
        MediaType.MP4: b"\0\0\0\x20ftypisom",
        MediaType.THREE_GP: b"\0\0\0\x20ftyp3gp4",
    }
    assert begins.keys() == {*MediaType}
    found = type_of(content)
    assert found in (None, MediaType.MP3, MediaType.AAC) or content[4:8] in (
        b"ftyp",
        begins[found][4:8],
    )
    for kind, start in begins.items():
        if kind is not MediaType.WEBP:
            assert type_of(start + content) is kind


@pytest.mark.parametrize("brand", [b"heic", b"mif1", b"avif", b"qt  ", b"crx "])
def test_of_files_of_boxes_only_recordings_and_films_are_taken(brand: bytes) -> None:
    assert type_of(b"\0\0\0\x20ftyp" + brand) is None


def test_every_purpose_has_a_rule() -> None:
    assert RULES.keys() == {*Purpose}
