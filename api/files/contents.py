"""Bytes themselves. Who may have a file is told where it is for a while; what is published has an address
for ever, by its content; and what somebody announced is put where they were told.

What an address says of bytes is signed, and says nothing of people: it may be seen by whoever sees a log.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Annotated, Any, Final

import msgspec
from fastapi import Depends, Path, Request, Response

from api.backend import Backend
from api.business.auth import PUBLIC
from api.files.serving import TYPES, RangeNotSatisfiable, served
from api.requests import ids
from api.requests.answers import Bytes, answers
from api.requests.signing import Signer, TokenInvalid
from api.web.routing import Router, reaching_storage
from api.web.sizes import taking_bytes
from application.files import store
from application.files.store import StorageIsAway, UploadTo
from application.reach import NotFound
from domain.fields import ANY_TEXT
from domain.files.files import Content, FileAnnounced, FileDiffers, FileIsGone
from domain.files.purposes import LARGEST, MediaType, type_of
from domain.messages import Gone, Value
from domain.values import FileId
from projections.files.files import address_of

SHORTLY: Final = timedelta(minutes=5)
"""For so long an address is good that somebody was given."""

FOR_EVER: Final = "public, max-age=31536000, immutable"
MOVED: Final = "public, max-age=3600"
ENDINGS: Final = "|".join(sorted({each.ending for each in MediaType}))

CONTENT: Final = "content of a file"
UPLOAD: Final = "upload of a file"
NOBODYS: Final = ""
"""A signature is not good for one business only: what is signed says whose it is."""

router: Final = Router(tags=["files"])


class AddressExpired(Gone):
    """The address was good for a while, and that is over; ask for another."""


class Given(Value, frozen=True, kw_only=True):
    """What an address gives, as what, and until when."""

    key: str
    disposition: str
    until: datetime


class Awaited(Value, frozen=True, kw_only=True):
    """What may be put at an address, of which file, and until when."""

    tenant: str
    file_id: FileId
    content: Content
    until: datetime


def headers_of(disposition: str) -> Mapping[str, str]:
    """Return how somebody is given bytes that are not for everybody."""
    kept = f"private, max-age={SHORTLY.seconds}"
    return {"Content-Disposition": disposition, "Cache-Control": kept}


def given(backend: Backend, key: str, disposition: str) -> str:
    """Return an address at which bytes are had for a while."""
    found = backend.files.bytes.address_of(key, headers_of(disposition), SHORTLY.seconds)
    if found is not None:
        return found
    until = backend.clock() + SHORTLY
    return f"/v1/contents/{_signed(backend, CONTENT, Given(key=key, disposition=disposition, until=until))}"


def awaiting(backend: Backend, tenant: str, file: FileAnnounced) -> UploadTo:
    """Return an address at which its content can be put, as long as it is awaited."""
    content, until = file.file.content, file.expires_at
    seconds = max(0, int((until - backend.clock()).total_seconds()))
    found = backend.files.bytes.upload_to(store.incoming(tenant, file.file_id), content, seconds)
    if found is not None:
        return found
    awaited = Awaited(tenant=tenant, file_id=file.file_id, content=content, until=until)
    token = _signed(backend, UPLOAD, awaited)
    headers = {"Content-Type": str(content.media_type), "Content-Length": str(content.size)}
    return UploadTo(url=f"/v1/uploads/{token}", headers=headers)


def _signed(backend: Backend, purpose: str, what: Value) -> str:
    return backend.signer.sign(purpose, NOBODYS, msgspec.json.encode(what).decode())


def _opened(signer: Signer, purpose: str, token: str, kind: Any, now: datetime) -> Any:
    """Return what was signed. Raises TokenInvalid, AddressExpired."""
    found = msgspec.json.decode(signer.open(purpose, NOBODYS, token), type=kind)
    if now >= found.until:
        raise AddressExpired
    return found


def _awaited(scope: Any) -> Awaited:
    backend: Backend = scope["app"].state.backend
    token = scope["path_params"]["token"]
    found: Awaited = _opened(backend.signer, UPLOAD, token, Awaited, backend.clock())
    return found


async def _body(request: Request) -> bytes:
    return await request.body()


@router.get("/v1/contents/{token}", openapi_extra=PUBLIC)
@answers(
    Bytes(TYPES),
    refuses=(TokenInvalid, AddressExpired, NotFound, RangeNotSatisfiable, StorageIsAway),
)
@reaching_storage
def get_content(token: str, request: Request) -> Response:
    """Answer with the bytes at an address that somebody was given; in part, if they ask for a range."""
    backend: Backend = request.app.state.backend
    found: Given = _opened(backend.signer, CONTENT, token, Given, backend.clock())
    headers = {**headers_of(found.disposition), "Cross-Origin-Resource-Policy": "same-site"}
    return served(request, backend.files, found.key, headers)


@router.put("/v1/uploads/{token}", status_code=204, openapi_extra=PUBLIC)
@answers(
    refuses=(TokenInvalid, AddressExpired, FileDiffers, FileIsGone, StorageIsAway), records=False
)
@taking_bytes(LARGEST, check=_awaited)
@reaching_storage
def put_upload(token: str, request: Request, body: Annotated[bytes, Depends(_body)]) -> Response:  # noqa: ARG001
    """Put the bytes of a file that was announced where it was said. Then say that it is complete."""
    backend: Backend = request.app.state.backend
    awaited = _awaited(request.scope)
    came = _content_of(body, awaited.content)
    if came != awaited.content:
        raise FileDiffers(announced=awaited.content, came=came)
    backend.files.put_there(awaited.tenant, awaited.file_id, body, awaited.content)
    return Response(status_code=204)


def _content_of(body: bytes, announced: Content) -> Content:
    kind = type_of(body) or announced.media_type
    return Content(media_type=kind, size=len(body), sha256=sha256(body).hexdigest())


@router.get("/v1/published/{file_id}/{name}", openapi_extra=PUBLIC)
@answers(Bytes(TYPES), refuses=(NotFound, RangeNotSatisfiable, StorageIsAway))
@reaching_storage
def get_published(
    file_id: ids.File,
    name: Annotated[str, Path(pattern=f"^[0-9a-f]{{64}}\\.({ENDINGS})$")],
    request: Request,
) -> Response:
    """Answer everybody with a picture that was published; what is under this address never changes."""
    backend: Backend = request.app.state.backend
    headers = {
        "Content-Disposition": "inline",
        "Cache-Control": FOR_EVER,
        "Cross-Origin-Resource-Policy": "cross-origin",
        "Access-Control-Allow-Origin": "*",
    }
    return served(request, backend.files, f"{store.published_of(file_id)}{name}", headers)


@router.get("/storage/v1/object/{path:path}", status_code=301, openapi_extra=PUBLIC)
@answers(refuses=(NotFound,))
def get_from_old_address(
    path: Annotated[str, Path(pattern=ANY_TEXT)], request: Request
) -> Response:
    """Lead from where a file was in the storage of an older product to where it is."""
    backend: Backend = request.app.state.backend
    first, _, rest = path.partition("/")
    moved = backend.files.moved_to(rest if first in ("public", "sign", "authenticated") else path)
    if moved is None:
        raise NotFound
    file_id, picture = moved
    to = f"/v1/published/{file_id}/{store.name_of(picture)}" if picture else address_of(file_id)
    return Response(status_code=301, headers={"Location": to, "Cache-Control": MOVED})
