"""The picture that stands for something: a logo, an avatar. The newest takes the place of the last."""

from typing import Final
from uuid import UUID

from fastapi import Response

from api.files.files import (
    FIELDS,
    ORDERED,
    SENT,
    FileBody,
    FileNotReady,
    MayRead,
    MayWrite,
    Which,
    led_to,
    received,
    upload_body,
)
from api.files.sent import MOST, said, sent
from api.requests import ids
from api.requests.answers import Row, answers
from api.requests.caller import Caller
from api.web.routing import Router
from api.web.sizes import taking_bytes
from application.reach import NotFound
from domain.business.tenants import stream_of
from domain.files.portraits import PORTRAIT, portrait_of
from domain.files.purposes import Purpose
from domain.values import TenantId
from projections.files.files import FILES

PICTURE: Final = upload_body(**FIELDS)
Name = str | None
Published = bool | None

router: Final = Router(prefix="/v1", tags=["files"])


def portrait_received(caller: Caller, owner_id: str, purpose: Purpose) -> Response:
    """Keep a picture that stands for something as soon as it was looked through."""
    came = sent(caller)
    fields = {**came.fields, "owner_id": owner_id, "purpose": purpose}
    return received(caller, said(FileBody, fields), came.content)


def portrait_shown(caller: Caller, owner_id: str, purpose: Purpose, size: Which | None) -> Response:
    """Lead to the picture that stands for something. Raises NotFound where there is none."""
    caller.look_at(owner_id)
    id_ = portrait_of(owner_id, purpose)
    chosen = caller.ask(lambda past: past.of(PORTRAIT, id_).file_id)
    if chosen is None:
        raise NotFound
    return led_to(caller, chosen, size)


@router.post("/tenants/{tenant_id}/logo", status_code=201, openapi_extra=PICTURE)
@answers(Row(FILES), refuses=SENT)
@taking_bytes(MOST)
def upload_logo(
    tenant_id: UUID,
    caller: MayWrite,
    name: Name = None,  # noqa: ARG001
    published: Published = None,  # noqa: ARG001
) -> Response:
    """Let a picture stand for the business; everybody sees it."""
    return portrait_received(caller, stream_of(TenantId(str(tenant_id))), Purpose.LOGO)


@router.get("/tenants/{tenant_id}/logo", status_code=302)
@answers(refuses=(FileNotReady, *ORDERED))
def get_logo(tenant_id: UUID, caller: MayRead, size: Which | None = None) -> Response:
    """Lead to the logo of the business."""
    return portrait_shown(caller, stream_of(TenantId(str(tenant_id))), Purpose.LOGO, size)


@router.post("/users/{user_id}/avatar", status_code=201, openapi_extra=PICTURE)
@answers(Row(FILES), refuses=SENT)
@taking_bytes(MOST)
def upload_user_avatar(
    user_id: ids.User,
    caller: MayWrite,
    name: Name = None,  # noqa: ARG001
    published: Published = None,  # noqa: ARG001
) -> Response:
    """Let a picture stand for somebody who logs in: oneself, or whom one manages."""
    return portrait_received(caller, user_id, Purpose.AVATAR)


@router.get("/users/{user_id}/avatar", status_code=302)
@answers(refuses=(FileNotReady, *ORDERED))
def get_user_avatar(user_id: ids.User, caller: MayRead, size: Which | None = None) -> Response:
    """Lead to the picture of somebody who logs in."""
    return portrait_shown(caller, user_id, Purpose.AVATAR, size)


@router.post("/professionals/{professional_id}/avatar", status_code=201, openapi_extra=PICTURE)
@answers(Row(FILES), refuses=SENT)
@taking_bytes(MOST)
def upload_professional_avatar(
    professional_id: ids.Professional,
    caller: MayWrite,
    name: Name = None,  # noqa: ARG001
    published: Published = None,  # noqa: ARG001
) -> Response:
    """Let a picture stand for a professional."""
    return portrait_received(caller, professional_id, Purpose.AVATAR)


@router.get("/professionals/{professional_id}/avatar", status_code=302)
@answers(refuses=(FileNotReady, *ORDERED))
def get_professional_avatar(
    professional_id: ids.Professional, caller: MayRead, size: Which | None = None
) -> Response:
    """Lead to the picture of a professional."""
    return portrait_shown(caller, professional_id, Purpose.AVATAR, size)


@router.post("/clients/{client_id}/avatar", status_code=201, openapi_extra=PICTURE)
@answers(Row(FILES), refuses=SENT)
@taking_bytes(MOST)
def upload_client_avatar(
    client_id: ids.Client,
    caller: MayWrite,
    name: Name = None,  # noqa: ARG001
    published: Published = None,  # noqa: ARG001
) -> Response:
    """Let a picture stand for a client; the public never sees it."""
    return portrait_received(caller, client_id, Purpose.AVATAR)


@router.get("/clients/{client_id}/avatar", status_code=302)
@answers(refuses=(FileNotReady, *ORDERED))
def get_client_avatar(
    client_id: ids.Client, caller: MayRead, size: Which | None = None
) -> Response:
    """Lead to the picture of a client."""
    return portrait_shown(caller, client_id, Purpose.AVATAR, size)
