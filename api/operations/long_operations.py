"""Long work that was started: how far it is, what came of it, what it has made; and an end to it."""

from collections.abc import Sequence
from functools import partial
from typing import Annotated, Final

from fastapi import Response

from api.requests.answers import Made, Nothing, Paged, answers
from api.requests.at_length import AT, Operation, shown, told, type_of
from api.requests.caller import Caller
from api.requests.forms import held
from api.requests.pages import page, question
from api.requests.reach import whose_operations
from api.streamed.parts import LENGTH, FileInParts, parts
from api.web.gate import may
from api.web.routing import Router
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
    read = partial(_part, operation_id)
    if (first := read(caller, 0)) is None:
        raise OperationFileGone
    type_ = type_of(known)
    headers = {
        LENGTH: str(known.bytes),
        "Content-Disposition": f'attachment; filename="{known.kind}-{known.id}.{type_.ending}"',
    }
    return FileInParts(parts(caller, *first, read), headers, type_)


def _part(operation_id: str, caller: Caller, number: int) -> tuple[bytes, int] | None:
    part = _desk(caller).part(caller.tenant, operation_id, number)
    return None if part is None else (part, number + 1)


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
