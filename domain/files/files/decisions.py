"""What a file does when it is asked."""

from collections.abc import Sequence
from datetime import datetime

from msgspec.structs import replace

from domain.files.files.file import File, Status
from domain.files.files.messages import (
    AbandonFile,
    AnnounceFile,
    CompleteUpload,
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
    PublishFile,
    PurgeFile,
    RefuseFile,
    RemoveFile,
    RestoreFile,
    UploadFile,
    Why,
    WithdrawFile,
)
from domain.files.purposes import RULES, FileTypeNotTaken, Shown
from domain.records import RESTORABLE
from domain.values import FileId, kind_of


def announce(command: AnnounceFile, file: File) -> Sequence[FileEvent]:
    """Await it."""
    refuse_impossible(command.file)
    if file.status is Status.NONE:
        return [
            FileAnnounced(
                file_id=command.file_id,
                file=command.file,
                expires_at=command.expires_at,
            )
        ]
    if file.file != command.file:
        raise FileIdTaken
    return []


def upload(command: UploadFile, file: File) -> Sequence[FileEvent]:
    """Have it, once."""
    refuse_impossible(command.file)
    if file.status is Status.NONE:
        return [FileUploaded(file_id=command.file_id, file=command.file)]
    if file.file != command.file:
        raise FileIdTaken
    return []


def complete(command: CompleteUpload, file: File) -> Sequence[FileEvent]:
    """Have what was awaited, if that is what came."""
    described = known(file)
    if file.status is not Status.AWAITED:
        return []
    if command.content != described.content:
        raise FileDiffers(announced=described.content, came=command.content)
    return [FileUploaded(file_id=command.file_id, file=described)]


def expire(command: ExpireUpload, file: File, *, now: datetime) -> Sequence[FileEvent]:
    """Await it no longer."""
    if file.status is not Status.AWAITED or file.expires_at is None or now < file.expires_at:
        return []
    return [FileRefused(file_id=command.file_id, why=Why.NEVER_CAME)]


def pass_(command: PassFile, file: File) -> Sequence[FileEvent]:
    """Let it be given to those who may have it."""
    if file.status is not Status.UPLOADED:
        return []
    return [
        FileReady(
            file_id=command.file_id,
            pictures=command.pictures,
            width=command.width,
            height=command.height,
        )
    ]


def refuse(command: RefuseFile, file: File) -> Sequence[FileEvent]:
    """Keep nothing of it."""
    if file.status is not Status.UPLOADED:
        return []
    return [FileRefused(file_id=command.file_id, why=command.why)]


def publish(command: PublishFile, file: File) -> Sequence[FileEvent]:
    """Let everybody see its pictures."""
    described = in_use(file)
    refuse_unpublishable(described)
    return [] if file.published else [FilePublished(file_id=command.file_id)]


def withdraw(command: WithdrawFile, file: File) -> Sequence[FileEvent]:
    """Let nobody see it but those who may."""
    in_use(file)
    return [FileWithdrawn(file_id=command.file_id)] if file.published else []


def remove(command: RemoveFile, file: File, *, now: datetime) -> Sequence[FileEvent]:
    """Withhold it from everybody, and keep it for a while."""
    known(file)
    if file.status is Status.PURGED or file.removed_at is not None:
        return []
    if file.status is Status.REFUSED:
        return [_purged(command.file_id)]
    if file.status is Status.AWAITED:
        return [FileRefused(file_id=command.file_id, why=Why.NEVER_CAME)]
    return [FileRemoved(file_id=command.file_id, at=now)]


def restore(command: RestoreFile, file: File, *, now: datetime) -> Sequence[FileEvent]:
    """Have it again, as it was."""
    known(file)
    _refuse_gone(file)
    if file.removed_at is None:
        return []
    if now - file.removed_at > RESTORABLE:
        raise FileIsGone
    return [FileRestored(file_id=command.file_id)]


def purge(command: PurgeFile, file: File, *, now: datetime) -> Sequence[FileEvent]:
    """Keep nothing of it, once it can be restored no more."""
    if file.status in (Status.NONE, Status.PURGED):
        return []
    was_removed = file.removed_at is not None and now - file.removed_at > RESTORABLE
    if not (command.erased or was_removed or file.status is Status.REFUSED):
        return []
    return [_purged(command.file_id)]


def attach(file_id: FileId, owner_id: str, file: File) -> Sequence[FileEvent]:
    """Send it with something: it came, and may still be looked through. Raises what is in the way."""
    refuse_impossible(replace(in_use(file), owner_id=owner_id))
    return [FileAttached(file_id=file_id, owner_id=owner_id)]


def abandon(command: AbandonFile, file: File) -> Sequence[FileEvent]:
    """Let it never come to be, if it has not."""
    return [FileAbandoned(file_id=command.file_id)] if file.status is Status.NONE else []


def _purged(file_id: FileId) -> FilePurged:
    return FilePurged(file_id=file_id, streams=(file_id,))


# --- What they have in common ---------------------------------------------------------


def known(file: File) -> Description:
    """Return what was said of it. Raises FileNotFound."""
    if file.file is None:
        raise FileNotFound
    return file.file


def in_use(file: File) -> Description:
    """Return the same of one that came, and was not removed. Raises what is in the way."""
    described = known(file)
    _refuse_gone(file)
    if file.status is Status.AWAITED:
        raise FileHasNotCome
    if file.removed_at is not None:
        raise FileIsRemoved
    return described


def _refuse_gone(file: File) -> None:
    if file.status is Status.PURGED:
        raise FileIsGone
    if file.status is Status.REFUSED:
        raise FileIsRefused(why=file.why)


def refuse_impossible(file: Description) -> None:
    """Refuse what no such thing has. Raises OwnerCannotHaveIt, FileTypeNotTaken,
    FileIsNotForThePublic.
    """
    rule = RULES[file.purpose]
    if rule.owners and kind_of(file.owner_id) not in rule.owners:
        raise OwnerCannotHaveIt(owners=tuple(sorted(rule.owners)))
    if file.content.media_type not in rule.types:
        raise FileTypeNotTaken(taken=tuple(sorted(rule.types)))
    if file.published:
        refuse_unpublishable(file)


def refuse_unpublishable(file: Description) -> None:
    """Raise FileIsNotForThePublic."""
    rule = RULES[file.purpose]
    if rule.shown is Shown.NEVER or kind_of(file.owner_id) not in rule.published_of:
        raise FileIsNotForThePublic
