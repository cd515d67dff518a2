"""Bytes that are kept of something: an attachment, a portfolio, an avatar, a logo.

    announce ─► AWAITED ─ complete ─┐
       │           └─ expire ─► REFUSED
    upload ─────────────────────────┴► UPLOADED ─ pass ─► READY ⇄ publish, withdraw
                                           └─ refuse ─► REFUSED
    remove ⇄ restore, for thirty days; then, or when who it is of was erased ─ purge ─► PURGED

Nothing is given to anybody before it is READY. Whose it is follows from what it is of. What is sent with a
message was somebody's own before, and is of the message from then on.
"""

from typing import Final

from domain.files.files.decisions import (
    abandon,
    announce,
    attach,
    complete,
    expire,
    in_use,
    known,
    pass_,
    publish,
    purge,
    refuse,
    refuse_impossible,
    remove,
    restore,
    upload,
    withdraw,
)
from domain.files.files.file import FILE, File, Status
from domain.files.files.messages import (
    AbandonFile,
    AnnounceFile,
    CompleteUpload,
    Content,
    Description,
    ExpireUpload,
    FileAbandoned,
    FileAnnounced,
    FileAttached,
    FileDiffers,
    FileEvent,
    FileHasNotCome,
    FileIdTaken,
    FileIsGone,
    FileIsNotForThePublic,
    FileIsRefused,
    FileIsRemoved,
    FileNotFound,
    FilePublished,
    FilePurged,
    FileReady,
    FileRefused,
    FileRemoved,
    FileRestored,
    FileUploaded,
    FileWithdrawn,
    OwnerCannotHaveIt,
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
from domain.messages import Event
from domain.telling import NOT_TOLD, Tellings, public

__all__ = [
    "FILE",
    "AbandonFile",
    "AnnounceFile",
    "CompleteUpload",
    "Content",
    "Description",
    "ExpireUpload",
    "File",
    "FileAbandoned",
    "FileAnnounced",
    "FileAttached",
    "FileDiffers",
    "FileEvent",
    "FileHasNotCome",
    "FileIdTaken",
    "FileIsGone",
    "FileIsNotForThePublic",
    "FileIsRefused",
    "FileIsRemoved",
    "FileNotFound",
    "FilePublished",
    "FilePurged",
    "FileReady",
    "FileRefused",
    "FileRemoved",
    "FileRestored",
    "FileUploaded",
    "FileWithdrawn",
    "OwnerCannotHaveIt",
    "PassFile",
    "Picture",
    "PublishFile",
    "PurgeFile",
    "RefuseFile",
    "RemoveFile",
    "RestoreFile",
    "Size",
    "Status",
    "UploadFile",
    "Why",
    "WithdrawFile",
    "abandon",
    "announce",
    "attach",
    "complete",
    "expire",
    "in_use",
    "known",
    "pass_",
    "publish",
    "purge",
    "refuse",
    "refuse_impossible",
    "remove",
    "restore",
    "upload",
    "withdraw",
]

STORED_AS: Final[dict[str, type[Event]]] = {
    "file-announced.v1": FileAnnounced,
    "file-uploaded.v1": FileUploaded,
    "file-ready.v1": FileReady,
    "file-refused.v1": FileRefused,
    "file-published.v1": FilePublished,
    "file-withdrawn.v1": FileWithdrawn,
    "file-removed.v1": FileRemoved,
    "file-restored.v1": FileRestored,
    "file-purged.v1": FilePurged,
    "file-abandoned.v1": FileAbandoned,
    "file-attached.v1": FileAttached,
}

TOLD_AS: Final[Tellings] = {
    FileAnnounced: NOT_TOLD,  # it may never come
    FileUploaded: public(
        "file.uploaded",
        "file.owner_id",
        "file.purpose",
        "file.content",
        "file.published",
        id="file_id",
    ),
    FileReady: public("file.ready", "pictures", "width", "height", id="file_id"),
    FileRefused: public("file.refused", "why", id="file_id"),
    FilePublished: public("file.published", id="file_id"),
    FileWithdrawn: public("file.withdrawn", id="file_id"),
    FileRemoved: public("file.removed", id="file_id", removed_at="at"),
    FileRestored: public("file.restored", id="file_id"),
    FilePurged: public("file.purged", id="file_id"),
    FileAbandoned: NOT_TOLD,  # nobody ever heard of it
    FileAttached: NOT_TOLD,  # the message is told of
}
