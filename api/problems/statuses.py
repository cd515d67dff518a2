"""What each refusal means over HTTP: its family says."""

from collections.abc import Mapping
from typing import Final

from api.problems.refusals import MethodNotAllowed
from api.problems.refused import Refused
from application.dispatch import VersionMismatch
from application.refusals import NeedsOperator, NotNow, TooMuch, TooOften, Unproven
from application.scheduling.availability import WindowInvalid
from domain.files.purposes import FileTypeNotTaken
from domain.messages import DomainError, Forbidden, Gone, Invalid, Missing

FAMILIES: Final[Mapping[type[DomainError], int]] = {
    DomainError: 409,
    Missing: 404,
    Gone: 410,
    Invalid: 422,
    Forbidden: 403,
    Unproven: 401,
    TooMuch: 413,
    TooOften: 429,
    NotNow: 503,
    NeedsOperator: 503,
}
OTHERS: Final[Mapping[type[DomainError], int]] = {
    VersionMismatch: 412,
    WindowInvalid: 400,
    FileTypeNotTaken: 415,
}
"""What HTTP has a status of its own for."""

STATUS: Final = {**FAMILIES, **OTHERS}

RETRY_AFTER: Final = {503: "1", 429: "1"}
"""Seconds. Whoever waits for an operator is promised nothing."""

AUTHENTICATE: Final = 'Bearer realm="frontdesk"'


def number_of(kind: type[DomainError]) -> int:
    """Return the status of a class of refusals."""
    if issubclass(kind, Refused):
        return kind.status
    return next(STATUS[base] for base in kind.__mro__ if base in STATUS)


def status_of(refusal: DomainError) -> tuple[int, dict[str, str]]:
    """Return the status of a refusal and the headers that belong to it."""
    status = number_of(type(refusal))
    headers: dict[str, str] = {}
    if status in RETRY_AFTER and not isinstance(refusal, NeedsOperator):
        headers["Retry-After"] = str(refusal.facts.get("retry_after", RETRY_AFTER[status]))
    if status == 401:
        headers["WWW-Authenticate"] = AUTHENTICATE
    if isinstance(refusal, MethodNotAllowed):
        headers["Allow"] = ", ".join(map(str, refusal.facts["allowed"]))  # type: ignore[call-overload]
    return status, headers
