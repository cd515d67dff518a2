"""Which refusals a route may answer with, for the OpenAPI document: what it says itself, and what any
request of its kind may meet.

It says no less than what happens: tests hold every refusal that any of them gets against it.
"""

from typing import Final

from fastapi.routing import APIRoute

from api.problems import refusals
from api.requests import changes, conditions, signing
from api.requests.answers import Listed, Refusals, said_of
from api.requests.conditions import needs_if_match
from api.requests.listing import Listing
from api.web import gate, origins
from api.web.gate import permission_of
from application import dispatch, permissions, ports, reach
from application.business import accounts

ALWAYS: Final[Refusals] = (
    refusals.InternalError,
    refusals.TooManyRequests,
    refusals.Unavailable,
    ports.NotReadableHere,
    origins.OriginNotListed,
)
GUARDED: Final[Refusals] = (
    gate.TokenMissing,
    accounts.InvalidToken,
    accounts.TokenExpired,
    permissions.PermissionMissing,
)
READING: Final[Refusals] = (
    reach.NotFound,
    refusals.QueryInvalid,
    refusals.ValidationFailed,
    signing.TokenInvalid,
    ports.ProjectionBehind,
    ports.ProjectionParked,
    ports.PositionUnknown,
)
WRITING: Final[Refusals] = (
    reach.NotFound,
    reach.StandingChanged,
    reach.ChangedTooOften,
    conditions.IfMatchInvalid,
    dispatch.IdempotencyKeyReused,
    dispatch.TooContended,
    dispatch.VersionMismatch,
    ports.EventTooLarge,
    ports.OrderTooLarge,
    ports.PersonalDataErased,
    ports.ProjectionBehind,
    ports.ProjectionParked,
    refusals.BodyMalformed,
    refusals.BodyTooDeep,
    refusals.BodyTooLarge,
    refusals.IdempotencyKeyInvalid,
    refusals.OutcomeUnknown,
    refusals.MediaTypeUnsupported,
    refusals.QueryInvalid,
    refusals.ValidationFailed,
    signing.TokenInvalid,
)


def reasons(route: APIRoute, method: str) -> Refusals:
    """Return the refusals of a route, each once, by their codes."""
    found = {kind.code: kind for kind in _refusals(route, method, permission_of(route))}
    return tuple(found[code] for code in sorted(found))


def _refusals(route: APIRoute, method: str, permission: str | None) -> Refusals:
    guarded = GUARDED if permission else ()
    said = said_of(route.endpoint).refuses
    if method == "GET" and _tells_changes(route):
        said = (*said, changes.ChangesTooMany)
    if method == "GET":
        return (*ALWAYS, *guarded, *(READING if permission else ()), *said)
    demands = (conditions.IfMatchRequired,) if needs_if_match(method, route.path_format) else ()
    return (*ALWAYS, *guarded, *WRITING, *demands, *said)


def _tells_changes(route: APIRoute) -> bool:
    shape = said_of(route.endpoint).shape
    return isinstance(shape, Listed) and isinstance(shape.asked, Listing) and shape.asked.changes
