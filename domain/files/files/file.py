"""What a file remembers: only what its decisions read, and what is served."""

from datetime import datetime
from enum import StrEnum
from typing import Final, assert_never

from msgspec.structs import replace

from domain.aggregate import Aggregate
from domain.files.files.messages import (
    Description,
    FileAbandoned,
    FileAnnounced,
    FileAttached,
    FileEvent,
    FilePublished,
    FilePurged,
    FileReady,
    FileRefused,
    FileRemoved,
    FileRestored,
    FileUploaded,
    FileWithdrawn,
    Picture,
    Why,
)
from domain.messages import Value


class Status(StrEnum):
    """How far a file is. Only what is ready is given to anybody."""

    NONE = "none"
    AWAITED = "awaited"
    UPLOADED = "uploaded"
    READY = "ready"
    REFUSED = "refused"
    PURGED = "purged"


class File(Value, frozen=True, kw_only=True):
    status: Status = Status.NONE
    file: Description | None = None
    why: Why | None = None
    published: bool = False
    pictures: tuple[Picture, ...] = ()
    removed_at: datetime | None = None
    expires_at: datetime | None = None

    @property
    def is_served(self) -> bool:
        """Whether its bytes are given to those who may have them."""
        return self.status is Status.READY and self.removed_at is None

    @property
    def is_public(self) -> bool:
        """Whether its pictures are given to everybody."""
        return self.is_served and self.published


def evolve(file: File, event: FileEvent) -> File:
    match event:
        case FileAnnounced(file=described, expires_at=until):
            return File(
                status=Status.AWAITED,
                file=described,
                published=described.published,
                expires_at=until,
            )
        case FileUploaded(file=described):
            return File(status=Status.UPLOADED, file=described, published=described.published)
        case FileAttached(owner_id=owner):
            return replace(file, file=file.file and replace(file.file, owner_id=owner))
        case FileReady(pictures=pictures):
            return replace(file, status=Status.READY, pictures=pictures)
        case FileRefused(why=why):
            return replace(file, status=Status.REFUSED, why=why, published=False)
        case FilePublished():
            return replace(file, published=True)
        case FileWithdrawn():
            return replace(file, published=False)
        case FileRemoved(at=at):
            return replace(file, removed_at=at)
        case FileRestored():
            return replace(file, removed_at=None)
        case FilePurged() | FileAbandoned():
            return replace(file, status=Status.PURGED, published=False, pictures=())
        case _:
            assert_never(event)


FILE: Final = Aggregate(kind="file", initial=File(), evolve=evolve)
