"""Which files are there of something, how far is each, and where is it had?"""

from datetime import datetime
from typing import Final, assert_never

from msgspec.structs import replace

from domain.files.files import (
    FILE,
    Description,
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
    Picture,
    Size,
    Status,
    Why,
)
from domain.files.purposes import MediaType, Purpose
from domain.messages import Value
from domain.people.clients import ClientErased
from domain.values import FileId, kind_of
from projections.read_model import ReadModel, Row


class ListedPicture(Value, frozen=True, kw_only=True):
    """`url` is where whoever may see the file is given it; `public_url` where everybody is, if it is
    published: other bytes have another, so that it can be kept for ever.
    """

    size: Size
    media_type: MediaType
    width: int
    height: int
    bytes: int
    sha256: str
    url: str
    public_url: str | None = None


class ListedFile(Row, frozen=True, kw_only=True):
    """`why` it was refused. `width` and `height`: of a picture, as it is seen. `url` gives its largest
    picture, or what came, as soon as the status is `ready`.
    """

    id: FileId
    owner_id: str
    purpose: Purpose
    name: str | None
    status: Status
    why: Why | None = None
    media_type: MediaType
    bytes: int
    sha256: str
    width: int | None = None
    height: int | None = None
    published: bool
    pictures: tuple[ListedPicture, ...] = ()
    url: str
    removed_at: datetime | None = None
    expires_at: datetime | None = None
    active: bool = True


def address_of(file_id: str) -> str:
    """Return where whoever may see a file is given it."""
    return f"/v1/files/{file_id}/content"


def public_address_of(file_id: str, picture: ListedPicture) -> str:
    """Return where everybody is given a picture that is published."""
    return f"/v1/published/{file_id}/{picture.sha256}.{picture.media_type.ending}"


Change = (
    FileReady
    | FileRefused
    | FilePublished
    | FileWithdrawn
    | FileRemoved
    | FileRestored
    | FileAttached
    | FilePurged
    | ClientErased
)


def _evolve(
    row: ListedFile | None, event: FileAnnounced | FileUploaded | Change
) -> ListedFile | None:
    match event:
        case FileAnnounced(file_id=file, file=described, expires_at=until):
            return replace(_listed(file, described, Status.AWAITED), expires_at=until)
        case FileUploaded(file_id=file, file=described):
            return _listed(file, described, Status.UPLOADED)
        case FilePurged() | ClientErased():
            return None
        case _:
            return row and _addressed(_after(row, event))


def _after(
    row: ListedFile,
    event: FileReady
    | FileRefused
    | FilePublished
    | FileWithdrawn
    | FileRemoved
    | FileRestored
    | FileAttached,
) -> ListedFile:
    match event:
        case FileReady(pictures=pictures, width=width, height=height):
            shown = tuple(_picture(row.id, each) for each in pictures)
            return replace(row, status=Status.READY, pictures=shown, width=width, height=height)
        case FileRefused(why=why):
            return replace(row, status=Status.REFUSED, why=why, published=False, active=False)
        case FilePublished():
            return replace(row, published=True)
        case FileWithdrawn():
            return replace(row, published=False)
        case FileRemoved(at=at):
            return replace(row, removed_at=at, active=False)
        case FileRestored():
            return replace(row, removed_at=None, active=True)
        case FileAttached(owner_id=owner):
            return replace(row, owner_id=owner)
        case _:
            assert_never(event)


def _listed(file_id: FileId, described: Description, status: Status) -> ListedFile:
    content = described.content
    return ListedFile(
        id=file_id,
        owner_id=described.owner_id,
        purpose=described.purpose,
        name=described.name,
        status=status,
        media_type=content.media_type,
        bytes=content.size,
        sha256=content.sha256,
        published=described.published,
        url=address_of(file_id),
    )


def _picture(file_id: FileId, picture: Picture) -> ListedPicture:
    content = picture.content
    return ListedPicture(
        size=picture.size,
        media_type=content.media_type,
        width=picture.width,
        height=picture.height,
        bytes=content.size,
        sha256=content.sha256,
        url=f"{address_of(file_id)}?size={picture.size}",
    )


def _addressed(row: ListedFile) -> ListedFile:
    """Say where everybody is given its pictures, if they are."""
    shown = row.published and row.active and row.status is Status.READY
    pictures = tuple(
        replace(each, public_url=public_address_of(row.id, each) if shown else None)
        for each in row.pictures
    )
    return replace(row, pictures=pictures)


def _keys(event: FileAnnounced | FileUploaded | Change) -> list[str]:
    if isinstance(event, ClientErased):
        return [stream for stream in event.streams if kind_of(stream) == FILE.kind]
    return [event.file_id]


FILES: Final = ReadModel(
    name="files",
    version=2,
    row=ListedFile,
    subscribes_to=(
        FileAnnounced,
        FileUploaded,
        FileReady,
        FileRefused,
        FilePublished,
        FileWithdrawn,
        FileRemoved,
        FileRestored,
        FileAttached,
        FilePurged,
        ClientErased,
    ),
    key=_keys,
    evolve=_evolve,
    columns=("owner_id", "purpose", "status", "active", "created_at"),
    indexes=(("owner_id", "created_at"),),
    owner="file",
)
