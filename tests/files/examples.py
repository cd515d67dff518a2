"""One example of each message about files; a test states only what differs."""

from datetime import UTC, datetime
from typing import Final

from domain.files.files import (
    AbandonFile,
    AnnounceFile,
    CompleteUpload,
    Content,
    Description,
    ExpireUpload,
    FileAbandoned,
    FileAnnounced,
    FileAttached,
    FilePublished,
    FilePurged,
    FileReady,
    FileRefused,
    FileRemoved,
    FileRestored,
    FileUploaded,
    FileWithdrawn,
    PassFile,
    Picture,
    PublishFile,
    PurgeFile,
    RefuseFile,
    RemoveFile,
    RestoreFile,
    Size,
    UploadFile,
    Why,
    WithdrawFile,
)
from domain.files.portraits import PortraitChosen, PortraitCleared, portrait_of
from domain.files.purposes import MediaType, Purpose
from domain.values import FileId

file_id: Final = FileId("file-0198c0de-0000-7000-8000-000000000001")
ana: Final = "professional-0198c0de-0000-7000-8000-00000000000a"
zoe: Final = "client-0198c0de-0000-7000-8000-00000000000c"
said: Final = "message-0198c0de-0000-7000-8000-00000000000d"
noon: Final = datetime(2027, 1, 4, 12, tzinfo=UTC)

jpeg: Final = Content(media_type=MediaType.JPEG, size=4_000_000, sha256="a1" * 32)
pdf: Final = Content(media_type=MediaType.PDF, size=10_000, sha256="b2" * 32)
smaller: Final = Content(media_type=MediaType.WEBP, size=9_000, sha256="c3" * 32)

haircut: Final = Description(
    owner_id=ana, purpose=Purpose.PORTFOLIO, content=jpeg, name="Zoé's haircut.jpg"
)
consent: Final = Description(
    owner_id=zoe, purpose=Purpose.ATTACHMENT, content=pdf, name="consent of Zoé.pdf"
)
small_one: Final = Picture(size=Size.SMALL, content=smaller, width=160, height=120)

announce_file: Final = AnnounceFile(file_id=file_id, file=haircut, expires_at=noon)
upload_file: Final = UploadFile(file_id=file_id, file=haircut)
complete_upload: Final = CompleteUpload(file_id=file_id, content=jpeg)
expire_upload: Final = ExpireUpload(file_id=file_id)
pass_file: Final = PassFile(file_id=file_id, pictures=(small_one,), width=4000, height=3000)
refuse_file: Final = RefuseFile(file_id=file_id, why=Why.INFECTED)
publish_file: Final = PublishFile(file_id=file_id)
withdraw_file: Final = WithdrawFile(file_id=file_id)
remove_file: Final = RemoveFile(file_id=file_id)
restore_file: Final = RestoreFile(file_id=file_id)
purge_file: Final = PurgeFile(file_id=file_id)
abandon_file: Final = AbandonFile(file_id=file_id)

file_announced: Final = FileAnnounced(file_id=file_id, file=haircut, expires_at=noon)
file_uploaded: Final = FileUploaded(file_id=file_id, file=haircut)
file_ready: Final = FileReady(file_id=file_id, pictures=(small_one,), width=4000, height=3000)
file_refused: Final = FileRefused(file_id=file_id, why=Why.INFECTED)
file_published: Final = FilePublished(file_id=file_id)
file_withdrawn: Final = FileWithdrawn(file_id=file_id)
file_removed: Final = FileRemoved(file_id=file_id, at=noon)
file_restored: Final = FileRestored(file_id=file_id)
file_purged: Final = FilePurged(file_id=file_id, streams=(file_id,))
file_abandoned: Final = FileAbandoned(file_id=file_id)
file_attached: Final = FileAttached(file_id=file_id, owner_id=said)

portrait_chosen: Final = PortraitChosen(
    portrait_id=portrait_of(ana, Purpose.AVATAR), owner_id=ana, file_id=file_id
)
portrait_cleared: Final = PortraitCleared(
    portrait_id=portrait_of(ana, Purpose.AVATAR), owner_id=ana
)
