"""Every answer that is not a success is a problem document (RFC 9457)."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import msgspec
import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from api.errors import status_of
from domain.messages import DomainError

log = structlog.get_logger()

PROBLEM = "application/problem+json"
TYPE = "https://frontdesk.example/problems/"


def problem(
    request: Request,
    status: int,
    code: str,
    detail: str,
    facts: Mapping[str, object] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Give a problem document. `code` is stable; `detail` is for people; `facts` are extensions."""
    body = {
        "type": TYPE + code,
        "title": code.replace("-", " ").capitalize(),
        "status": status,
        "detail": detail,
        "instance": request.url.path,
        "code": code,
        "trace_id": request.scope.get("trace_id"),
        **(facts or {}),
    }
    return Response(msgspec.json.encode(body), status, dict(headers or {}), PROBLEM)


def refused(request: Request, refusal: DomainError) -> Response:
    """Answer a refusal of the domain."""
    status, headers = status_of(refusal)
    return problem(request, status, refusal.code, str(refusal), refusal.facts, headers)


def invalid(request: Request, error: RequestValidationError) -> Response:
    """Answer a request that has not the declared form, with a pointer to each place."""
    errors = [_fault(fault) for fault in error.errors()]
    detail = "The request does not have the form that is declared for it."
    return problem(request, 422, "validation-failed", detail, {"errors": errors})


def _fault(fault: Mapping[str, Any]) -> dict[str, str]:
    where: Sequence[Any] = fault["loc"]
    path = "/".join(str(part).replace("~", "~0").replace("/", "~1") for part in where[1:])
    return {
        "pointer": f"#/{path}",
        "in": str(where[0]),
        "code": str(fault["type"]).replace("_", "-"),
        "detail": str(fault["msg"]),
    }


def from_http(request: Request, error: HTTPException) -> Response:
    """Answer what the framework refuses: unknown paths, methods, unreadable bodies."""
    name = HTTPStatus(error.status_code).phrase
    code = name.lower().replace(" ", "-")
    return problem(request, error.status_code, code, str(error.detail), None, error.headers)


def broken(request: Request, error: Exception) -> Response:
    """Answer our own mistakes: nothing of them leaks, all of it is logged."""
    log.error("unexpected-error", path=request.url.path, kind=type(error).__name__, exc_info=error)
    detail = "Something went wrong on our side. It has been noted; please try again."
    return problem(request, 500, "internal-error", detail)


def answer_with_problems(app: FastAPI) -> None:
    """Let the application answer every failure with a problem document."""
    app.add_exception_handler(DomainError, refused)  # type: ignore[arg-type]
    app.add_exception_handler(RequestValidationError, invalid)  # type: ignore[arg-type]
    app.add_exception_handler(HTTPException, from_http)  # type: ignore[arg-type]
    app.add_exception_handler(Exception, broken)
