"""Files of clients, and of no others."""

from typing import assert_never

from msgspec.structs import replace

from domain.files.files import (
    Description,
    FileAnnounced,
    FilePurged,
    FileReady,
    FileRefused,
    FileRemoved,
    FileRestored,
    FileUploaded,
)
from domain.files.files import Status as FileStatus
from domain.people.clients import CLIENT
from domain.values import ClientId, FileId, kind_of
from projections.people.client_timeline.entries import EntryKind, TimelineEntry

OfFile = (
    FileAnnounced | FileUploaded | FileReady | FileRefused | FileRemoved | FileRestored | FilePurged
)


def evolve(row: TimelineEntry | None, event: OfFile) -> TimelineEntry | None:
    match event:
        case FileAnnounced(file_id=id_, file=described):
            return _sent(id_, described, FileStatus.AWAITED)
        case FileUploaded(file_id=id_, file=described):
            return _sent(id_, described, FileStatus.UPLOADED)
        case FileReady():
            return row and replace(row, file_status=FileStatus.READY)
        case FileRemoved(at=at):
            return row and replace(row, removed_at=at)
        case FileRestored():
            return row and replace(row, removed_at=None)
        case FileRefused() | FilePurged():
            return None
        case _:
            assert_never(event)


def _sent(file_id: FileId, described: Description, status: FileStatus) -> TimelineEntry | None:
    if kind_of(described.owner_id) != CLIENT.kind:
        return None
    return TimelineEntry(
        id=file_id,
        client_id=ClientId(described.owner_id),
        kind=EntryKind.FILE,
        text=described.name,
        file_status=status,
    )
