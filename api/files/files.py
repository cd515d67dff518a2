"""Files over HTTP: sent, announced, looked for, had. Who may see what a file is of sees the file."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, Final

import msgspec
from fastapi import Query, Response
from pydantic import Field

from api.files.contents import awaiting, given
from api.files.sent import FORM, MOST, FormMalformed, said, sent
from api.requests import ids
from api.requests.answers import Listed, Made, Refusals, Row, answers, of
from api.requests.caller import JSON, Caller, new_id
from api.requests.forms import Body, Line
from api.requests.listing import Listing
from api.requests.parsing import boolean, one_of
from api.web.gate import may
from api.web.routing import Router, reaching_storage
from api.web.sizes import taking_bytes
from application.files import owners, store
from application.files.keeping import content_of
from application.files.owners import refuse_file, refuse_new
from application.permissions import Permission
from application.reach import NotFound
from application.refusals import TooMuch
from domain.files import files, purposes
from domain.files.files import (
    AnnounceFile,
    CompleteUpload,
    Content,
    Description,
    FileAnnounced,
    PublishFile,
    RemoveFile,
    RestoreFile,
    Size,
    Status,
    UploadFile,
    WithdrawFile,
)
from domain.files.purposes import LARGEST, RULES, MediaType, Purpose, Shown
from domain.messages import DomainError
from domain.people.clients import ClientIsMerged
from domain.values import FileId
from projections.files.files import FILES, ListedFile
from projections.paging import Op, Where

MayRead = Annotated[Caller, may(Permission.FILES_READ)]
MayWrite = Annotated[Caller, may(Permission.FILES_WRITE)]

WHERE: Final = "/v1/files"
AWAITED_FOR: Final = timedelta(hours=1)

router: Final = Router(prefix=WHERE, tags=["files"])

LISTING: Final = Listing(
    model=FILES,
    filters={"purpose": one_of(Purpose), "status": one_of(Status), "active": boolean},
    sorts=("created_at",),
    default_sort="-created_at",
    also=("owner_id",),
)
ACTIVE: Final = Where("active", Op.IS, [True])
OWNER: Final = r"^[a-z][a-z-]{0,40}-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"
Owner = Annotated[str, Field(pattern=OWNER, max_length=80)]


class FileTooLarge(TooMuch):
    """A file of this purpose has fewer bytes."""

    most_bytes: int


class FileNotReady(DomainError):
    """The file is being looked through; ask again in a moment."""


ORDERED: Final[Refusals] = of(files, owners)
SENT: Final[Refusals] = (
    *ORDERED,
    ClientIsMerged,
    *of(purposes),
    FileTooLarge,
    FormMalformed,
    store.StorageIsFull,
    store.StorageIsAway,
)


class FileBody(Body):
    """What a file is of, and for. `published`: the public shall see its pictures, where it may."""

    owner_id: Owner
    purpose: Purpose
    name: Line | None = None
    published: bool = False

    def refuse_too_large(self, size: int) -> None:
        """Raise FileTooLarge for what has more bytes than files of this purpose."""
        if size > RULES[self.purpose].most_bytes:
            raise FileTooLarge(most_bytes=RULES[self.purpose].most_bytes)

    def described(self, content: Content) -> Description:
        """Return the value. Raises FileTooLarge."""
        self.refuse_too_large(content.size)
        rule = RULES[self.purpose]
        return Description(
            owner_id=self.owner_id,
            purpose=self.purpose,
            content=content,
            name=self.name,
            published=self.published or rule.shown is Shown.ALWAYS,
        )


class AnnouncedBody(FileBody):
    """A file that its sender will put where it is told: its type, its bytes and their SHA-256."""

    media_type: MediaType
    bytes: Annotated[int, Field(strict=True, ge=1, le=LARGEST)]
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]

    def content(self) -> Content:
        """Return the value."""
        return Content(media_type=self.media_type, size=self.bytes, sha256=self.sha256)


class Announced(msgspec.Struct, kw_only=True):
    """Send the bytes with `method` to `url`, with these headers, and then say that it is complete."""

    id: FileId
    method: str
    url: str
    headers: dict[str, str]
    expires_at: datetime


class Which(StrEnum):
    """One of the pictures that were made, or what came."""

    SMALL = Size.SMALL.value
    MEDIUM = Size.MEDIUM.value
    LARGE = Size.LARGE.value
    ORIGINAL = "original"


def upload_body(*required: str, **fields: Any) -> dict[str, Any]:
    """Describe what is sent with bytes in it."""
    binary = {"type": "string", "format": "binary"}
    form = {
        "type": "object",
        "properties": {**fields, "file": binary},
        "required": [*required, "file"],
    }
    alone = {each: {"schema": binary} for each in sorted(MediaType)}
    return {"requestBody": {"required": True, "content": {FORM: {"schema": form}, **alone}}}


FIELDS: Final[dict[str, Any]] = {
    "name": {"type": "string", "maxLength": 200},
    "published": {"type": "boolean"},
}
TO_UPLOAD: Final = upload_body(
    "owner_id",
    "purpose",
    owner_id={"type": "string", "pattern": OWNER},
    purpose={"type": "string", "enum": sorted(Purpose)},
    **FIELDS,
)


# --- Sending ----------------------------------------------------------------------------


@router.post("/upload", status_code=201, openapi_extra=TO_UPLOAD)
@answers(Row(FILES), refuses=SENT)
@taking_bytes(MOST)
@reaching_storage
def upload_file(
    caller: MayWrite,
    owner_id: str | None = None,  # noqa: ARG001 - with bytes alone, these stand here: see `sent`
    purpose: str | None = None,  # noqa: ARG001
    name: str | None = None,  # noqa: ARG001
    published: bool | None = None,  # noqa: ARG001, FBT001
) -> Response:
    """Keep a file: as a form, or its bytes alone with the rest behind the question mark."""
    came = sent(caller)
    return received(caller, said(FileBody, came.fields), came.content)


def received(caller: Caller, body: FileBody, content: bytes) -> Response:
    """Keep bytes, and answer 201 with the file that they are. Whose they would be is looked at first, and
    what can be refused is refused before one of them is kept.
    """
    _refuse_others(caller, body.owner_id)
    body.refuse_too_large(len(content))
    described = body.described(content_of(content, body.purpose))
    files.refuse_impossible(described)
    file_id = FileId(new_id("file"))
    keeping, order = caller.backend.files, UploadFile(file_id=file_id, file=described)
    answer = keeping.receive(
        caller.tenant,
        file_id,
        content,
        described.content,
        lambda: caller.order(order, fresh=file_id),
    )
    made = next(past.stream for past in answer.recorded if past.version == 1)
    response = caller.answered(FILES, made, answer, 201)
    response.headers["Location"] = f"{WHERE}/{made}"
    return response


def _refuse_others(caller: Caller, owner_id: str) -> None:
    caller.ask(lambda past: refuse_new(caller.principal, owner_id, past))


@router.post("", status_code=201)
@answers(Made(Announced, tagged=True), refuses=SENT)
def announce_file(body: AnnouncedBody, caller: MayWrite) -> Response:
    """Say what will come, and hear where to put it."""
    _refuse_others(caller, body.owner_id)
    described = body.described(body.content())
    files.refuse_impossible(described)
    until, new = caller.now + AWAITED_FOR, FileId(new_id("file"))
    order = AnnounceFile(file_id=new, file=described, expires_at=until)
    answer = caller.backend.files.await_(
        caller.tenant, new, described.content, lambda: caller.order(order, fresh=new)
    )
    first = next(past.event for past in answer.recorded if isinstance(past.event, FileAnnounced))
    to = awaiting(caller.backend, caller.tenant, first)
    announced = Announced(
        id=first.file_id,
        method="PUT",
        url=to.url,
        headers=dict(to.headers),
        expires_at=first.expires_at,
    )
    headers = {**caller.marks(answer), "Location": f"{WHERE}/{first.file_id}", "ETag": '"1"'}
    return Response(msgspec.json.encode(announced), 201, headers, JSON)


@router.post("/{file_id}/completion")
@answers(Row(FILES), refuses=SENT)
@reaching_storage
def complete_upload(file_id: ids.File, caller: MayWrite) -> Response:
    """Say that the bytes of a file that was announced were put there. They are held against what was said."""
    keeping = caller.backend.files
    caller.ask(lambda past: refuse_file(caller.principal, file_id, past))
    answer = keeping.take_in(
        caller.tenant,
        file_id,
        keeping.state(caller.tenant, file_id),
        lambda content: caller.order(CompleteUpload(file_id=file_id, content=content), on=file_id),
    )
    return caller.answered(FILES, file_id, answer, 200)


# --- Looking ----------------------------------------------------------------------------


@router.get("")
@answers(Listed(LISTING))
def list_files(caller: MayRead, owner_id: Annotated[str, Query(pattern=OWNER)]) -> Response:
    """List the files of something, the newest first."""
    caller.look_at(owner_id)
    asked = caller.request.query_params
    return LISTING.answer(caller, where=[] if "active" in asked else [ACTIVE])


@router.get("/{file_id}")
@answers(Row(FILES))
def get_file(file_id: ids.File, caller: MayRead) -> Response:
    """Show what is known of a file, and where its pictures are."""
    return caller.shown(FILES, file_id)


@router.get("/{file_id}/content", status_code=302)
@answers(refuses=(FileNotReady, *ORDERED))
def get_file_content(file_id: ids.File, caller: MayRead, size: Which | None = None) -> Response:
    """Lead to the bytes: of a picture in this size, or the next there is; of what came, to save it."""
    return led_to(caller, file_id, size)


def led_to(caller: Caller, file_id: str, size: Which | None) -> Response:
    """Answer 302 with where the bytes are, by what the log says at this moment. Raises what is in the
    way.
    """
    document = caller.folded(FILES, file_id)
    if caller.backend.files.kept(caller.tenant, file_id) is None:
        raise NotFound
    file = msgspec.json.decode(document.json, type=ListedFile)
    _refuse_unserved(file)
    content, disposition = _chosen(file, size)
    ending = content.media_type.ending
    key = store.private(caller.tenant, file_id, content)
    address = given(caller.backend, key, f'{disposition}; filename="{file_id}.{ending}"')
    return Response(status_code=302, headers={"Location": address})


def _refuse_unserved(file: ListedFile) -> None:
    refusals: dict[Status, DomainError] = {
        Status.AWAITED: files.FileHasNotCome(),
        Status.UPLOADED: FileNotReady(),
        Status.REFUSED: files.FileIsRefused(why=file.why),
    }
    if file.status in refusals:
        raise refusals[file.status]
    if not file.active:
        raise files.FileIsRemoved


def _chosen(file: ListedFile, size: Which | None) -> tuple[Content, str]:
    """Return which bytes are meant, and how a browser takes them: what came is saved, never shown."""
    if size is Which.ORIGINAL or not file.pictures:
        came = Content(media_type=file.media_type, size=file.bytes, sha256=file.sha256)
        return came, "attachment"
    wanted = Size(size or Which.LARGE)
    enough = [each for each in file.pictures if each.size.points >= wanted.points]
    picture = enough[-1] if enough else file.pictures[0]
    return Content(
        media_type=picture.media_type, size=picture.bytes, sha256=picture.sha256
    ), "inline"


# --- Changing ---------------------------------------------------------------------------


@router.post("/{file_id}/publication")
@answers(Row(FILES), refuses=ORDERED)
def publish_file(file_id: ids.File, caller: MayWrite) -> Response:
    """Let everybody see its pictures."""
    return caller.changed(FILES, file_id, PublishFile(file_id=file_id))


@router.delete("/{file_id}/publication")
@answers(Row(FILES), refuses=ORDERED)
def withdraw_file(file_id: ids.File, caller: MayWrite) -> Response:
    """Let nobody see it but those who may."""
    return caller.changed(FILES, file_id, WithdrawFile(file_id=file_id))


@router.delete("/{file_id}", status_code=204)
@answers(refuses=ORDERED)
def remove_file(file_id: ids.File, caller: MayWrite) -> Response:
    """Remove a file; for thirty days it can be had again."""
    return caller.done(caller.order(RemoveFile(file_id=file_id), on=file_id))


@router.post("/{file_id}/restoration")
@answers(Row(FILES), refuses=ORDERED)
def restore_file(file_id: ids.File, caller: MayWrite) -> Response:
    """Have a file again that was removed."""
    return caller.changed(FILES, file_id, RestoreFile(file_id=file_id))
