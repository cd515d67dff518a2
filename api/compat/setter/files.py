"""Files as the appointment setter knew them, and the picture of whoever is logged in."""

from typing import Final

from fastapi import Response

from api.compat import OldRouter, Product
from api.files import files
from api.files.files import (
    FIELDS,
    SENT,
    TO_UPLOAD,
    FileBody,
    FileNotReady,
    MayRead,
    MayWrite,
    led_to,
    received,
    upload_body,
)
from api.files.portraits import portrait_received
from api.files.sent import MOST, said, sent
from api.requests import ids
from api.requests.answers import Row, answers
from api.web.routing import reaching_storage
from api.web.sizes import taking_bytes
from domain.files.purposes import Purpose
from projections.files.files import FILES

router: Final = OldRouter(Product.SETTER, prefix="/files", successor=files.WHERE)
profiles: Final = OldRouter(Product.SETTER, prefix="/profiles", successor="/v1/users")


@router.post("/upload", status_code=201, openapi_extra=TO_UPLOAD)
@answers(Row(FILES), refuses=SENT)
@taking_bytes(MOST)
@reaching_storage
def upload(caller: MayWrite) -> Response:
    """Keep a file, sent as a form; without an owner it is one's own."""
    came = sent(caller)
    own = {"owner_id": caller.principal.user_id, "purpose": Purpose.ATTACHMENT}
    return received(caller, said(FileBody, {**own, **came.fields}), came.content)


@router.get("/{file_id}", status_code=302)
@answers(refuses=(FileNotReady, *files.ORDERED))
def show(file_id: ids.File, caller: MayRead) -> Response:
    """Lead to the bytes of a file."""
    return led_to(caller, file_id, None)


@profiles.post("/avatar", status_code=201, openapi_extra=upload_body(**FIELDS))
@answers(Row(FILES), refuses=SENT)
@taking_bytes(MOST)
@reaching_storage
def upload_avatar(caller: MayWrite) -> Response:
    """Let a picture stand for oneself."""
    return portrait_received(caller, caller.principal.user_id, Purpose.AVATAR)
