"""The picture that stands for something: a logo, an avatar. The newest takes the place of the last."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Final, NamedTuple
from uuid import UUID

from fastapi import Depends, Response

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
from api.requests.answers import Refusals, Row, answers
from api.requests.caller import Caller
from api.web.routing import Router, reaching_storage
from api.web.sizes import taking_bytes
from application.files.owners import same_as
from application.reach import NotFound
from application.transact import Past
from domain.business.tenants import stream_of
from domain.files.portraits import PORTRAIT, portrait_of
from domain.files.purposes import Purpose
from domain.values import FileId, TenantId
from projections.files.files import FILES

PICTURE: Final = upload_body(**FIELDS)
SHOWN: Final[Refusals] = (FileNotReady, *ORDERED)

router: Final = Router(prefix="/v1", tags=["files"])


def portrait_received(caller: Caller, owner_id: str, purpose: Purpose) -> Response:
    """Keep a picture that stands for something as soon as it was looked through."""
    came = sent(caller)
    fields = {**came.fields, "owner_id": owner_id, "purpose": purpose}
    return received(caller, said(FileBody, fields), came.content)


def portrait_shown(caller: Caller, owner_id: str, purpose: Purpose, size: Which | None) -> Response:
    """Lead to the picture that stands for something: of a client, to that of who stands for them, or else
    of another record of theirs. Raises NotFound where there is none.
    """
    caller.look_at(owner_id)
    chosen = caller.ask(lambda past: _portrait(owner_id, purpose, past))
    if chosen is None:
        raise NotFound
    return led_to(caller, chosen, size)


def _portrait(owner_id: str, purpose: Purpose, past: Past) -> FileId | None:
    same = (portrait_of(each, purpose) for each in same_as(owner_id, past))
    return next((file for id_ in same if (file := past.of(PORTRAIT, id_).file_id)), None)


async def _business(tenant_id: UUID) -> str:
    return stream_of(TenantId(str(tenant_id)))


async def _user(user_id: ids.User) -> str:
    return user_id


async def _professional(professional_id: ids.Professional) -> str:
    return professional_id


async def _client(client_id: ids.Client) -> str:
    return client_id


class Portrayed(NamedTuple):
    """Where the picture of something is: `whose` reads its id off the path."""

    path: str
    name: str
    whose: Callable[..., Awaitable[str]]
    of: str
    seen: str = ""
    purpose: Purpose = Purpose.AVATAR


PORTRAYED: Final = (
    Portrayed(
        "/tenants/{tenant_id}/logo",
        "logo",
        _business,
        "the business",
        "; everybody sees it",
        Purpose.LOGO,
    ),
    Portrayed(
        "/users/{user_id}/avatar",
        "user_avatar",
        _user,
        "somebody who logs in",
        ": oneself, or whom one manages",
    ),
    Portrayed(
        "/professionals/{professional_id}/avatar",
        "professional_avatar",
        _professional,
        "a professional",
    ),
    Portrayed(
        "/clients/{client_id}/avatar",
        "client_avatar",
        _client,
        "a client",
        "; the public never sees it",
    ),
)


def _add(portrayed: Portrayed) -> None:
    """Add the two routes of a picture: one takes it, one leads to it."""
    whose = Depends(portrayed.whose)

    @taking_bytes(MOST)
    @reaching_storage
    def upload(
        caller: MayWrite,
        owner_id: Annotated[str, whose],
        name: str | None = None,  # noqa: ARG001 - stands there with bytes alone: see `sent`
        published: bool | None = None,  # noqa: ARG001, FBT001
    ) -> Response:
        return portrait_received(caller, owner_id, portrayed.purpose)

    def get(
        caller: MayRead, owner_id: Annotated[str, whose], size: Which | None = None
    ) -> Response:
        return portrait_shown(caller, owner_id, portrayed.purpose, size)

    upload.__name__ = f"upload_{portrayed.name}"
    get.__name__ = f"get_{portrayed.name}"
    upload.__doc__ = f"Let a picture stand for {portrayed.of}{portrayed.seen}."
    get.__doc__ = f"Lead to the picture of {portrayed.of}."
    path, taken, led = portrayed.path, answers(Row(FILES), refuses=SENT), answers(refuses=SHOWN)
    router.post(path, status_code=201, openapi_extra=PICTURE)(taken(upload))
    router.get(path, status_code=302)(led(get))


for each in PORTRAYED:
    _add(each)
