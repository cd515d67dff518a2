"""What may be asked of a file, what can happen to one, and why not."""

from datetime import datetime
from enum import StrEnum

from domain.files.purposes import MediaType, Purpose
from domain.messages import (
    Command,
    DomainError,
    Erasure,
    Event,
    Gone,
    Invalid,
    Missing,
    Personal,
    Value,
)
from domain.values import FileId


class Content(Value, frozen=True, kw_only=True):
    """What is in a file: its type, its length in bytes, and their SHA-256 in hexadecimal digits."""

    media_type: MediaType
    size: int
    sha256: str


class Size(StrEnum):
    """How large a picture is that was made: so many points its longer side has at most."""

    SMALL = "small"
    MEDIUM = "medium"
    LARGE = "large"

    @property
    def points(self) -> int:
        """How many that are."""
        return {"small": 160, "medium": 640, "large": 1600}[self]


class Picture(Value, frozen=True, kw_only=True):
    """One that was made of what came: upright, in sRGB, and with nothing in it but what is seen."""

    size: Size
    content: Content
    width: int
    height: int


class Why(StrEnum):
    """Why a file came to nothing."""

    NEVER_CAME = "never-came"
    INFECTED = "infected"
    UNREADABLE = "unreadable"
    TOO_MANY_POINTS = "too-many-points"


class Description(Value, frozen=True, kw_only=True):
    """What was sent, of what, and what for. `name` is what somebody calls it, and says of people what
    it likes.
    """

    owner_id: str
    purpose: Purpose
    content: Content
    name: Personal[str | None] = None
    published: bool = False


# --- What may be asked ----------------------------------------------------------------


class AnnounceFile(Command, frozen=True):
    """Its bytes will be put where they are told, up to `expires_at`."""

    file_id: FileId
    file: Description
    expires_at: datetime


class UploadFile(Command, frozen=True):
    """Its bytes are there."""

    file_id: FileId
    file: Description


class CompleteUpload(Command, frozen=True):
    """Of what was announced, this came."""

    file_id: FileId
    content: Content


class ExpireUpload(Command, frozen=True):
    """Ordered by a process, when nothing came in time."""

    file_id: FileId


class PassFile(Command, frozen=True):
    """It was looked through, and these pictures were made of it. `width` and `height`: as it is seen."""

    file_id: FileId
    pictures: tuple[Picture, ...] = ()
    width: int | None = None
    height: int | None = None


class RefuseFile(Command, frozen=True):
    file_id: FileId
    why: Why


class PublishFile(Command, frozen=True):
    file_id: FileId


class WithdrawFile(Command, frozen=True):
    """The public shall see it no longer."""

    file_id: FileId


class RemoveFile(Command, frozen=True):
    file_id: FileId


class RestoreFile(Command, frozen=True):
    file_id: FileId


class PurgeFile(Command, frozen=True):
    """Ordered by a process: when it can be restored no more, or who it is of was `erased`."""

    file_id: FileId
    erased: bool = False


class AbandonFile(Command, frozen=True):
    """See to it that a file of which nothing was recorded never is: its bytes are to be destroyed."""

    file_id: FileId


# --- What can happen ------------------------------------------------------------------


class FileAnnounced(Event, frozen=True):
    file_id: FileId
    file: Description
    expires_at: datetime


class FileUploaded(Event, frozen=True):
    file_id: FileId
    file: Description


class FileReady(Event, frozen=True):
    file_id: FileId
    pictures: tuple[Picture, ...] = ()
    width: int | None = None
    height: int | None = None


class FileRefused(Event, frozen=True):
    file_id: FileId
    why: Why


class FilePublished(Event, frozen=True):
    file_id: FileId


class FileWithdrawn(Event, frozen=True):
    file_id: FileId


class FileRemoved(Event, frozen=True):
    file_id: FileId
    at: datetime


class FileRestored(Event, frozen=True):
    file_id: FileId


class FilePurged(Erasure, frozen=True):
    """Its bytes are to be destroyed, and what it was called is gone."""

    file_id: FileId


class FileAbandoned(Event, frozen=True):
    file_id: FileId


class FileAttached(Event, frozen=True):
    """It was sent with something, a message, and is of that from then on."""

    file_id: FileId
    owner_id: str


FileEvent = (
    FileAnnounced
    | FileUploaded
    | FileReady
    | FileRefused
    | FilePublished
    | FileWithdrawn
    | FileRemoved
    | FileRestored
    | FilePurged
    | FileAbandoned
    | FileAttached
)


# --- Why it may be refused ------------------------------------------------------------


class FileNotFound(Missing):
    """There is no such file."""


class FileIdTaken(DomainError):
    """Another file has this id."""


class FileIsRemoved(DomainError):
    """The file was removed."""


class FileIsGone(Gone):
    """The file is gone for good."""


class FileIsRefused(DomainError):
    """The file was refused, and nothing is kept of it."""

    why: Why | None


class FileHasNotCome(DomainError):
    """The file was announced, and did not come yet."""


class FileDiffers(Invalid):
    """What came is not what was announced."""

    announced: Content
    came: Content


class OwnerCannotHaveIt(Invalid):
    """No such file is kept of such a thing."""

    owners: tuple[str, ...]


class FileIsNotForThePublic(Invalid):
    """The public never sees such a file of such a thing."""
