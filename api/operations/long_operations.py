"""Long work that was started: how far it is, what came of it, what it has made; and an end to it."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Annotated, Final

from fastapi import Response
from starlette.types import Receive, Scope, Send

from api.requests.answers import Made, Nothing, Paged, answers
from api.requests.at_length import AT, Operation, shown, told, type_of
from api.requests.caller import Caller
from api.requests.forms import held
from api.requests.pages import page, question
from api.requests.reach import whose_operations
from api.web.gate import may
from api.web.routing import QUESTIONS, Router, in_thread
from api.web.turns import heavy
from application.operations.long_operations import (
    OPERATION_KINDS,
    FileType,
    KnownOperation,
    LongOperations,
    OperationFileGone,
    OperationGoesOn,
    OperationHasNoFile,
    OperationIsOver,
    OperationNotFound,
    OperationState,
)
from application.permissions import Permission, PermissionMissing
from domain.fields import id_of

MayRead = Annotated[Caller, may(Permission.OPERATIONS_READ)]
MayCancel = Annotated[Caller, may(Permission.OPERATIONS_CANCEL)]
OperationId = Annotated[str, held(id_of("operation"))]


class FileInParts(Response):
    """A file, part by part; of which whoever asks for the head alone needs none."""

    def __init__(
        self, parts: AsyncIterator[bytes], headers: Mapping[str, str], media_type: str
    ) -> None:
        super().__init__(headers=headers, media_type=media_type)
        self._parts = parts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it, when all has come that was sent: what is wrong with that is refused before."""
        await receive()
        start = {"type": "http.response.start", "status": 200, "headers": self.raw_headers}
        await send(start)
        if scope["method"] != "HEAD":
            async for part in self._parts:
                await send({"type": "http.response.body", "body": part, "more_body": True})
        await send({"type": "http.response.body", "body": b""})


FILE: Final = {"content": {each: {"schema": {"type": "string"}} for each in sorted(FileType)}}

router: Final = Router(prefix=AT, tags=["operations"])


@router.get("")
@answers(Paged(Operation, {}))
def list_operations(caller: MayRead) -> Response:
    """List long work, the newest first: one's own, or the whole business's."""
    question(caller, {})
    whose = whose_operations(caller.principal, caller.permission)

    def find(before: int | None, limit: int) -> Sequence[KnownOperation]:
        return _desk(caller).find(caller.tenant, whose, before=before, limit=limit)

    return page(
        caller,
        "operations",
        find,
        lambda known: known.number,
        int,
        told=lambda known: told(caller, known),
    )


@router.get("/{operation_id}")
@answers(Made(Operation), refuses=(OperationNotFound,))
def get_operation(operation_id: OperationId, caller: MayRead) -> Response:
    """Show how far long work is, and what came of it. `Retry-After` says when to ask again."""
    return shown(caller, _found(operation_id, caller))


@router.delete("/{operation_id}", status_code=202)
@answers(
    Made(Operation, also=(200,)),
    refuses=(OperationNotFound, OperationIsOver, OperationGoesOn),
    records=False,
)
def cancel_operation(operation_id: OperationId, caller: MayCancel) -> Response:
    """Cancel long work. Answers 200 once it is, and 202 while it goes on to the next place where it can
    stop; what it has done until then stays.
    """
    caller.refuse_outdated()
    whose = whose_operations(caller.principal, caller.permission)
    by = caller.principal.user_id
    known = _desk(caller).cancel(caller.tenant, whose, operation_id, by)
    answer = shown(caller, known, 200 if known.state.is_over else 202)
    answer.headers["Location"] = f"{AT}/{known.id}"
    return answer


@router.get(
    "/{operation_id}/file", status_code=200, response_class=FileInParts, responses={200: FILE}
)
@answers(Nothing(), refuses=(OperationNotFound, OperationHasNoFile, OperationFileGone))
@heavy
def get_operation_file(operation_id: OperationId, caller: MayRead) -> Response:
    """Download what long work has made. The newest three files of a business are kept; what says who
    people are, for seven days, and until somebody is erased.
    """
    known = _found(operation_id, caller)
    _refuse_others(known, caller)
    if known.state is not OperationState.DONE or not known.bytes:
        raise OperationHasNoFile
    first = _part(caller=caller, operation_id=operation_id, number=0)
    if first is None:
        raise OperationFileGone
    type_ = type_of(known)
    headers = {
        "Content-Length": str(known.bytes),
        "Content-Disposition": f'attachment; filename="{known.kind}-{known.id}.{type_.ending}"',
    }
    return FileInParts(_parts(first, operation_id, caller), headers, type_)


async def _parts(first: bytes, operation_id: str, caller: Caller) -> AsyncIterator[bytes]:
    """Return part after part, for as long as somebody takes them: each is read when the one before it
    has gone, in a turn of its own.
    """
    yield first
    read, number = in_thread(_part, QUESTIONS), 1
    while not await caller.request.is_disconnected():
        part = await read(caller=caller, operation_id=operation_id, number=number)
        if part is None:
            return
        yield part
        number += 1


def _part(*, caller: Caller, operation_id: str, number: int) -> bytes | None:
    return _desk(caller).part(caller.tenant, operation_id, number)


def _found(operation_id: str, caller: Caller) -> KnownOperation:
    whose = whose_operations(caller.principal, caller.permission)
    return _desk(caller).get(caller.tenant, whose, operation_id)


def _refuse_others(known: KnownOperation, caller: Caller) -> None:
    """What was made is for those who may have it made. Raises PermissionMissing."""
    kind = OPERATION_KINDS.get(known.kind)
    if kind is not None and not caller.principal.may(kind.permission):
        raise PermissionMissing(permission=kind.permission)


def _desk(caller: Caller) -> LongOperations:
    return caller.backend.long_operations
