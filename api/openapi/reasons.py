"""Which refusals a route may answer with, by what it is about: for the OpenAPI document.

It says no less than what happens: tests hold every refusal that any of them gets against it.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Final

from fastapi.routing import APIRoute

from api.problems import refusals
from api.problems.statuses import status_of
from api.requests import conditions, signing
from api.requests.conditions import needs_if_match
from api.web import gate
from application import dispatch, permissions, ports, reach
from application.business import accounts, address_proofs
from application.operations import jobs, outbox, parked
from application.people import contact_details
from application.scheduling import availability
from domain import zones
from domain.business import tenants, users
from domain.messages import DomainError
from domain.people import clients, identities
from domain.scheduling import (
    agendas,
    allowances,
    bookable,
    bookings,
    professionals,
    series,
    services,
    time_blocks,
)
from domain.scheduling import availability as hours

Refusals = tuple[type[DomainError], ...]


def of(*modules: ModuleType) -> Refusals:
    """Return the refusals that are declared in these modules, and below them."""
    known = DomainError.__subclasses__()
    names = tuple(f"{module.__name__}." for module in modules)
    return tuple(kind for kind in known if f"{kind.__module__}.".startswith(names))


# --- By what the request is ---------------------------------------------------------------

ALWAYS: Final[Refusals] = (
    refusals.InternalError,
    refusals.TooManyRequests,
    refusals.Unavailable,
    ports.NotReadableHere,
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

# --- By what it is about ------------------------------------------------------------------

DETAILS: Final = of(contact_details)
VISITS: Final = (
    *of(bookings, hours, agendas, bookable),
    allowances.TooManyHolds,
    allowances.TooManyOpenRequests,
    *DETAILS,
    clients.ClientNotFound,
    clients.ClientIsErased,
    identities.ClientAlreadyExists,
    professionals.ProfessionalNotFound,
    professionals.ProfessionalIsRetired,
    professionals.BookingDisabled,
    services.ServiceNotFound,
    services.ServiceIsRemoved,
)
FREE: Final = (
    bookable.LengthNotOffered,
    availability.WindowInvalid,
    bookings.BookingNotFound,
    bookings.DurationNotKnown,
    bookings.DurationNotAllowed,
    bookings.ServiceNotBookable,
    bookings.ServiceNotOffered,
    professionals.ProfessionalNotFound,
    professionals.ProfessionalIsRetired,
    professionals.BookingDisabled,
    services.ServiceNotFound,
    services.ServiceIsRemoved,
    zones.UnknownTimeZone,
)
WORKING: Final = (*of(professionals, zones), *DETAILS)
TIMES_OFF: Final = (
    *of(time_blocks, zones),
    professionals.ProfessionalNotFound,
    professionals.ProfessionalIsRetired,
)
PEOPLE: Final = (*of(clients, identities), *DETAILS)
ACCOUNTS: Final = (
    *of(accounts, address_proofs, users, tenants, zones),
    *PEOPLE,
    professionals.ProfessionalNotFound,
    professionals.ProfessionalIsRetired,
)

WHEN_WRITING: Final[Mapping[str, Refusals]] = {
    "bookings": VISITS,
    "holds": VISITS,
    "series": (*VISITS, *of(series, zones)),
    "professionals": WORKING,
    "time_blocks": TIMES_OFF,
    "services": (*of(services), professionals.ProfessionalNotFound),
    "clients": PEOPLE,
    "users": ACCOUNTS,
    "tenants": of(tenants, zones),
    "client_limits": of(allowances),
    "jobs": of(jobs),
    "read_models": of(parked),
    "auth": ACCOUNTS,
    "beauty": VISITS,
    "calendar": WORKING,
    "setter.bookings": VISITS,
    "setter.clients": PEOPLE,
    "setter.users": WORKING,
}
WHEN_READING: Final[Mapping[str, Refusals]] = {
    "availability": FREE,
    "calendar": FREE,
    "jobs": of(jobs),
    "outbox": of(outbox),
    "tasks": of(jobs),
}
"""By the module of a route's function, below its context or `api.compat`."""


def reasons(route: APIRoute, method: str, permission: str | None) -> dict[int, Sequence[str]]:
    """Return the codes of the refusals of a route, by status."""
    found: dict[int, set[str]] = defaultdict(set)
    for kind in _refusals(route, method, permission):
        found[_status(kind)].add(kind.code)
    return {status: sorted(codes) for status, codes in found.items()}


def _refusals(route: APIRoute, method: str, permission: str | None) -> Refusals:
    about = _about(route)
    if method == "GET":
        by_request = READING if permission else ()
        return (*ALWAYS, *_gate(permission), *by_request, *WHEN_READING.get(about, ()))
    demands = (conditions.IfMatchRequired,) if needs_if_match(method, route.path_format) else ()
    by_topic = WHEN_WRITING.get(about, ())
    return (*ALWAYS, *_gate(permission), *WRITING, *demands, *by_topic)


def _about(route: APIRoute) -> str:
    """Return what names a route's module: within its context, or below the old paths."""
    return route.endpoint.__module__.removeprefix("api.").partition(".")[2]


def _gate(permission: str | None) -> Refusals:
    return GUARDED if permission else ()


def _status(kind: type[DomainError]) -> int:
    return status_of(kind(allowed=()))[0]
