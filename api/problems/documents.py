"""Every answer that is not a success is a problem document (RFC 9457).

`code` is stable, `title` in the reader's language, `detail` for people, `trace_id` what to tell us;
the facts of a refusal are extensions: `allowed`, `next_free_slots`, `current_version`, `errors`.
"""

from collections.abc import Mapping
from typing import Any, Final

import msgspec
import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from api.problems.facts import said
from api.problems.faults import LONGEST, told
from api.problems.refusals import (
    BodyMalformed,
    InternalError,
    MediaTypeUnsupported,
    MethodNotAllowed,
    OutcomeUnknown,
    PathUnknown,
    Unavailable,
    ValidationFailed,
)
from api.problems.refused import FaultInRequest
from api.problems.statuses import status_of
from api.problems.words import language, said_in
from api.web.marks import RECORDED
from application.ports import OutcomeUnknownError, StoreUnavailableError
from application.reach import NotFound
from domain.messages import DomainError

log = structlog.get_logger()

MOST_ERRORS: Final = 100
MOST_BYTES: Final = 65_536

PROBLEM: Final = "application/problem+json"
TYPE: Final = "/problems/"


def problem(request: Request, refusal: DomainError) -> Response:
    """Return the problem document of a refusal."""
    status, headers = status_of(refusal)
    tongue = language(",".join(request.headers.getlist("accept-language")))
    title, detail = said_in(tongue, type(refusal))
    body = {
        **said(refusal),
        "type": TYPE + refusal.code,
        "title": title,
        "status": status,
        "detail": detail,
        "instance": request.scope["path"],
        "code": refusal.code,
        "trace_id": request.scope.get("trace_id"),
    }
    headers["Content-Language"] = tongue
    return Response(_encoded(body), status, headers, PROBLEM)


def _encoded(document: Mapping[str, Any]) -> bytes:
    """Write a document down: nobody makes us answer with more than this, whatever they sent."""
    whole = msgspec.json.encode(document)
    if len(whole) <= MOST_BYTES:
        return whole
    return msgspec.json.encode(_shortened(msgspec.json.decode(whole)))


def _shortened(value: Any) -> Any:
    match value:
        case str():
            return value[:LONGEST]
        case list():
            return [_shortened(each) for each in value[:MOST_ERRORS]]
        case dict():
            return {name[:LONGEST]: _shortened(each) for name, each in value.items()}
        case _:
            return value


# Coroutines, because the framework would hand plain functions to yet another thread.


async def refused(request: Request, refusal: DomainError) -> Response:
    """Answer a refusal."""
    return problem(request, refusal)


async def invalid(request: Request, error: RequestValidationError) -> Response:
    """Answer a request that has not the declared form, with a pointer to each place."""
    faults = error.errors()
    if faults[0]["type"] == "json_invalid":
        return problem(request, BodyMalformed(at=faults[0]["loc"][-1]))
    if isinstance(error.body, bytes) and error.body:  # it was not read as JSON
        return problem(request, MediaTypeUnsupported(accepted=["application/json"]))
    if faults[0]["loc"][0] == "path":
        return problem(request, NotFound())  # nothing has an id of such a form
    errors: list[FaultInRequest] = []
    for fault in faults[:MOST_ERRORS]:
        if (each := told(fault, error.body)) not in errors:
            errors.append(each)
    return problem(request, ValidationFailed(errors=errors, **_unsaid(len(faults))))


async def from_http(request: Request, error: HTTPException) -> Response:
    """Answer what the framework refuses: unknown paths, methods, unreadable bodies."""
    match error.detail, error.status_code:
        case DomainError() as refusal, _:
            return problem(request, refusal)
        case _, 404:
            return problem(request, PathUnknown())
        case _, 405:
            return problem(request, MethodNotAllowed(allowed=_methods(request)))
        case _:
            return problem(request, BodyMalformed())


def broken(request: Request, error: Exception) -> Response:
    """Answer what went wrong on our side: nothing of it leaks, all of it is logged."""
    path, trace = _named(request), request.scope.get("trace_id")
    if isinstance(error, StoreUnavailableError):
        log.warning("the database is away", path=path, trace_id=trace, error=repr(error.__cause__))
        return problem(request, _away(request, error))
    kind = type(error).__name__
    log.error("unexpected-error", path=path, trace_id=trace, kind=kind, exc_info=error)
    return problem(request, InternalError())


def _named(request: Request) -> str:
    """Return what a log says of where somebody asked: some paths have a secret in them."""
    route = request.scope.get("route")
    return route.path if isinstance(route, APIRoute) else "unknown"


def _away(request: Request, error: StoreUnavailableError) -> DomainError:
    """Nobody may take what was done, or may have been, for what was refused."""
    if request.scope.get(RECORDED) or isinstance(error, OutcomeUnknownError):
        return OutcomeUnknown()
    return Unavailable()


def answer_with_problems(app: FastAPI) -> None:
    """Let the application answer every failure with a problem document.

    What is no refusal passes through to the edge, the outermost place: see `broken`.
    """
    app.add_exception_handler(DomainError, refused)  # type: ignore[arg-type]
    app.add_exception_handler(RequestValidationError, invalid)  # type: ignore[arg-type]
    app.add_exception_handler(HTTPException, from_http)  # type: ignore[arg-type]


def _unsaid(faults: int) -> dict[str, int]:
    """Say how many faults are not told of, where it is any."""
    return {"errors_left_out": faults - MOST_ERRORS} if faults > MOST_ERRORS else {}


def _methods(request: Request) -> list[str]:
    """Return the methods that this address knows, over all routes of the same path."""
    routes = request.app.router.routes
    known = {r.path for r in routes if r.path_regex.match(request.scope["path"])}
    most_exact = min(known, key=lambda path: path.count("{"))
    found = {method for r in routes if r.path == most_exact for method in r.methods or ()}
    return sorted(found | ({"HEAD"} if "GET" in found else set()))
