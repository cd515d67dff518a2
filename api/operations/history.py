"""History for auditors: what happened, one event, a thing as it was, and what changed in between."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Final

import msgspec
from fastapi import Path, Query, Response

from api.requests.answers import Made, Paged, answers
from api.requests.at_length import Operation, accepted
from api.requests.caller import JSON, Caller
from api.requests.cursors import CURSOR, of_another_question, opened, sealed
from api.requests.moments import NAMED, InUtc
from api.requests.parsing import MOST, USUAL
from api.web.gate import may
from api.web.routing import Router
from api.web.turns import heavy
from application.dispatch import IdempotencyKeyReused
from application.operations.audit import Audit
from application.operations.long_operations import EXPORT_HISTORY, TooManyOperations
from application.permissions import Permission
from application.ports import LAST_VERSION, Bookmark, Document, Recorded
from application.reach import NotFound
from domain.confidential import masked
from domain.fields import ANY_TEXT
from domain.values import kind_of
from projections import READ_MODELS
from projections.read_model import ReadModel

MayRead = Annotated[Caller, may(Permission.HISTORY_READ)]
Stream = Annotated[str, Query(max_length=120, pattern=ANY_TEXT)]
Version = Annotated[int, Query(ge=1, le=LAST_VERSION)]
Named = Annotated[str, Path(pattern=f"^{NAMED}$", max_length=35, examples=["17"])]
PURPOSE: Final = f"{CURSOR}/history.v2"

router: Final = Router(prefix="/v1/history", tags=["history"])

SHOWN_BY: Final = {model.owner: model for model in reversed(READ_MODELS) if model.owner}
"""The read model that shows a kind of thing: the first of its kind in the table."""


class Happened(msgspec.Struct):
    """An event as auditors see it; `position` is dense within the tenant. `bookmark` is the position
    together with what is there: it names this event for ever, and no other after a restore.
    """

    position: int
    bookmark: str
    stream: str
    version: int
    type: str
    recorded_at: datetime
    actor: str | None
    metadata: dict[str, Any]
    data: Any


Pair = Annotated[list[Any], msgspec.Meta(min_length=2, max_length=2)]


class Change(msgspec.Struct):
    """What an event changed: each field from what to what."""

    version: int
    position: int
    bookmark: str
    type: str
    at: str
    actor: str | None
    changes: dict[str, Pair]


class Steps(msgspec.Struct):
    data: list[Change]
    has_more: bool


class Difference(msgspec.Struct, rename={"from_": "from"}):
    """What differs between two versions: each field from what to what."""

    stream: str
    from_: int
    to: int
    changes: dict[str, Pair]


@router.get("")
@answers(Paged(Happened))
@heavy
def list_history(
    caller: MayRead,
    stream: Stream | None = None,
    type: Stream | None = None,  # noqa: A002 - the name of the parameter
    actor: Stream | None = None,
    since: InUtc | None = None,
    until: InUtc | None = None,
    *,
    oldest_first: bool = False,
    limit: Annotated[int, Query(ge=1, le=MOST)] = USUAL,
    cursor: Stream | None = None,
) -> Response:
    """List what happened, the newest first. Pages of a rare actor may be empty: go on."""
    page = _audit(caller).page(
        caller.tenant,
        stream=stream,
        types=tuple(part for part in (type or "").split(",") if part),
        actor=actor,
        since=since,
        until=until,
        newest_first=not oldest_first,
        position=_position(caller, cursor, stream) if cursor else None,
        limit=limit,
    )
    next_ = sealed(caller, PURPOSE, [page.reached, stream]) if page.more else None
    data = _happened(caller, page.events)
    body = {"data": data, "next_cursor": next_, "has_more": page.more}
    return Response(msgspec.json.encode(body), media_type=JSON)


@router.post("/exports", status_code=202)
@answers(Made(Operation), refuses=(TooManyOperations, IdempotencyKeyReused), any_version=True)
@heavy
def export_history(caller: MayRead) -> Response:
    """Have all that happened written to a file that can be verified anywhere: `frontdesk verify`. What is
    personal stays encrypted in it.
    """
    return accepted(caller, EXPORT_HISTORY, about="history")


@router.get("/{position}")
@answers(Made(Happened))
def get_event(position: Named, caller: MayRead) -> Response:
    """Show one event, by its bookmark or by whatever is at a position now; with what is personal in it as
    far as it was not erased, and without secrets.
    """
    place = caller.backend.positions.named(caller.tenant, Bookmark.of(position))
    past = _audit(caller).event(caller.tenant, place)
    if past is None:
        raise NotFound
    [happened] = _happened(caller, [past])
    return Response(msgspec.json.encode(happened), media_type=JSON)


@router.get("/streams/{stream}")
@answers(Made(dict[str, Any], tagged=True))
@heavy
def show_as_of(
    stream: str,
    caller: MayRead,
    version: Version | None = None,
    at: InUtc | None = None,
) -> Response:
    """Show a thing as it was at a version, or at a time; as it is when neither is named."""
    if at is not None:
        version = _audit(caller).version_at(caller.tenant, stream, at)
    return caller.show(_as_of(caller, stream, version))


@router.get("/streams/{stream}/difference")
@answers(Made(Difference))
@heavy
def show_difference(
    stream: str,
    caller: MayRead,
    from_version: Annotated[int, Query(alias="from", ge=1, le=LAST_VERSION)],
    to_version: Annotated[int, Query(alias="to", ge=1, le=LAST_VERSION)],
) -> Response:
    """Show what changed in a thing between two versions: each field from what to what."""
    old, new = (
        msgspec.json.decode(_as_of(caller, stream, version).json)
        for version in (from_version, to_version)
    )
    changes = {
        name: [old.get(name), value] for name, value in new.items() if old.get(name) != value
    }
    body = {"stream": stream, "from": from_version, "to": to_version, "changes": changes}
    return Response(msgspec.json.encode(body), media_type=JSON)


def _position(caller: Caller, cursor: str, stream: str | None) -> int:
    """Return what a cursor stands for: a version if a stream was asked for, or else a position."""
    reached, asked = opened(caller, PURPOSE, cursor, tuple[int, str | None])
    if asked != stream:
        raise of_another_question()
    return reached


def _as_of(caller: Caller, stream: str, version: int | None) -> Document:
    model = _shown_by(stream)
    return caller.folded(model, stream, to_version=LAST_VERSION if version is None else version)


def _shown_by(stream: str) -> ReadModel:
    model = SHOWN_BY.get(kind_of(stream))
    if model is None:
        raise NotFound
    return model


def _happened(caller: Caller, events: Sequence[Recorded]) -> list[Happened]:
    places = [past.tenant_position for past in events]
    bookmarks = caller.backend.positions.of(caller.tenant, places)
    return [_shown(past, bookmarks[past.tenant_position]) for past in events]


def _shown(past: Recorded, bookmark: Bookmark) -> Happened:
    metadata = past.metadata
    return Happened(
        position=past.tenant_position,
        bookmark=str(bookmark),
        stream=past.stream,
        version=past.version,
        type=past.type,
        recorded_at=past.recorded_at,
        actor=metadata.get("actor"),
        metadata=metadata,
        data=masked(past.event),
    )


def _audit(caller: Caller) -> Audit:
    return caller.backend.audit
