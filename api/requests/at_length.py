"""Long work over HTTP: who would rather not wait says `Prefer: respond-async` (RFC 7240), hears 202,
and finds at `Location` how far it is. What only ever is long work answers so to everybody.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, Final

import msgspec
from fastapi import Response

from api.problems.statuses import number_of
from api.problems.words import language, said_in
from api.requests.answers import below
from api.requests.caller import JSON, Caller
from application.operations.long_operations import (
    OPERATION_KINDS,
    FileType,
    Kind,
    KnownOperation,
    NewOperation,
    OperationFailed,
    OperationState,
)
from domain.messages import DomainError

PREFERRED: Final = "respond-async"
AT: Final = "/v1/operations"
LONGEST: Final = 30
"""Seconds after which it may be asked again how far it is, at most."""


class OperationProgress(msgspec.Struct, frozen=True):
    """So much is done, and of how much, counted in what `counts` says; `seconds_left` is of work, when
    it is known, and not of waiting for others.
    """

    done: int
    total: int
    counts: str
    seconds_left: int | None


class OperationProblem(msgspec.Struct, frozen=True):
    """Why it failed: as a problem document would have said."""

    type: str
    title: str
    status: int
    detail: str
    code: str


class OperationFile(msgspec.Struct, frozen=True):
    """What it has made: JSON lines, or CSV."""

    href: str
    bytes: int
    media_type: FileType


class Operation(msgspec.Struct, frozen=True, kw_only=True):
    """Long work: how far it is, and what came of it. It is forgotten at `expires_at`."""

    id: str
    kind: str
    about: str
    state: OperationState
    started_by: str
    cancelled_by: str | None
    progress: OperationProgress
    result: dict[str, Any] | None
    file: OperationFile | None
    problem: OperationProblem | None
    created_at: datetime
    started_at: datetime | None
    updated_at: datetime
    finished_at: datetime | None
    expires_at: datetime


def accepted(
    caller: Caller,
    kind: Kind,
    *,
    about: str,
    given: Mapping[str, Any] | None = None,
    sent: Sequence[bytes] = (),
    body: bytes | None = None,
) -> Response:
    """Start long work, and answer 202 with it, or with a body of the route's own. The same
    Idempotency-Key is answered with the same operation. Raises TooManyOperations, StandingChanged.
    """
    caller.refuse_outdated()
    said = caller.about()
    new = NewOperation(
        id=said.command_id,
        tenant=caller.tenant,
        kind=kind,
        about=about,
        given=given or {},
        started_by=caller.principal.user_id,
        fingerprint=said.fingerprint,
        sent=sent,
    )
    started = caller.backend.long_operations.start(new)
    marks = {"Location": f"{AT}/{started.operation.id}"}
    if caller.prefers_async:
        marks["Preference-Applied"] = PREFERRED
    if started.repeated:
        marks["Idempotent-Replayed"] = "true"
    return Response(body or encoded(caller, started.operation), 202, marks, JSON)


def shown(caller: Caller, known: KnownOperation, status: int = 200) -> Response:
    """Answer with an operation, and say when to ask again."""
    marks = {} if known.state.is_over else {"Retry-After": str(_again(known))}
    return Response(encoded(caller, known), status, marks, JSON)


def encoded(caller: Caller, known: KnownOperation) -> bytes:
    """Return an operation as JSON."""
    return msgspec.json.encode(told(caller, known))


def told(caller: Caller, known: KnownOperation) -> Operation:
    """Return an operation as it is told; what went wrong in the language of whoever asks."""
    kind = OPERATION_KINDS.get(known.kind)
    counts = kind.counts if kind else "steps"
    has_file = known.state is OperationState.DONE and known.bytes > 0
    return Operation(
        id=known.id,
        kind=known.kind,
        about=known.about,
        state=known.state,
        started_by=known.started_by,
        cancelled_by=known.cancelled_by,
        progress=OperationProgress(known.done, known.total, counts, known.seconds_left),
        result=known.result,
        file=_file(known) if has_file else None,
        problem=None if known.problem is None else _problem(caller, known.problem),
        created_at=known.created_at,
        started_at=known.started_at,
        updated_at=known.updated_at,
        finished_at=known.finished_at,
        expires_at=known.expires_at,
    )


def type_of(known: KnownOperation) -> FileType:
    """Return what its file is."""
    kind = OPERATION_KINDS.get(known.kind)
    return kind.makes if kind else FileType.JSON_LINES


def _file(known: KnownOperation) -> OperationFile:
    return OperationFile(f"{AT}/{known.id}/file", known.bytes, type_of(known))


def _problem(caller: Caller, code: str) -> OperationProblem:
    refusal = refusal_of(code) or OperationFailed
    title, detail = said_in(language_of(caller), refusal)
    return OperationProblem(f"/problems/{code}", title, number_of(refusal), detail, code)


def language_of(caller: Caller) -> str:
    """Return in which language they are told what is wrong."""
    return language(",".join(caller.request.headers.getlist("accept-language")))


def refusal_of(code: str) -> type[DomainError] | None:
    """Return the refusal of this code; None where this release knows none."""
    return _refusals().get(code)


@cache
def _refusals() -> Mapping[str, type[DomainError]]:
    return {kind.code: kind for kind in below(DomainError)}


def _again(known: KnownOperation) -> int:
    return min(max(known.seconds_left or 1, 1), LONGEST)
